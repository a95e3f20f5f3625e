import * as z from 'zod';
import type { CellProgress, FailedCell } from '../../../protocol/index.ts';
import { integer, listOf, part, text } from './schemas/lenient.ts';
import { cutText } from './text.ts';

const states = z.enum(['succeeded', 'failed', 'skipped', 'cancelled', 'reused']);

const stepSchema = z.object({ state: states, exitCode: integer, note: text, reason: text });

const count = z.int().nonnegative();

/** No cell that people write has more. */
const mostLines = 10_000;

const failedCellSchema = part({
  id: z.string().catch(''),
  index: z.int().gte(-1),
  number: count,
  line: z.int().positive().optional().catch(undefined),
  errorName: z.string().catch(''),
  errorValue: z.string().catch(''),
  source: z.string().catch(''),
  /** Of `source`, where lines before it did not fit. */
  firstLine: z.int().positive().max(mostLines).optional().catch(undefined),
  /** `source` was cut anywhere else. */
  cut: z.literal(true).optional().catch(undefined),
  traceback: listOf(z.string()),
});

/** The result `summary` of a run's last task (docs/decisions/0010-cluster-runs.md); what does not fit is left out. */
export const summarySchema = z.object({
  version: z.literal(1),
  verdict: z.enum(['succeeded', 'failed', 'timedOut', 'cancelled']),
  reason: text,
  steps: z
    .record(z.string(), z.unknown())
    .catch({})
    .transform((steps): ReadonlyMap<string, z.output<typeof stepSchema>> => {
      const known = Object.entries(steps).flatMap(([name, value]) => {
        const parsed = stepSchema.safeParse(value);
        return parsed.success ? [[name, parsed.data] as const] : [];
      });
      return new Map(known);
    }),
  cells: part({ total: count, finished: count }),
  failedCell: failedCellSchema,
  artifacts: part({ count, bytes: count }),
  /** Byte sizes of the logs of the steps before `collect`. */
  logs: z
    .record(z.string(), z.unknown())
    .catch({})
    .transform((logs): ReadonlyMap<string, number> => {
      const known = Object.entries(logs).flatMap(([name, value]) => {
        const parsed = count.safeParse(value);
        return parsed.success ? [[name, parsed.data] as const] : [];
      });
      return new Map(known);
    }),
});
export type Summary = z.output<typeof summarySchema>;

/** The summary that a text holds; undefined for anything else. */
export function parseSummary(value: string): Summary | undefined {
  try {
    const parsed = summarySchema.safeParse(JSON.parse(value));
    return parsed.success ? withReasonOfStep(parsed.data) : undefined;
  } catch {
    return undefined;
  }
}

/** Where room was short, the reason of the step at fault is said of the run alone. */
function withReasonOfStep(summary: Summary): Summary {
  const [name, step] = [...summary.steps].find(([, { state }]) => state === 'failed') ?? [];
  if (name === undefined || step === undefined || step.reason !== undefined || summary.reason === undefined)
    return summary;
  return { ...summary, steps: new Map(summary.steps).set(name, { ...step, reason: summary.reason }) };
}

export function failedCellOf(summary: Summary | undefined): FailedCell | undefined {
  const cell = summary?.failedCell;
  if (cell === undefined) return undefined;
  const { line, firstLine, cut, source, ...rest } = cell;
  return {
    ...rest,
    // Lines keep their numbers.
    source: source === '' ? '' : '\n'.repeat((firstLine ?? 1) - 1) + source,
    // An empty cell raises nothing: its source did not fit.
    ...((cut === true || firstLine !== undefined || source === '') && { partial: true as const }),
    errorName: cutText(cell.errorName),
    traceback: [...cell.traceback],
    ...(line !== undefined && { line }),
  };
}

export function cellsOf(summary: Summary | undefined): CellProgress | undefined {
  const cells = summary?.cells;
  return cells === undefined ? undefined : { total: cells.total, finished: Math.min(cells.finished, cells.total) };
}
