import { SlipwayError, type StepName } from '../protocol/index.ts';
import type { RunTarget, StepLogChunk } from './runTarget.ts';

/**
 * A part of a step's log: `length` bytes from `offset`, or fewer where the log ends before. One read gives what is at hand,
 * which is less where another core fetched the beginning.
 * @throws SlipwayError as `readLog` does; `internal` where it gives another part
 */
export async function readLogChunks(
  target: Pick<RunTarget, 'readLog'>,
  run: string,
  step: StepName,
  offset: number,
  length: number,
  signal: AbortSignal,
): Promise<StepLogChunk[]> {
  const chunks: StepLogChunk[] = [];
  let at = offset;
  while (at < offset + length) {
    const chunk = await target.readLog(run, step, at, offset + length - at, signal);
    if (chunk.bytes.length === 0) break;
    if (chunk.offset !== at)
      throw new SlipwayError('internal', `The log of ${run} was read at another place than asked for.`);
    chunks.push(chunk);
    at += chunk.bytes.length;
  }
  return chunks;
}

/** All of a step's log, up to `mostBytes`. @throws SlipwayError as `readLogChunks` */
export async function readWholeLog(
  target: Pick<RunTarget, 'readLog'>,
  run: string,
  step: StepName,
  mostBytes: number,
  signal: AbortSignal,
): Promise<Buffer> {
  const chunks = await readLogChunks(target, run, step, 0, mostBytes, signal);
  return Buffer.concat(chunks.map(({ bytes }) => bytes));
}
