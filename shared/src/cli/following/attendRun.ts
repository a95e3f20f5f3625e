import type { Run } from '../../protocol/index.ts';
import type { CliCore } from '../cliCore.ts';
import { createDeferred } from '../deferred.ts';
import type { Session } from '../session.ts';
import type { RunPresenter } from '../view/presenter.ts';
import { oneLine } from '../terminal/sanitize.ts';
import { followRun } from './followRun.ts';

/** How attending a run ended: with the run, or with the person leaving while it goes on. */
export type Attended =
  | { readonly kind: 'ended'; readonly run: Run }
  | {
      readonly kind: 'left';
      /** The run was asked to stop before. */
      readonly cancelling: boolean;
    };

/** What Ctrl-C does: for a run started here, cancel first and leave the second time; for a watched one, leave. */
export type OnInterrupt = 'cancelThenLeave' | 'leave';

/** Shows a run until it has ended or the person leaves. Leaving never stops the run. */
export async function attendRun(
  session: Session,
  core: CliCore,
  ref: { readonly run: string; readonly context: string },
  presenter: RunPresenter,
  onInterrupt: OnInterrupt,
): Promise<Attended> {
  const leaving = new AbortController();
  const left = createDeferred<Attended>();
  // A cancel that is on its way has to arrive before this process may go.
  let cancelled: Promise<unknown> = Promise.resolve();
  const leave = (): void => {
    leaving.abort();
    cancelled.then(
      () => left.resolve({ kind: 'left', cancelling: onInterrupt === 'cancelThenLeave' }),
      (error: unknown) => left.reject(error),
    );
  };
  let interrupts = 0;
  const interruption = session.onInterrupt(() => {
    interrupts += 1;
    if (onInterrupt === 'leave' || interrupts > 1) {
      leave();
      return;
    }
    presenter.notice(`cancelling ${ref.run}… Ctrl-C again leaves at once; the run then ends by itself`);
    cancelled = core.handlers['runs/cancel'](ref, session.signal);
    cancelled.catch((error: unknown) => left.reject(error));
  });
  const ended = followRun(
    core,
    ref,
    (run) => presenter.show(run),
    AbortSignal.any([session.signal, leaving.signal]),
    ({ state, since, reason }) =>
      presenter.connection(
        state === 'live'
          ? undefined
          : `no news from the cluster since ${session.formatClock(since)}${reason === undefined ? '' : ` (${oneLine(reason)})`}; the run goes on`,
      ),
  ).then(
    (run): Attended => {
      presenter.finish(run);
      return { kind: 'ended', run };
    },
    (error: unknown) => {
      // Leaving ends the following too; then what counts is how the leaving goes.
      if (leaving.signal.aborted) return left.promise;
      throw error;
    },
  );
  ended.catch(() => undefined);
  try {
    return await Promise.race([left.promise, ended]);
  } finally {
    leaving.abort();
    interruption.dispose();
    presenter.dispose();
  }
}
