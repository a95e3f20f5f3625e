import type { Run } from '../protocol/index.ts';
import { keyOf } from './runCollection.ts';

/** Where the names of runs are kept that somebody wants to hear of: as far as they are to be shared, and as long. */
export interface FollowedRunNames {
  add(name: string): Promise<void>;
  list(): Promise<readonly string[]>;
  /** True for the one that took the name out, false for all others. */
  take(name: string): Promise<boolean>;
}

/**
 * The runs whose end is to be told of, through reloads. Who takes a run out tells of its end, so that exactly one of those
 * who share the names does, also one that came afterwards.
 */
export class FollowedRuns {
  readonly #names: FollowedRunNames;

  constructor(names: FollowedRunNames) {
    this.#names = names;
  }

  async follow({ context, name }: Run): Promise<void> {
    await this.#names.add(keyOf(context, name));
  }

  /** True while the end of any run was not told of. */
  async any(): Promise<boolean> {
    return (await this.#names.list()).length > 0;
  }

  /** Those of these runs whose end the caller has to tell of. */
  async claim(ended: readonly Run[]): Promise<Run[]> {
    const names = new Set(await this.#names.list());
    const mine: Run[] = [];
    for (const run of ended) {
      const name = keyOf(run.context, run.name);
      if (names.has(name) && (await this.#names.take(name))) mine.push(run);
    }
    return mine;
  }
}
