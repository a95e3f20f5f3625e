import type { SignInPrompt } from '../../protocol/index.ts';
import { faultOf, type IssuerFault } from '../provider/fault.ts';
import { saidText } from '../provider/saidText.ts';
import { isProtected } from '../provider/settings.ts';
import type { TokenAnswer } from '../provider/tokens.ts';
import { issuerError } from '../provider/wording.ts';
import { asked, commonParameters, type FlowContext, unlessAborted } from './flow.ts';

/** Seconds between two questions where the provider names none (RFC 8628), and by which they grow further apart. */
const interval = 5;
/** The longest time that a code is waited for, seconds. */
const mostSeconds = 3600;

type DeviceAnswer = Awaited<ReturnType<FlowContext['provider']['client']['initiateDeviceAuthorization']>>;

/**
 * Signs in with a code that the person enters on any device (RFC 8628), with PKCE for providers that want it there too.
 * @throws SlipwayError, and the abort reason of the context's signal
 */
export async function deviceFlow(context: FlowContext): Promise<TokenAnswer> {
  const { client, config } = context.provider;
  const verifier = client.randomPKCECodeVerifier();
  const begun = await asked(
    context,
    client.initiateDeviceAuthorization(config, {
      ...commonParameters(context),
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    }),
  );
  const seconds = Math.min(begun.expires_in, mostSeconds);
  const expiresAt = context.clock.now() + seconds * 1000;
  context.onPrompt(promptOf(begun, expiresAt, context.settings.issuer));
  return poll(context, begun, verifier, AbortSignal.timeout(seconds * 1000));
}

/** Asks until the person has entered the code. A provider that cannot be reached for a while is asked on, less often. */
async function poll(
  context: FlowContext,
  begun: DeviceAnswer,
  verifier: string,
  late: AbortSignal,
): Promise<TokenAnswer> {
  const { provider, settings, signal } = context;
  const both = AbortSignal.any([signal, late]);
  for (let pause = begun.interval ?? interval; ; pause += interval) {
    try {
      const answer = provider.client.pollDeviceAuthorizationGrant(
        provider.config,
        { ...begun, interval: pause },
        { code_verifier: verifier },
        { signal: both },
      );
      return await unlessAborted(answer, both);
    } catch (error) {
      signal.throwIfAborted();
      if (late.aborted) throw issuerError({ kind: 'oauth', error: 'expired_token', said: '' }, settings.issuer);
      const fault = faultOf(error);
      if (!isPassing(fault)) throw issuerError(fault, settings.issuer);
    }
  }
}

function isPassing(fault: IssuerFault): boolean {
  if (fault.kind === 'transport') return fault.failure.fault === 'unreachable' || fault.failure.fault === 'cut';
  return fault.kind === 'late' || fault.kind === 'busy';
}

/** @throws SlipwayError `issuer.invalid` for an address that nobody should be sent to */
function promptOf(begun: DeviceAnswer, expiresAt: number, issuer: string): SignInPrompt {
  const verificationUri = webAddress(begun.verification_uri);
  const userCode = saidText(begun.user_code);
  if (verificationUri === undefined || userCode === '') {
    throw issuerError({ kind: 'strange', why: 'it sent no code to enter' }, issuer);
  }
  const complete = webAddress(begun.verification_uri_complete);
  return {
    kind: 'code',
    userCode,
    verificationUri,
    ...(complete === undefined ? {} : { verificationUriComplete: complete }),
    expiresAt,
  };
}

function webAddress(text: string | undefined): string | undefined {
  const url = text === undefined ? null : URL.parse(text);
  return url !== null && (url.protocol === 'https:' || url.protocol === 'http:') && isProtected(url)
    ? url.href
    : undefined;
}
