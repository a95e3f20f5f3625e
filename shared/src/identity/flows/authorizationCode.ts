import type { TokenAnswer } from '../provider/tokens.ts';
import { asked, commonParameters, type FlowContext } from './flow.ts';

/** One request to sign in, and what its answer is checked against. */
export interface AuthorizationRequest {
  readonly url: URL;
  readonly state: string;
  readonly redirectUri: string;
  /**
   * Exchanges the code that came back for tokens. The answer's state, nonce, PKCE and, where the provider sends it, its
   * issuer are checked.
   * @throws SlipwayError
   */
  redeem(parameters: URLSearchParams): Promise<TokenAnswer>;
}

/** Authorization code with PKCE (RFC 7636, S256), state and nonce. */
export async function authorizationRequest(context: FlowContext, redirectUri: string): Promise<AuthorizationRequest> {
  const { client, config } = context.provider;
  const verifier = client.randomPKCECodeVerifier();
  const state = client.randomState();
  const nonce = client.randomNonce();
  const url = client.buildAuthorizationUrl(config, {
    ...commonParameters(context),
    redirect_uri: redirectUri,
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state,
    nonce,
  });
  return {
    url,
    state,
    redirectUri,
    redeem: (parameters) => {
      const current = new URL(redirectUri);
      current.search = parameters.toString();
      const checks = { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true };
      return asked(context, client.authorizationCodeGrant(config, current, checks));
    },
  };
}
