import type { Clock } from '../../../kubernetes/index.ts';
import type { Pod } from '../observe/index.ts';
import { untilAborted } from '../untilAborted.ts';
import { answersTo, pendingQuestions, type PendingFacts, type PendingQuestions } from './pendingFacts.ts';

/** Nodes, and what runs on them, are believed so long: of a large cluster they are many megabytes. */
const nodesMs = 15_000;
/** After a reading the cluster is left alone so many times as long as that took, so that those who wait cost it little. */
const restFactor = 9;
const longestRestMs = 10_000;
/** A cluster that does not answer may be there again soon. */
const longestRestAfterFailureMs = 1_000;

export interface PendingReaderOptions {
  readonly read: (questions: PendingQuestions, signal: AbortSignal) => Promise<PendingFacts>;
  readonly clock: Clock;
}

/**
 * Reads for all runs of a space together what tells why their pods wait. A server reads all events of the space for each question about
 * one object, and a sweep can leave a hundred runs waiting: who asks during a reading is answered by the next one.
 */
export class PendingReader {
  readonly #options: PendingReaderOptions;
  readonly #life = new AbortController();
  #asked: PendingQuestions[] = [];
  #next: Promise<PendingFacts> | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #nodes: { readonly facts: Pick<PendingFacts, 'nodes' | 'nodePods'>; readonly readAt: number } | undefined;

  constructor(options: PendingReaderOptions) {
    this.#options = options;
  }

  /**
   * @param owners names of what makes the pods: the run and its TaskRuns
   * @throws SlipwayError where the cluster does not answer
   */
  async read(owners: readonly string[], pods: readonly Pod[], signal: AbortSignal): Promise<PendingFacts> {
    const questions = pendingQuestions(owners, pods);
    this.#asked.push(questions);
    this.#next ??= this.#readNext();
    return answersTo(questions, await untilAborted(this.#next, signal));
  }

  dispose(): void {
    this.#life.abort();
  }

  #readNext(): Promise<PendingFacts> {
    const reading = this.#last.then(() => {
      const asked = this.#asked;
      this.#asked = [];
      this.#next = undefined;
      return this.#readAll(joined(asked));
    });
    this.#last = this.#rested(reading);
    return reading;
  }

  async #readAll(questions: PendingQuestions): Promise<PendingFacts> {
    const { read, clock } = this.#options;
    const known =
      this.#nodes !== undefined && clock.now() - this.#nodes.readAt < nodesMs ? this.#nodes.facts : undefined;
    const facts = await read({ ...questions, nodes: questions.nodes && known === undefined }, this.#life.signal);
    if (known !== undefined) return { ...facts, ...known };
    const { nodes, nodePods } = facts;
    if (questions.nodes) this.#nodes = { facts: { nodes, nodePods }, readAt: clock.now() };
    return facts;
  }

  /** Resolves when the next one may begin, however this one ended. */
  async #rested(reading: Promise<PendingFacts>): Promise<void> {
    const { clock } = this.#options;
    await this.#last;
    const began = clock.now();
    const longestMs = await reading.then(
      () => longestRestMs,
      () => longestRestAfterFailureMs,
    );
    const restMs = Math.min((clock.now() - began) * restFactor, longestMs);
    await clock.sleep(restMs, this.#life.signal).catch(() => undefined);
  }
}

function joined(all: readonly PendingQuestions[]): PendingQuestions {
  return {
    eventsOf: [...new Set(all.flatMap(({ eventsOf }) => eventsOf))],
    claims: [...new Set(all.flatMap(({ claims }) => claims))],
    nodes: all.some(({ nodes }) => nodes),
  };
}
