import { terminalStates } from '../../protocol/index.ts';
import { exitCodes } from '../exitCodes.ts';
import { printJson } from '../following/startedRun.ts';
import type { OutputFormat, Session } from '../session.ts';
import { plain } from '../terminal/line.ts';
import { runJson } from '../view/runJson.ts';
import { stateWords } from '../view/verdictWords.ts';
import { findRun, refOf, type RunReference } from './runReference.ts';

/** `slipway cancel`: asks a run to stop and does not wait for it. */
export async function cancel(session: Session, reference: RunReference, format: OutputFormat): Promise<number> {
  const core = await session.core();
  const run = await findRun(core, reference, session.signal);
  const wasOver = terminalStates.has(run.state);
  const asked = wasOver ? run : await core.handlers['runs/cancel'](refOf(run), session.signal);
  if (format === 'json') {
    printJson(session, runJson(asked, []));
  } else {
    const text = wasOver
      ? `${run.name} is over: ${stateWords[run.state]}. Nothing was changed.`
      : `cancelling ${run.name}; see it end with "slipway watch ${run.name}"`;
    session.out.writeLines([[plain(text)]]);
  }
  return exitCodes.passed;
}
