import { createHash, type Hash } from 'node:crypto';
import type { LogBatch } from '../../../shared/src/protocol/index.ts';
import type { CoreProcess } from '../../integration/core/coreProcess.ts';
import { context } from '../../integration/cluster/clusterMachine.ts';
import { never } from './benchSpace.ts';

/** Reads a run's merged log to its end, as a client does that follows it. */
export async function readMergedLog(
  core: CoreProcess,
  run: string,
  take: (batch: LogBatch) => void,
  signal: AbortSignal = never,
): Promise<void> {
  let position = '';
  for (;;) {
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

/** Counts what came of each step, and when. */
export class LogCount {
  lines = 0;
  readonly #hashes = new Map<string, Hash>();
  #first: number | undefined;
  #last = 0;

  take(step: string, bytes: Buffer): void {
    if (bytes.length === 0) return;
    this.#last = performance.now();
    this.#first ??= this.#last;
    for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) this.lines += 1;
    const hash = this.#hashes.get(step) ?? createHash('sha256');
    this.#hashes.set(step, hash);
    hash.update(bytes);
  }

  /** From the first piece to the last one. */
  get seconds(): number {
    return (this.#last - (this.#first ?? this.#last)) / 1000;
  }

  /** Of all that came of a step; ends the counting. */
  sha256(step: string): string | undefined {
    return this.#hashes.get(step)?.digest('hex');
  }
}
