import { SlipwayError, terminalStates, type Run } from '../../protocol/index.ts';
import type { CliCore } from '../cliCore.ts';
import { createDeferred } from '../deferred.ts';

/** Whether what is shown of a context's runs is up to date, and since when (epoch ms). */
export interface ConnectionNews {
  readonly state: 'live' | 'stale';
  readonly since: number;
  readonly reason?: string | undefined;
}

/**
 * Calls `onChange` with the run as it is and after every change, until it has ended; resolves to its last state.
 * @throws SlipwayError `run.notFound` also when it is deleted meanwhile; the signal's reason on abort
 */
export async function followRun(
  core: CliCore,
  ref: { readonly run: string; readonly context: string },
  onChange: (run: Run) => void,
  signal: AbortSignal,
  onConnection: (news: ConnectionNews) => void = () => undefined,
): Promise<Run> {
  const end = createDeferred<Run>();
  let notified = 0;
  const seen = (run: Run): void => {
    onChange(run);
    if (terminalStates.has(run.state)) end.resolve(run);
  };
  const isOurs = (run: string, context: string): boolean => run === ref.run && context === ref.context;
  const onAbort = (): void => end.reject(signal.reason);
  const subscription = core.onNotification((name, params) => {
    if (name === 'run/changed' && 'run' in params && typeof params.run === 'object') {
      if (!isOurs(params.run.name, params.run.context)) return;
      notified += 1;
      seen(params.run);
    } else if (name === 'context/changed' && 'state' in params) {
      if (params.context === ref.context) onConnection(params);
    } else if (name === 'run/deleted' && 'context' in params && 'run' in params && isOurs(params.run, params.context)) {
      end.reject(new SlipwayError('run.notFound', `${ref.run} was deleted while it was watched.`));
    }
  });
  try {
    signal.addEventListener('abort', onAbort, { once: true });
    signal.throwIfAborted();
    const { watch } = await core.handlers['runs/watch'](ref, signal);
    try {
      const run = await core.handlers['runs/get'](ref, signal);
      // What came meanwhile is newer.
      if (notified === 0) seen(run);
      return await end.promise;
    } finally {
      await core.handlers['runs/unwatch']({ watch }, new AbortController().signal);
    }
  } finally {
    signal.removeEventListener('abort', onAbort);
    subscription.dispose();
  }
}
