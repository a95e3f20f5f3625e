import type { Run } from '../../protocol/index.ts';
import type { CliCore } from '../cliCore.ts';
import { createDeferred } from '../deferred.ts';
import type { Session } from '../session.ts';
import type { RunPresenter } from '../view/presenter.ts';
import { followRun } from './followRun.ts';

/** How attending a run ended: with the run, or with the person leaving while it goes on. */
export type Attended = { readonly kind: 'ended'; readonly run: Run } | { readonly kind: 'left' };

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
  const leave = (): void => {
    leaving.abort();
    left.resolve({ kind: 'left' });
  };
  let interrupts = 0;
  const interruption = session.onInterrupt(() => {
    interrupts += 1;
    if (onInterrupt === 'leave' || interrupts > 1) {
      leave();
      return;
    }
    presenter.notice(`cancelling ${ref.run}; press Ctrl-C again to leave, it then ends by itself`);
    core.handlers['runs/cancel'](ref, session.signal).catch((error: unknown) => left.reject(error));
  });
  const ended = followRun(core, ref, (run) => presenter.show(run), AbortSignal.any([session.signal, leaving.signal])).then(
    (run): Attended => {
      presenter.finish(run);
      return { kind: 'ended', run };
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
