import { createHash, type Hash } from 'node:crypto';
import type { LogBatch } from '../../../shared/src/protocol/index.ts';
import type { CoreProcess } from '../../integration/core/coreProcess.ts';
import { context } from '../../integration/cluster/clusterMachine.ts';
import { never } from './benchSpace.ts';

/** Reads a run's merged log to its end, or until aborted, as a client does that follows it. */
export async function readMergedLog(
  core: CoreProcess,
  run: string,
  take: (batch: LogBatch) => void,
  signal: AbortSignal = never,
): Promise<void> {
  let position = '';
  while (!signal.aborted) {
    const page = await core.client.request(
      'logs/read',
      { run, context, position, maxBytes: 1 << 20, waitMs: 20_000 },
      signal,
    );
    for (const batch of page.batches) take(batch);
    position = page.next;
    if (page.end) return;
  }
}

export function bytesOf(batch: LogBatch): Buffer {
  return Buffer.from(batch.data, batch.encoding);
}

/** Counts what came of each step, and when, from when it was made on. */
export class LogCount {
  lines = 0;
  readonly #hashes = new Map<string, Hash>();
  readonly #linesOf = new Map<string, number>();
  readonly #asked = performance.now();
  #first: number | undefined;
  #last = this.#asked;

  /** Bytes of a step, in which lines end. */
  takeBytes(step: string, bytes: Buffer): void {
    let lines = 0;
    for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) lines += 1;
    this.takeLines(lines);
    this.#linesOf.set(step, this.linesOf(step) + lines);
    const hash = this.#hashes.get(step) ?? createHash('sha256');
    this.#hashes.set(step, hash);
    hash.update(bytes);
  }

  takeLines(count: number): void {
    if (count === 0) return;
    this.lines += count;
    this.#last = performance.now();
    this.#first ??= this.#last;
  }

  /** How many lines came of a step. */
  linesOf(step: string): number {
    return this.#linesOf.get(step) ?? 0;
  }

  /** Seconds from the asking to the first lines. */
  get untilFirst(): number {
    return ((this.#first ?? this.#last) - this.#asked) / 1000;
  }

  /** Seconds from the asking to the last line. */
  get untilLast(): number {
    return (this.#last - this.#asked) / 1000;
  }

  /** Of all that came of a step; ends the counting. */
  sha256(step: string): string | undefined {
    return this.#hashes.get(step)?.digest('hex');
  }
}
