import type { Run, Step, StepName } from '../protocol/index.ts';
import { SlipwayError, terminalStates } from '../protocol/index.ts';
import { readLogChunks, type RunTarget, type StepLogChunk } from '../targets/index.ts';
import { incompleteTail } from './logBytes.ts';
import type { StepStream, TimeMark } from './logMerge.ts';
import type { StepPosition } from './logPosition.ts';

/** What reading logs needs of a target. */
export type LogSource = Pick<RunTarget, 'readLog' | 'logSize'>;

/**
 * The steps of a run that can have a log, in order, or those of them that were asked for.
 * @throws SlipwayError `usage` for a step that the run does not have
 */
export function stepsWithLogs(run: Run, wanted: readonly StepName[] | undefined): Step[] {
  for (const name of wanted ?? []) {
    if (!run.steps.some((step) => step.name === name)) {
      const steps = run.steps.map((step) => step.name).join(', ');
      throw new SlipwayError('usage', `${run.name} has no step ${name}.`, { action: `Its steps are: ${steps}.` });
    }
  }
  return run.steps.filter((step) => step.state !== 'pending' && (wanted?.includes(step.name) ?? true));
}

/** True when no byte can be added to the step's log any more. */
export function isClosed(run: Run, step: Step): boolean {
  return terminalStates.has(run.state) || (step.state !== 'running' && step.state !== 'pending');
}

/** True when two steps ran at the same time, as far as is known; then their logs are merged by time, else step by step. */
export function overlap(one: Step, other: Step): boolean {
  if (one.startedAt === undefined || other.startedAt === undefined) return false;
  return one.startedAt < (other.finishedAt ?? Infinity) && other.startedAt < (one.finishedAt ?? Infinity);
}

/** What is at hand of one step, and whether its log goes on. */
interface Bytes {
  readonly bytes: Buffer;
  readonly times: readonly TimeMark[];
  readonly more: boolean;
}

/**
 * Reads one step's log on from a position: up to `maxBytes`, or to where it ends now. Where the log may still grow, an
 * incomplete UTF-8 character at its end stays for later.
 */
export async function readStream(
  source: LogSource,
  run: Run,
  step: Step,
  position: StepPosition,
  maxBytes: number,
  signal: AbortSignal,
): Promise<StepStream> {
  const { bytes, times, more } = await readRange(source, run.name, step.name, position.offset, maxBytes, signal);
  const held = more || isClosed(run, step) ? 0 : incompleteTail(bytes, bytes.length);
  return {
    step: step.name,
    offset: position.offset,
    bytes: bytes.subarray(0, bytes.length - held),
    times: coveringTimes(run, step, position.offset, times),
    more,
    midLine: position.midLine,
  };
}

/** The marks of a piece; its first lines have at least the step's start where the target has noted no time for them yet. */
export function coveringTimes(run: Run, step: Step, offset: number, times: readonly TimeMark[]): readonly TimeMark[] {
  const [first] = times;
  if (first !== undefined && first[0] <= offset) return times;
  return [[offset, step.startedAt ?? run.createdAt], ...times];
}

/** Reads `length` bytes from `offset`, or fewer where the log ends before. */
export async function readRange(
  source: LogSource,
  run: string,
  step: StepName,
  offset: number,
  length: number,
  signal: AbortSignal,
): Promise<Bytes> {
  const chunks = await readLogChunks(source, run, step, offset, length, signal);
  const bytes = joinBytes(chunks);
  return { bytes, times: joinTimes(chunks.map((chunk) => chunk.times)), more: bytes.length >= length };
}

function joinBytes(chunks: readonly StepLogChunk[]): Buffer {
  const [only, ...others] = chunks;
  if (only === undefined) return Buffer.alloc(0);
  if (others.length > 0) return Buffer.concat(chunks.map((chunk) => chunk.bytes));
  return Buffer.from(only.bytes.buffer, only.bytes.byteOffset, only.bytes.byteLength);
}

/** Joins the marks of consecutive chunks; a chunk repeats the mark that it begins under. */
export function joinTimes(lists: readonly (readonly TimeMark[])[]): TimeMark[] {
  const joined: TimeMark[] = [];
  for (const marks of lists) {
    for (const mark of marks) {
      if (mark[0] > (joined.at(-1)?.[0] ?? -1)) joined.push(mark);
    }
  }
  return joined;
}
