import { SlipwayError, stepNames, type Run, type StepName } from '../../protocol/index.ts';
import { followToEnd, sayDetached } from '../following/startedRun.ts';
import type { OutputFormat, Session } from '../session.ts';
import { plain, type Line } from '../terminal/line.ts';
import { runNameLine } from '../view/planView.ts';
import { fact } from '../view/labels.ts';
import { findRun, refOf, type RunReference } from './runReference.ts';

export interface RepeatOptions {
  readonly detach: boolean;
  readonly format: OutputFormat;
}

/** `slipway retry`: a new run that takes over the steps before `from`. */
export async function retry(
  session: Session,
  reference: RunReference,
  options: RepeatOptions & { readonly from: string | undefined },
): Promise<number> {
  const from = options.from === undefined ? undefined : readStepName(options.from);
  const core = await session.core();
  const original = await findRun(core, reference, session.signal);
  const request = { ...refOf(original), ...(from === undefined ? {} : { from }) };
  const started = await core.handlers['runs/retry'](request, session.signal);
  return followRepeated(session, started, options, describeReuse(started));
}

/** Introduces a run that repeats another, and follows it to its verdict. */
export async function followRepeated(
  session: Session,
  started: Run,
  options: RepeatOptions,
  introduction: readonly Line[],
): Promise<number> {
  if (options.format === 'text') session.out.writeLines([...introduction, runNameLine(started.name), [plain('')]]);
  const follow = { format: options.format, onInterrupt: 'cancelThenLeave' as const };
  return options.detach
    ? sayDetached(session, started, follow)
    : followToEnd(session, await session.core(), started, follow);
}

function describeReuse(run: Run): Line[] {
  if (run.reuses === undefined || run.reuses.steps.length === 0) return [];
  return fact('reuses', `${run.reuses.steps.join(', ')} of ${run.reuses.run}`, Number.POSITIVE_INFINITY);
}

/** @throws SlipwayError `usage` naming the steps there are */
export function readStepName(text: string): StepName {
  const step = stepNames.find((name) => name === text);
  if (step !== undefined) return step;
  throw new SlipwayError('usage', `There is no step ${JSON.stringify(text)}.`, {
    action: `The steps are: ${stepNames.join(', ')}.`,
  });
}
