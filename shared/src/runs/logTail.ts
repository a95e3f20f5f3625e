import type { LogPage, Run, Step, StepName } from '../protocol/index.ts';
import { terminalStates } from '../protocol/index.ts';
import { toBatches } from './logBatches.ts';
import { incompleteTail } from './logBytes.ts';
import { mergeStreams, type LogPiece, type StepStream, type TimeMark } from './logMerge.ts';
import { formatPosition, type StepPosition } from './logPosition.ts';
import { coveringTimes, isClosed, joinTimes, overlap, readRange, stepsWithLogs, type LogSource } from './logStreams.ts';

const newline = 10;
const firstBlockBytes = 65_536;
const largestBlockBytes = 1_048_576;
/** What a tail holds at most, however long the lines are; it then has fewer lines than asked for. */
const largestTailBytes = 4_194_304;

export interface LogTailRequest {
  readonly run: Run;
  readonly lines: number;
  readonly steps: readonly StepName[] | undefined;
}

/**
 * The last lines of a run's merged log and the position after them. Reads from the ends of the logs only, at most 4 MiB
 * (and then gives fewer lines), so that the first screen of a long log costs the same as that of a short one.
 * @throws SlipwayError `usage` for a step that the run does not have
 */
export async function readLogTail(source: LogSource, request: LogTailRequest, signal: AbortSignal): Promise<LogPage> {
  const { run } = request;
  const steps = stepsWithLogs(run, request.steps);
  const positions = new Map<StepName, StepPosition>();
  const tails = new Map<StepName, StepStream>();
  let lines = request.lines;
  let room = largestTailBytes;
  for (const step of steps.toReversed()) {
    const { bytes: size } = await source.logSize(run.name, step.name, signal);
    positions.set(step.name, { offset: size, midLine: false });
    // A step that ran together with one whose end is shown may have lines between those.
    const beside = steps.some((other) => tails.has(other.name) && overlap(step, other));
    if (size === 0 || room === 0 || (lines <= 0 && !beside)) continue;
    const tail = await readTail(source, run, step, { size, lines: beside ? request.lines : lines, room }, signal);
    tails.set(step.name, tail);
    positions.set(step.name, endOf(tail));
    lines -= countLines(tail.bytes);
    room = Math.max(0, room - tail.bytes.length);
  }
  const pieces = lastLines(mergeInOrder(steps, tails), request.lines);
  const batches = pieces.flatMap((piece) => toBatches(piece, tails.get(piece.step)?.times ?? []));
  return { batches, next: formatPosition(positions), end: terminalStates.has(run.state) };
}

function endOf(tail: StepStream): StepPosition {
  const last = tail.bytes.at(-1);
  return { offset: tail.offset + tail.bytes.length, midLine: last !== undefined && last !== newline };
}

/** Merges steps that ran together, and puts the groups one after the other. */
function mergeInOrder(steps: readonly Step[], tails: ReadonlyMap<StepName, StepStream>): LogPiece[] {
  const left = steps.filter((step) => tails.has(step.name));
  const pieces: LogPiece[] = [];
  for (let first = left.shift(); first !== undefined; first = left.shift()) {
    const group = [first];
    for (const other of [...left]) {
      if (!overlap(first, other)) continue;
      group.push(other);
      left.splice(left.indexOf(other), 1);
    }
    const streams = group.flatMap((step) => tails.get(step.name) ?? []);
    pieces.push(...mergeStreams(streams, Infinity));
  }
  return pieces;
}

interface TailSize {
  /** Bytes in the log. */
  readonly size: number;
  readonly lines: number;
  readonly room: number;
}

/** Reads blocks backwards from the end of a step's log until they hold the lines, or fill the room. */
async function readTail(
  source: LogSource,
  run: Run,
  step: Step,
  { size, lines, room }: TailSize,
  signal: AbortSignal,
): Promise<StepStream> {
  let start = size;
  let bytes: Buffer = Buffer.alloc(0);
  let times: readonly TimeMark[] = [];
  let block = firstBlockBytes;
  while (start > 0 && size - start < room && lineStart(bytes, lines) === undefined) {
    const from = Math.max(0, start - Math.min(block, room - (size - start)));
    const read = await readRange(source, run.name, step.name, from, start - from, signal);
    bytes = Buffer.concat([read.bytes, bytes]);
    times = joinTimes([read.times, times]);
    start = from;
    block = Math.min(block * 2, largestBlockBytes);
  }
  const skip = lineStart(bytes, lines) ?? (start === 0 ? 0 : afterCut(bytes));
  const held = isClosed(run, step) ? 0 : incompleteTail(bytes, bytes.length);
  const shown = bytes.subarray(skip, Math.max(skip, bytes.length - held));
  const offset = start + skip;
  const marks = coveringTimes(run, step, offset, times);
  return { step: step.name, offset, bytes: shown, times: marks, more: false, midLine: false };
}

/** Where the last `lines` lines begin, or undefined when there are not as many line ends before them. */
function lineStart(bytes: Buffer, lines: number): number | undefined {
  let end = bytes.at(-1) === newline ? bytes.length - 1 : bytes.length;
  for (let line = 0; line < lines; line += 1) {
    if (end <= 0) return undefined;
    end = bytes.lastIndexOf(newline, end - 1);
    if (end < 0) return undefined;
  }
  return end + 1;
}

/** The first line, or else the first character, that is whole in a buffer which begins anywhere. */
function afterCut(bytes: Buffer): number {
  const line = bytes.indexOf(newline) + 1;
  if (line > 0 && line < bytes.length) return line;
  let start = 0;
  while (start < 3 && ((bytes[start] ?? 0) & 0xc0) === 0x80) start += 1;
  return start;
}

function countLines(bytes: Buffer): number {
  let count = 0;
  for (let end = bytes.indexOf(newline); end >= 0; end = bytes.indexOf(newline, end + 1)) count += 1;
  return bytes.length > 0 && bytes.at(-1) !== newline ? count + 1 : count;
}

function lastLines(pieces: readonly LogPiece[], lines: number): LogPiece[] {
  const kept: LogPiece[] = [];
  let left = lines;
  for (const piece of pieces.toReversed()) {
    if (left <= 0) break;
    const skip = lineStart(piece.bytes, left) ?? 0;
    const bytes = piece.bytes.subarray(skip);
    kept.unshift({ ...piece, offset: piece.offset + skip, bytes });
    left -= countLines(bytes);
  }
  return kept;
}
