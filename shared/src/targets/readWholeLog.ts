import type { StepName } from '../protocol/index.ts';
import type { RunTarget } from './runTarget.ts';

/**
 * All of a step's log, up to `mostBytes`. One read gives what is at hand, which is less where another core fetched the
 * beginning.
 * @throws SlipwayError as `readLog` does
 */
export async function readWholeLog(
  target: Pick<RunTarget, 'readLog'>,
  run: string,
  step: StepName,
  mostBytes: number,
  signal: AbortSignal,
): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let at = 0;
  while (at < mostBytes) {
    const { bytes } = await target.readLog(run, step, at, mostBytes - at, signal);
    if (bytes.length === 0) break;
    chunks.push(bytes);
    at += bytes.length;
  }
  return Buffer.concat(chunks);
}
