import * as z from 'zod';
import { stepNameSchema, timeMs } from './run.ts';

/**
 * A place in a run's merged log, opaque to clients: read on from here and no byte comes twice or is left out.
 * The empty string is the beginning.
 */
export const logPositionSchema = z.string().max(65_536);
export type LogPosition = z.infer<typeof logPositionSchema>;

/**
 * A contiguous piece of one step's log, at most 64 KiB. `data` is UTF-8 text when `encoding` is `utf8` (the bytes are
 * valid UTF-8 and come back byte for byte), else base64. A batch ends at a line end unless one
 * line is longer, or the log ends there for now.
 */
export const logBatchSchema = z.object({
  step: stepNameSchema,
  /** Byte offset of the first byte in the step's log. */
  offset: z.int().nonnegative(),
  /** Length in bytes. */
  length: z.int().nonnegative(),
  encoding: z.enum(['utf8', 'base64']),
  data: z.string(),
  /** [byte offset in the step's log, time in ms] marks: a line's time is that of the last mark at or before its start. */
  times: z.array(z.tuple([z.int().nonnegative(), timeMs])),
});
export type LogBatch = z.infer<typeof logBatchSchema>;

export const logPageSchema = z.object({
  batches: z.array(logBatchSchema),
  /** Where to read on. */
  next: logPositionSchema,
  /** True when the run is final and everything was read. */
  end: z.boolean(),
});
export type LogPage = z.infer<typeof logPageSchema>;

/** What a walk through a piece of the merged log found. Lines are counted from the position where it began, from 0. */
export const logScanSchema = z.object({
  /** Line ends passed. */
  lines: z.int().nonnegative(),
  /** Bytes passed. */
  bytes: z.int().nonnegative(),
  /** [lines before it, position]: places at line starts to read from, a page apart. */
  marks: z.array(z.tuple([z.int().nonnegative(), logPositionSchema])),
  /** The lines that have the text. */
  matches: z.array(z.int().nonnegative()),
  /** Where to walk on. */
  next: logPositionSchema,
  /** True when there is nothing further, or nothing before `until`. */
  end: z.boolean(),
});
export type LogScan = z.infer<typeof logScanSchema>;

/** One whole line for people: at most 1 MiB, without its line end. */
export interface LogLine {
  readonly step: z.infer<typeof stepNameSchema>;
  /** Milliseconds since the epoch when the target saw the line's first byte. */
  readonly time: number;
  readonly text: string;
}
