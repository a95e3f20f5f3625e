import { setTimeout as sleep } from 'node:timers/promises';
import { SlipwayError, type LogPage, type StepName } from '../../../shared/src/protocol/index.ts';

type ReadPage = (request: { position: string; waitMs: number }, signal: AbortSignal) => Promise<LogPage>;

/** A client that reads a run's merged log to its end, and goes on where it was when the cluster does not answer. */
export class FollowedLog {
  /** Each step's log as far as it was read. */
  readonly text = new Map<StepName, string>();
  /** Refusals that it was told and read on after. */
  readonly troubles: SlipwayError[] = [];
  /** Pieces that did not begin where the ones before ended. */
  readonly misplaced: string[] = [];
  readonly ended: Promise<void>;
  readonly #stop = new AbortController();

  constructor(read: ReadPage) {
    this.ended = this.#follow(read);
    // Whoever waits for the end is told of a failure.
    this.ended.catch(() => undefined);
  }

  /** Numbers of the whole lines `line N` of a step. */
  lines(step: StepName): number[] {
    const text = this.text.get(step) ?? '';
    return [...text.matchAll(/^line (\d+)\n/gm)].map((match) => Number(match[1]));
  }

  /** Resolves when a step has more lines than now. */
  async goesOn(step: StepName, withinMs = 180_000): Promise<void> {
    const before = this.lines(step).length;
    const end = Date.now() + withinMs;
    while (this.lines(step).length <= before) {
      if (Date.now() > end) throw new Error(`${step} has had ${before} lines for ${withinMs} ms`);
      await sleep(50);
    }
  }

  stop(): void {
    this.#stop.abort();
  }

  async #follow(read: ReadPage): Promise<void> {
    const { signal } = this.#stop;
    let position = '';
    for (;;) {
      try {
        const page = await read({ position, waitMs: 2_000 }, signal);
        for (const batch of page.batches) this.#take(batch);
        position = page.next;
        if (page.end) return;
      } catch (error) {
        if (!SlipwayError.is(error) || !error.code.startsWith('cluster.')) throw error;
        this.troubles.push(error);
        await sleep(250, undefined, { signal });
      }
    }
  }

  #take({ step, offset, data, encoding }: LogPage['batches'][number]): void {
    const known = this.text.get(step) ?? '';
    if (offset !== Buffer.byteLength(known)) this.misplaced.push(`${step} at ${offset}, not ${known.length}`);
    this.text.set(step, known + Buffer.from(data, encoding).toString());
  }
}
