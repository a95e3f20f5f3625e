import type { OidcSettings, SignOutOutcome } from '../../protocol/index.ts';
import { unlessAborted } from '../flows/flow.ts';
import { faultOf } from '../provider/fault.ts';
import { type Provider, type Providers, requestSeconds } from '../provider/provider.ts';
import { isProtected } from '../provider/settings.ts';
import type { TokenSet } from '../provider/tokens.ts';
import { issuerError } from '../provider/wording.ts';

/** What a sign-in leaves that is over here. */
export interface Remains {
  readonly refreshToken: string | undefined;
  readonly tokens: TokenSet | undefined;
}

const remaining = 'An id token stays valid at the API server until it expires.';
const stillOpen = 'The identity provider did not end its own session: the browser may still be signed in there.';

/**
 * Ends a sign-in at the provider too: its session, and the refresh token. What cannot be done there is said in the outcome.
 * @throws the abort reason of `signal`
 */
export async function endAtProvider(
  settings: OidcSettings,
  { refreshToken, tokens }: Remains,
  providers: Providers,
  signal: AbortSignal,
): Promise<SignOutOutcome> {
  if (refreshToken === undefined && tokens === undefined) {
    return { sessionEnded: false, note: 'Nobody was signed in.' };
  }
  const idTokenExpiresAt = tokens?.idToken?.expiresAt;
  const expiry = idTokenExpiresAt === undefined ? {} : { idTokenExpiresAt };
  try {
    const work = end(await unlessAborted(providers.of(settings), signal), refreshToken, tokens?.idToken?.text);
    const sessionEnded = await unlessAborted(work, signal);
    return { ...expiry, sessionEnded, note: [...(sessionEnded ? [] : [stillOpen]), remaining].join(' ') };
  } catch (error) {
    signal.throwIfAborted();
    const { message } = issuerError(faultOf(error), settings.issuer);
    const note = `You are signed out on this machine; the identity provider could not be told. ${message} ${remaining}`;
    return { ...expiry, sessionEnded: false, note };
  }
}

/** True where the provider's session is over. */
async function end(
  provider: Provider,
  refreshToken: string | undefined,
  idToken: string | undefined,
): Promise<boolean> {
  const { client, config, metadata } = provider;
  let newest = refreshToken;
  let hint = idToken;
  if (hint === undefined && newest !== undefined && metadata.end_session_endpoint !== undefined) {
    const answer = await client.refreshTokenGrant(config, newest).catch(() => undefined);
    newest = provider.rotated(newest) ?? newest;
    hint = answer?.id_token;
  }
  let ended = hint === undefined ? false : await endSession(provider, hint);
  if (ended === undefined) {
    // A page: it may say that the session is over, or ask whether it should be. The refresh token knows.
    ended = newest !== undefined && (await isRefused(provider, newest));
    newest = newest === undefined ? undefined : (provider.rotated(newest) ?? newest);
  }
  if (newest !== undefined && metadata.revocation_endpoint !== undefined) {
    await client.tokenRevocation(config, newest, { token_type_hint: 'refresh_token' });
  }
  return ended;
}

/** Asks for the end of the session; undefined where the answer does not say whether it is over. */
async function endSession({ metadata, config, fetch }: Provider, hint: string): Promise<boolean | undefined> {
  const endpoint = URL.parse(metadata.end_session_endpoint ?? '');
  if (endpoint === null || !isProtected(endpoint)) return false;
  // In the body: addresses end up in the logs of servers and proxies.
  const body = new URLSearchParams({ id_token_hint: hint, client_id: config.clientMetadata().client_id });
  const response = await fetch(endpoint.href, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'text/html' },
    body,
    redirect: 'manual',
    signal: AbortSignal.timeout(requestSeconds * 1000),
  });
  if (response.status === 204 || (response.status >= 300 && response.status < 400)) return true;
  return response.status === 200 ? undefined : false;
}

async function isRefused({ client, config }: Provider, refreshToken: string): Promise<boolean> {
  try {
    await client.refreshTokenGrant(config, refreshToken);
    return false;
  } catch (error) {
    const fault = faultOf(error);
    return fault.kind === 'oauth' && fault.error === 'invalid_grant';
  }
}
