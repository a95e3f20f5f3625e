import { SlipwayError } from '../../protocol/index.ts';
import type { TokenAnswer } from '../provider/tokens.ts';
import { type AuthorizationRequest, authorizationRequest } from './authorizationCode.ts';
import { failedPage, signedInPage } from './callbackPage.ts';
import { type FlowContext, unlessAborted } from './flow.ts';
import { type LoopbackCallback, openLoopback } from './loopback.ts';
import type { PendingCallbacks } from './pendingCallbacks.ts';

/** How long a person has for the pages of the provider, milliseconds. */
export const browserMs = 300_000;

export interface BrowserFlowOptions {
  readonly pending: PendingCallbacks;
  /** Where the sign-in was begun, for the page at its end: `VS Code`. */
  readonly openedBy: string;
  /** Where the host listens, or what the person pastes from; undefined: a listener of our own. */
  readonly redirectUri: string | undefined;
  /** Whether anybody listens at all. */
  readonly pasted: boolean;
  /**
   * Keeps the tokens, before the page says that all is well.
   * @throws SlipwayError
   */
  readonly accept: (answer: TokenAnswer) => Promise<void>;
}

/**
 * Signs in with a browser that somebody else opens.
 * @throws SlipwayError, and the abort reason of the context's signal
 */
export async function browserFlow(context: FlowContext, options: BrowserFlowOptions): Promise<void> {
  if (options.redirectUri !== undefined) {
    const request = await authorizationRequest(context, options.redirectUri);
    const { parameters } = await waited(context, request, options);
    await options.accept(await request.redeem(parameters));
    return;
  }
  const loopback = await openLoopback();
  try {
    // Where the person pastes, nothing listens: the browser keeps the address in sight.
    if (options.pasted) loopback.dispose();
    const request = await authorizationRequest(context, loopback.redirectUri);
    const listen = (signal: AbortSignal) => loopback.callback(request.state, signal);
    const arrived = await waited(context, request, options, options.pasted ? undefined : listen);
    await finish(request, arrived, options);
  } finally {
    loopback.dispose();
  }
}

interface Arrived {
  readonly parameters: URLSearchParams;
  readonly answer?: LoopbackCallback['answer'];
}

/** Redeems the code while the browser waits, so that its page tells how it ended. */
async function finish(request: AuthorizationRequest, { parameters, answer }: Arrived, options: BrowserFlowOptions) {
  try {
    await options.accept(await request.redeem(parameters));
    answer?.(signedInPage(options.openedBy));
  } catch (error) {
    answer?.(failedPage(options.openedBy, SlipwayError.is(error) ? error.message : 'It was given up.'));
    throw error;
  }
}

/** Shows the prompt, and waits for the browser at the listener or for an address by `complete`. */
async function waited(
  context: FlowContext,
  request: AuthorizationRequest,
  options: BrowserFlowOptions,
  listen?: (signal: AbortSignal) => Promise<Arrived>,
): Promise<Arrived> {
  const { clock, signal, onPrompt } = context;
  const over = new AbortController();
  let pending: { dispose(): void } | undefined;
  const completed = new Promise<Arrived>((resolve) => {
    pending = options.pending.expect(request.state, (parameters) => resolve({ parameters }));
  });
  const late = clock
    .sleep(browserMs, over.signal)
    .then(() => Promise.reject(timeoutError(context, request.redirectUri)));
  const ways = [completed, late, ...(listen === undefined ? [] : [listen(over.signal)])];
  try {
    const { url, redirectUri } = request;
    onPrompt({ kind: 'open', url: url.href, redirectUri, expiresAt: clock.now() + browserMs });
    return await unlessAborted(Promise.race(ways), signal);
  } finally {
    pending?.dispose();
    over.abort();
    // What waits no longer ends by that; nobody looks at how.
    await Promise.allSettled(ways.slice(1));
  }
}

/** A wrong redirect URI shows in the browser alone, so every time limit says which one has to be registered. */
function timeoutError({ settings }: FlowContext, redirectUri: string): SlipwayError {
  const toRegister = redirectUri.replace(/^http:\/\/127\.0\.0\.1:\d+\/.*$/, 'http://127.0.0.1/*');
  return new SlipwayError('signIn.timeout', `Nobody finished the sign-in within ${browserMs / 60_000} minutes.`, {
    action:
      `Try again, or sign in with a device code. If the browser says that the redirect URI is wrong, ` +
      `have ${toRegister} registered for the client ${settings.clientId}.`,
  });
}
