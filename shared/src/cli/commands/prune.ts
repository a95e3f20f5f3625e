import { SlipwayError, type RequestResult } from '../../protocol/index.ts';
import { exitCodes } from '../exitCodes.ts';
import { printJson } from '../following/startedRun.ts';
import { count } from '../../views/index.ts';
import type { OutputFormat, Session } from '../session.ts';
import { canAsk, confirm } from '../terminal/confirm.ts';
import { plain, toned, type Line } from '../terminal/line.ts';
import { oneLine } from '../terminal/sanitize.ts';

export interface PruneOptions {
  readonly context: string;
  /** `12h`, `7d`; undefined for no limit by age. */
  readonly olderThan: string | undefined;
  readonly keep: number | undefined;
  readonly dryRun: boolean;
  /** Asks nothing. */
  readonly yes: boolean;
  readonly format: OutputFormat;
}

/** `slipway prune`: removes ended runs by age and number, and what submissions that broke off left behind. */
export async function prune(session: Session, options: PruneOptions): Promise<number> {
  const core = await session.core();
  const { context, olderThan, keep } = options;
  const request = {
    context,
    ...(olderThan === undefined ? {} : { olderThanMs: ageOf(olderThan) }),
    ...(keep === undefined ? {} : { keep }),
  };
  const { removed: found } = await core.handlers['runs/prune']({ ...request, dryRun: true }, session.signal);
  if (options.dryRun || found.length === 0) return tell(session, found, options, false);
  if (!options.yes && canAsk(session)) {
    session.out.writeLines(prunedLines(found));
    if (!(await confirm(session, `Remove ${count(found.length, 'object')} from ${context}?`, false))) {
      return exitCodes.cancelled;
    }
  }
  const { removed } = await core.handlers['runs/prune']({ ...request, dryRun: false }, session.signal);
  return tell(session, removed, options, true);
}

type Pruned = RequestResult<'runs/prune'>['removed'];

async function tell(session: Session, pruned: Pruned, { format }: PruneOptions, done: boolean): Promise<number> {
  if (format === 'json') {
    printJson(session, { removed: pruned, dryRun: !done });
  } else if (pruned.length === 0) {
    session.out.writeLines([[plain('There is nothing to remove.')]]);
  } else {
    const gone = count(pruned.filter(({ failure }) => failure === undefined).length, 'object');
    const end = done ? `removed ${gone}` : `${gone} would be removed`;
    session.out.writeLines([...prunedLines(pruned), [plain(end)]]);
  }
  await session.out.drained();
  return pruned.some(({ failure }) => failure !== undefined) ? exitCodes.failed : exitCodes.passed;
}

function prunedLines(pruned: Pruned): Line[] {
  return pruned.map(({ kind, name, reason, failure }) => [
    plain(`${oneLine(kind)} ${oneLine(name)}  `),
    failure === undefined ? toned('dim', oneLine(reason)) : toned('bad', `still there: ${oneLine(failure)}`),
  ]);
}

const unitMs: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds of `90m`, `12h`, `7d`. @throws SlipwayError `usage` */
export function ageOf(text: string): number {
  const [, number = '', unit = ''] = /^(\d{1,6})([mhd])$/.exec(text) ?? [];
  const ms = unitMs[unit];
  if (ms !== undefined) return Number(number) * ms;
  throw new SlipwayError('usage', `--older-than ${JSON.stringify(text)} is not an age.`, {
    action: 'Give a whole number with m, h or d: 90m, 12h, 7d.',
  });
}
