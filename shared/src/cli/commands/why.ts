import { failedStepOf, terminalStates, type Run } from '../../protocol/index.ts';
import { createLineAssembler } from '../../runs/index.ts';
import type { CliCore } from '../cliCore.ts';
import { exitCodes } from '../exitCodes.ts';
import { readRunEnd } from '../following/runEnd.ts';
import { printJson, tellUnread } from '../following/startedRun.ts';
import type { OutputFormat, Session } from '../session.ts';
import { plain } from '../terminal/line.ts';
import { runJson } from '../view/runJson.ts';
import { whyLines } from '../view/whyView.ts';
import { findRun, refOf, type RunReference } from './runReference.ts';

const logTailLines = 20;

/** `slipway why`: all that is known of why a run ended as it did, or why it waits. */
export async function why(session: Session, reference: RunReference, format: OutputFormat): Promise<number> {
  const core = await session.core();
  const run = await findRun(core, reference, session.signal);
  const end = terminalStates.has(run.state)
    ? await readRunEnd(core, run, session.signal)
    : { artifacts: [], tests: undefined, logLine: undefined };
  tellUnread(session, run, end);
  if (format === 'json') {
    printJson(session, runJson(run, end.artifacts));
  } else {
    const logTail = await readFailedTail(core, run, session.signal);
    session.out.writeLines(whyLines(run, end, logTail, session.widthOf(session.out)));
    if (run.state === 'succeeded') session.out.writeLines([[plain('There is nothing to explain.')]]);
  }
  await session.out.drained();
  return exitCodes.passed;
}

/** The last lines of the failed step's log. */
async function readFailedTail(core: CliCore, run: Run, signal: AbortSignal): Promise<readonly string[]> {
  const failed = failedStepOf(run);
  if (failed === undefined) return [];
  const request = { ...refOf(run), lines: logTailLines, steps: [failed.name] };
  const page = await core.handlers['logs/tail'](request, signal);
  const assembler = createLineAssembler();
  return [...page.batches.flatMap((batch) => assembler.push(batch)), ...assembler.end()].map((line) => line.text);
}
