import { SlipwayError, terminalStates, type JobSpec, type Run } from '../../protocol/index.ts';
import type { CliCore } from '../cliCore.ts';
import { exitCodeOfRun, exitCodes } from '../exitCodes.ts';
import { errorLines } from '../errorText.ts';
import type { OutputFormat, Session } from '../session.ts';
import { plain, type Line } from '../terminal/line.ts';
import {
  createLivePresenter,
  createPlainPresenter,
  createSilentPresenter,
  type RunPresenter,
} from '../view/presenter.ts';
import { runJson } from '../view/runJson.ts';
import { verdictLines, type RunEnd } from '../view/verdictView.ts';
import { attendRun, type OnInterrupt } from './attendRun.ts';
import { readRunEnd } from './runEnd.ts';

export interface FollowOptions {
  readonly format: OutputFormat;
  readonly onInterrupt: OnInterrupt;
  /** Shown in the JSON object. */
  readonly parameters?: JobSpec['parameters'];
}

/** Shows a run to its end and tells its verdict. Resolves to the exit code. */
export async function followToEnd(session: Session, core: CliCore, run: Run, options: FollowOptions): Promise<number> {
  const ref = { run: run.name, context: run.context };
  const presenter = choosePresenter(session, options.format);
  const attended = terminalStates.has(run.state)
    ? showEnded(presenter, run)
    : await attendRun(session, core, ref, presenter, options.onInterrupt);
  if (attended.kind === 'left') return sayLeft(session, run, attended.cancelling, options.format);
  await tellVerdict(session, core, attended.run, options);
  return exitCodeOfRun(attended.run.state);
}

/** Says that the run goes on by itself and how to come back. Resolves to the exit code. */
export async function sayDetached(
  session: Session,
  run: Run,
  options: Pick<FollowOptions, 'format' | 'parameters'>,
): Promise<number> {
  if (options.format === 'json') printJson(session, runJson(run, [], options.parameters));
  else session.out.writeLines(comeBackLines(run, false));
  await session.out.drained();
  return exitCodes.passed;
}

export function printJson(session: Session, value: object): void {
  session.out.write(`${JSON.stringify(value, null, 2)}\n`);
}

function choosePresenter(session: Session, format: OutputFormat): RunPresenter {
  const { io, out, err, formatClock } = session;
  if (format === 'json') {
    const options = { io, output: err, formatClock };
    return session.canPaint(err) ? createLivePresenter(options, false) : createSilentPresenter(options);
  }
  const options = { io, output: out, formatClock };
  return session.canPaint(out) ? createLivePresenter(options, true) : createPlainPresenter(options);
}

function showEnded(presenter: RunPresenter, run: Run): { kind: 'ended'; run: Run } {
  presenter.finish(run);
  return { kind: 'ended', run };
}

function comeBackLines(run: Run, cancelling: boolean): Line[] {
  const watch: Line = [plain(`watch   slipway watch ${run.name}`)];
  if (cancelling) return [[plain(`${run.name} ends by itself now; it was asked to stop`)], watch];
  return [[plain(`${run.name} goes on without this terminal`)], watch, [plain(`stop    slipway cancel ${run.name}`)]];
}

function sayLeft(session: Session, run: Run, cancelling: boolean, format: OutputFormat): number {
  if (format === 'json') {
    const state = cancelling ? 'while it was being cancelled' : 'while it goes on';
    throw new SlipwayError('cancelled', `${run.name} was left ${state}.`, {
      action: `Come back with "slipway watch ${run.name}".`,
    });
  }
  session.out.writeLines([[plain('')], ...comeBackLines(run, cancelling)]);
  return exitCodes.cancelled;
}

/** Says why what an ended run left is not shown. */
export function tellUnread(session: Session, run: Run, { unread }: RunEnd): void {
  if (unread === undefined) return;
  const text = `What ${run.name} left cannot be read now: ${unread.message}`;
  const action = unread.action === undefined ? {} : { action: unread.action };
  const error = new SlipwayError(unread.code, text, { ...action, cause: unread });
  session.err.writeLines(errorLines(error, session.widthOf(session.err)));
}

async function tellVerdict(session: Session, core: CliCore, run: Run, options: FollowOptions): Promise<void> {
  const end = await readRunEnd(core, run, session.signal);
  tellUnread(session, run, end);
  if (options.format === 'json') {
    printJson(session, runJson(run, end.artifacts, options.parameters));
  } else {
    session.out.writeLines([[plain('')], ...verdictLines(run, end, session.widthOf(session.out))]);
  }
  await session.out.drained();
}
