import { terminalStates, type Run } from '../../protocol/index.ts';
import { exitCodes } from '../exitCodes.ts';
import { count } from '../../views/index.ts';
import type { Session } from '../session.ts';
import { canAsk, confirm } from '../terminal/confirm.ts';
import { plain } from '../terminal/line.ts';
import { findRun, refOf } from './runReference.ts';

export interface DeleteOptions {
  readonly runs: readonly string[];
  readonly context: string | undefined;
  /** Asks nothing. */
  readonly yes: boolean;
}

/** `slipway delete`: removes runs that have ended, with all that they left. All are found before the first is removed. */
export async function deleteRuns(session: Session, { runs, context, yes }: DeleteOptions): Promise<number> {
  const core = await session.core();
  const found = new Map<string, Run>();
  for (const run of runs) {
    const match = await findRun(core, { run, context }, session.signal);
    found.set(`${match.context}/${match.name}`, match);
  }
  const names = [...found.values()].map((run) => run.name).join(', ');
  if (!yes && canAsk(session)) {
    const question = `Delete ${count(found.size, 'run')} with logs and artifacts (${names})?`;
    if (!(await confirm(session, question, false))) return exitCodes.cancelled;
  }
  for (const run of found.values()) {
    // It is deleted when its cancelling is done, which may take half a minute.
    if (run.cancelRequested && !terminalStates.has(run.state))
      session.out.writeLines([[plain(`waiting for ${run.name} to end`)]]);
    await core.handlers['runs/delete'](refOf(run), session.signal);
    session.out.writeLines([[plain(`deleted ${run.name}`)]]);
  }
  return exitCodes.passed;
}
