import { open, stat, type FileHandle } from 'node:fs/promises';
import type { StepLogChunk } from '../runTarget.ts';
import { isMissing } from './diskErrors.ts';

type Mark = readonly [offset: number, time: number];

/** A window onto the marks file while it is searched; a mark is at most some 35 bytes. */
const windowBytes = 4_096;

/** Size of a log in bytes; 0 when there is none. */
export async function sizeOfLog(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (isMissing(error)) return 0;
    throw error;
  }
}

/**
 * Reads a piece of a log with its times; never more of either file than the piece needs.
 * @param offset in bytes; beyond the end the piece is empty
 */
export async function readLogChunk(
  logPath: string,
  timesPath: string,
  offset: number,
  maxBytes: number,
): Promise<StepLogChunk> {
  const bytes = await withFile(logPath, new Uint8Array(), (handle) => readBytes(handle, offset, maxBytes));
  if (bytes.length === 0) return { offset, bytes, times: [] };
  const times = await withFile(timesPath, [], (handle) => readMarks(handle, offset, offset + bytes.length));
  return { offset, bytes, times };
}

/** The same from files that are open already. */
export async function readOpenLog(
  log: FileHandle,
  times: FileHandle,
  offset: number,
  maxBytes: number,
): Promise<StepLogChunk> {
  const bytes = await readBytes(log, offset, maxBytes);
  if (bytes.length === 0) return { offset, bytes, times: [] };
  return { offset, bytes, times: await readMarks(times, offset, offset + bytes.length) };
}

async function withFile<Result>(
  path: string,
  missing: Result,
  use: (handle: FileHandle) => Promise<Result>,
): Promise<Result> {
  let handle: FileHandle;
  try {
    handle = await open(path);
  } catch (error) {
    if (isMissing(error)) return missing;
    throw error;
  }
  try {
    return await use(handle);
  } finally {
    await handle.close();
  }
}

async function readBytes(handle: FileHandle, offset: number, maxBytes: number): Promise<Uint8Array> {
  const { size } = await handle.stat();
  const length = Math.max(0, Math.min(maxBytes, size - offset));
  const buffer = Buffer.allocUnsafe(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await handle.read(buffer, filled, length - filled, offset + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}

/** The last mark at or before `start`, and all after it that are before `end`, ascending whoever wrote them. */
async function readMarks(handle: FileHandle, start: number, end: number): Promise<Mark[]> {
  const { size } = await handle.stat();
  const marks: Mark[] = [];
  let before: Mark | undefined;
  for await (const mark of marksFrom(handle, await positionBefore(handle, start, size), size)) {
    if (mark[0] >= end) break;
    if (mark[0] <= start) before = mark;
    else if (mark[0] > (marks.at(-1)?.[0] ?? start)) marks.push(mark);
  }
  return before === undefined ? marks : [before, ...marks];
}

/** Bisects for a place in the marks file from where on the last mark at or before `offset` is found within a window. */
async function positionBefore(handle: FileHandle, offset: number, size: number): Promise<number> {
  let low = 0;
  let high = size;
  while (high - low > windowBytes) {
    const middle = Math.floor((low + high) / 2);
    const first = await firstMarkFrom(handle, middle, size);
    if (first !== undefined && first[0] <= offset) low = middle;
    else high = middle;
  }
  return low;
}

async function firstMarkFrom(handle: FileHandle, position: number, size: number): Promise<Mark | undefined> {
  for await (const mark of marksFrom(handle, position, size)) return mark;
  return undefined;
}

/** The marks whose lines begin after `position` (at it, when it is 0). Lines that are no marks are left out. */
async function* marksFrom(handle: FileHandle, position: number, size: number): AsyncGenerator<Mark, void, undefined> {
  let rest = '';
  let skipFirst = position > 0;
  for (let at = position; at < size;) {
    const chunk = await readBytes(handle, at, Math.min(windowBytes, size - at));
    if (chunk.length === 0) return;
    at += chunk.length;
    const lines = (rest + Buffer.from(chunk).toString('latin1')).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (skipFirst) {
        skipFirst = false;
        continue;
      }
      const match = /^(\d+) (\d+)$/.exec(line);
      if (match !== null) yield [Number(match[1]), Number(match[2])];
    }
  }
}
