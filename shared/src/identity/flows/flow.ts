import type { Clock } from '../../kubernetes/index.ts';
import { SlipwayError, type OidcSettings, type SignInPrompt } from '../../protocol/index.ts';
import { faultOf } from '../provider/fault.ts';
import type { Provider } from '../provider/provider.ts';
import { scopeOf } from '../provider/settings.ts';
import { issuerError } from '../provider/wording.ts';

/** What every way to sign in works with. */
export interface FlowContext {
  readonly settings: OidcSettings;
  readonly provider: Provider;
  readonly clock: Clock;
  readonly onPrompt: (prompt: SignInPrompt) => void;
  readonly signal: AbortSignal;
}

/** What every flow asks for. */
export function commonParameters({ settings, provider }: FlowContext): Record<string, string> {
  const scope = scopeOf(settings, provider.metadata.scopes_supported);
  return {
    scope,
    ...(settings.audience === undefined ? {} : { audience: settings.audience }),
    // The specification grants offline access to those alone who have just agreed to it.
    ...(scope.split(' ').includes('offline_access') ? { prompt: 'consent' } : {}),
  };
}

/**
 * What `work` resolves with, an error of the provider in words.
 * @throws SlipwayError, and the abort reason of `signal`
 */
export async function asked<T>({ settings, signal }: FlowContext, work: Promise<T>): Promise<T> {
  try {
    return await unlessAborted(work, signal);
  } catch (error) {
    signal.throwIfAborted();
    throw SlipwayError.is(error) ? error : issuerError(faultOf(error), settings.issuer);
  }
}

/** What `work` resolves with; ends as soon as `signal` aborts, though a request under way may go on to its own limit. */
export async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let abort: () => void = () => undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    abort = () => reject(signal.reason as Error);
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
