import {
  createReflector,
  resources,
  type Change,
  type Clock,
  type KubernetesApi,
  type Reflector,
  type ReflectorState,
} from '../../../kubernetes/index.ts';
import type { Run } from '../../../protocol/index.ts';
import { rowOf, tableRowSchema, type TableRow } from '../observe/index.ts';

export interface RunRowsOptions {
  readonly api: KubernetesApi;
  readonly context: string;
  readonly clock: Clock;
  readonly random: () => number;
  readonly onChange: (change: Change<TableRow>) => void;
  readonly onState: (state: ReflectorState) => void;
}

/**
 * All PipelineRuns of the space as rows of a Table: a tenth of the bytes of the objects, and all that a list needs.
 * Of a run that is looked at, the objects are read besides.
 */
export class RunRows {
  readonly #context: string;
  readonly #reflector: Reflector<TableRow>;
  /** Names, newest first; undefined when rows came or went since. */
  #ordered: readonly string[] | undefined;

  constructor(options: RunRowsOptions) {
    const { api, clock, random, onState } = options;
    this.#context = options.context;
    this.#reflector = createReflector({
      api,
      path: { type: resources.pipelineRuns, namespace: api.cluster.namespace },
      options: { as: 'table' },
      schema: tableRowSchema,
      key: (row) => row.metadata.name,
      clock,
      random,
      onChange: (change) => {
        if (change.type !== 'modified') this.#ordered = undefined;
        options.onChange(change);
      },
      onState,
    });
  }

  get state(): ReflectorState {
    return this.#reflector.state;
  }

  /** @throws SlipwayError where the runs may not be listed, or nobody answers within the signal's time */
  synced(signal: AbortSignal): Promise<void> {
    return this.#reflector.synced(signal);
  }

  names(): readonly string[] {
    this.#ordered ??= [...this.#reflector.items.values()]
      .sort((one, other) => createdAt(other) - createdAt(one) || (one.metadata.name < other.metadata.name ? 1 : -1))
      .map(({ metadata }) => metadata.name);
    return this.#ordered;
  }

  /** The run as far as its row tells. */
  row(name: string): Run | undefined {
    const row = this.#reflector.get(name);
    return row === undefined ? undefined : rowOf(row, this.#context);
  }

  dispose(): void {
    this.#reflector.dispose();
  }
}

function createdAt({ metadata }: TableRow): number {
  return metadata.creationTimestamp ?? 0;
}
