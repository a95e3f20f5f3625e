import * as z from 'zod';
import type { RunEvent } from '../../../protocol/index.ts';
import type { StepEnding } from './facts.ts';
import { cutText } from './text.ts';

export type ProgressEvent = Extract<RunEvent, { type: 'cellsCounted' | 'cellStarted' | 'cellFinished' | 'stepNote' }>;

/** A line of progress.jsonl: an event of the run, or how a step says that it ended. */
export type ProgressLine =
  | { readonly kind: 'event'; readonly event: ProgressEvent }
  | { readonly kind: 'ending'; readonly step: string; readonly ending: StepEnding };

const longestLine = 16 * 1024 * 1024;
const id = z.string().max(1_000);
const short = z.string().transform(cutText);
const optional = short.optional().catch(undefined);
const step = z.string().max(190);

const lineSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('cellsCounted'),
    cells: z.array(z.object({ id, label: short })).max(100_000),
  }),
  z.object({ type: z.literal('cellStarted'), id }),
  z.object({ type: z.literal('cellFinished'), id, failed: z.boolean() }),
  z.object({ type: z.literal('stepNote'), step, text: short }),
  z.object({
    type: z.literal('stepFinished'),
    step,
    state: z.enum(['succeeded', 'failed', 'skipped']),
    exitCode: z.int().optional().catch(undefined),
    reason: optional,
    note: optional,
  }),
]);
const timeSchema = z.object({ time: z.number().nonnegative() });

/**
 * Reads a line that a step wrote, or a program of the user's beside it: what does not fit is no line. A time that is
 * missing, or out of the run's life, becomes the nearest that is not.
 * @param life epoch ms: when the run was made, and now
 */
export function parseProgressLine(
  text: string,
  life: { readonly from: number; readonly to: number },
): ProgressLine | undefined {
  if (text.length > longestLine) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const parsed = lineSchema.safeParse(value);
  if (!parsed.success) return undefined;
  const given = timeSchema.safeParse(value);
  const time = given.success ? Math.min(Math.max(given.data.time, life.from), Math.max(life.from, life.to)) : life.to;
  if (parsed.data.type !== 'stepFinished') return { kind: 'event', event: { ...parsed.data, time } };
  const { step: name, state, exitCode, reason, note } = parsed.data;
  return { kind: 'ending', step: name, ending: { time, state, exitCode, reason, note } };
}
