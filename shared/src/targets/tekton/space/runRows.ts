import {
  createReflector,
  resources,
  type Change,
  type Clock,
  type KubernetesApi,
  type Reflector,
  type ReflectorState,
} from '../../../kubernetes/index.ts';
import { SlipwayError, type Run } from '../../../protocol/index.ts';
import { newestFirst } from './newest.ts';
import { manyRuns, RowMaker, type RunRow } from './runRow.ts';

/** How long a list may keep those waiting who asked for it while nothing comes. */
const answerMs = 10_000;

export interface RunRowsOptions {
  readonly api: KubernetesApi;
  readonly context: string;
  readonly clock: Clock;
  readonly random: () => number;
  readonly onChange: (change: Change<RunRow>) => void;
  readonly onState: (state: ReflectorState) => void;
  readonly onManyRuns: () => void;
}

/**
 * All PipelineRuns of the space as rows of a Table: a tenth of the bytes of the objects, and all that a list needs.
 * Of a run that is looked at, the objects are read besides.
 */
export class RunRows {
  readonly #context: string;
  readonly #reflector: Reflector<RunRow>;
  readonly #clock: Clock;
  /** Names, newest first; undefined when rows came or went since. */
  #ordered: readonly string[] | undefined;
  #complete = false;

  constructor(options: RunRowsOptions) {
    const { api, context, clock, random, onState } = options;
    this.#context = context;
    this.#clock = clock;
    this.#reflector = createReflector<RowMaker['schema']>({
      api,
      path: { type: resources.pipelineRuns, namespace: api.cluster.namespace },
      options: { as: 'table' },
      schema: new RowMaker(context, clock.now).schema,
      key: ({ run }) => run.name,
      clock,
      random,
      onChange: (change) => {
        if (change.type !== 'modified') this.#ordered = undefined;
        if (change.type === 'added' && this.#reflector.items.size === manyRuns) options.onManyRuns();
        options.onChange(change);
      },
      onState: (state) => {
        // They stay in sight while there is no news.
        if (state.state === 'live') this.#complete = true;
        onState(state);
      },
    });
  }

  /** True once all rows have been there. */
  get complete(): boolean {
    return this.#complete;
  }

  get items(): ReadonlyMap<string, RunRow> {
    return this.#reflector.items;
  }

  /**
   * Resolves when all rows have been there once.
   * @throws SlipwayError where the runs may not be listed, or nothing has come of them for a while
   */
  async answered(signal: AbortSignal): Promise<void> {
    const late = new AbortController();
    const both = AbortSignal.any([signal, late.signal]);
    const done = new AbortController();
    const limit = this.#limit(late, AbortSignal.any([signal, done.signal]));
    try {
      await this.#reflector.synced(both);
    } finally {
      done.abort();
      await limit;
    }
  }

  /** Aborts `late` with what is wrong when nothing has come for too long. */
  async #limit(late: AbortController, signal: AbortSignal): Promise<void> {
    try {
      await this.#clock.sleep(answerMs, signal);
      // A long list takes its time.
      while (this.#reflector.items.size > 0 && this.#reflector.state.error === undefined) {
        await this.#clock.sleep(answerMs, signal);
      }
    } catch {
      return; // It is there, or nobody waits for it any more.
    }
    late.abort(this.#reflector.state.error ?? unanswered(this.#context));
  }

  names(): readonly string[] {
    this.#ordered ??= [...this.#reflector.items.values()]
      .map(({ run, madeAt }) => ({ name: run.name, createdAt: madeAt }))
      .sort(newestFirst)
      .map(({ name }) => name);
    return this.#ordered;
  }

  /** The run as far as its row tells. */
  row(name: string): Run | undefined {
    return this.#reflector.get(name)?.run;
  }

  dispose(): void {
    this.#reflector.dispose();
  }
}

function unanswered(context: string): SlipwayError {
  return new SlipwayError(
    'cluster.unreachable',
    `The cluster of ${context} does not answer within ${answerMs / 1_000} s.`,
    { action: `Check the network, a VPN or a proxy; "slipway doctor --context ${context}" looks closer.` },
  );
}
