import * as z from 'zod';
import {
  createReflector,
  resources,
  type Change,
  type Clock,
  type KubernetesApi,
  type Reflector,
  type ReflectorState,
} from '../../../kubernetes/index.ts';
import { annotations } from '../../../pipeline/index.ts';
import { SlipwayError, type Run } from '../../../protocol/index.ts';
import { metadataSchema, rowOfTable, type Metadata } from '../observe/index.ts';

/** A row as the reflector hands it over: cells by column. */
const rowSchema = z.object({
  metadata: metadataSchema.transform(withoutSpecs),
  cells: z.record(z.string(), z.unknown()),
});
export type RunRow = z.output<typeof rowSchema>;

const columns = ['Name', 'Succeeded', 'Reason', 'StartTime', 'CompletionTime'] as const;

/** How long a list may keep those waiting who asked for it while nothing comes. */
const answerMs = 10_000;

export interface RunRowsOptions {
  readonly api: KubernetesApi;
  readonly context: string;
  readonly clock: Clock;
  readonly random: () => number;
  readonly onChange: (change: Change<RunRow>) => void;
  readonly onState: (state: ReflectorState) => void;
}

/**
 * All PipelineRuns of the space as rows of a Table: a tenth of the bytes of the objects, and all that a list needs.
 * Of a run that is looked at, the objects are read besides.
 */
export class RunRows {
  readonly #context: string;
  readonly #reflector: Reflector<RunRow>;
  readonly #clock: Clock;
  /** When each row was made, epoch ms: its times are ages. */
  readonly #madeAt = new Map<string, number>();
  /** Names, newest first; undefined when rows came or went since. */
  #ordered: readonly string[] | undefined;

  constructor(options: RunRowsOptions) {
    const { api, clock, random, onState } = options;
    this.#context = options.context;
    this.#clock = clock;
    this.#reflector = createReflector({
      api,
      path: { type: resources.pipelineRuns, namespace: api.cluster.namespace },
      options: { as: 'table' },
      schema: rowSchema,
      key: (row) => row.metadata.name,
      clock,
      random,
      onChange: (change) => {
        const { name } = change.object.metadata;
        if (change.type !== 'modified') this.#ordered = undefined;
        if (change.type === 'deleted') this.#madeAt.delete(name);
        else this.#madeAt.set(name, clock.now());
        options.onChange(change);
      },
      onState,
    });
  }

  get state(): ReflectorState {
    return this.#reflector.state;
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
      .sort((one, other) => createdAt(other) - createdAt(one) || (one.metadata.name < other.metadata.name ? 1 : -1))
      .map(({ metadata }) => metadata.name);
    return this.#ordered;
  }

  /** The run as far as its row tells. */
  row(name: string): Run | undefined {
    const row = this.#reflector.get(name);
    if (row === undefined) return undefined;
    const cells = columns.map((column) => row.cells[column]);
    const now = this.#madeAt.get(name) ?? this.#clock.now();
    return rowOfTable(this.#context, { cells, object: { metadata: row.metadata } }, now);
  }

  dispose(): void {
    this.#reflector.dispose();
  }
}

/** Whole specs as annotations; no list shows them, and of thousands of runs they would be most of the memory. */
const specAnnotations = [annotations.jobSpec, 'kubectl.kubernetes.io/last-applied-configuration'];

/** Drops what is large. */
export function withoutSpecs(metadata: Metadata): Metadata {
  if (!specAnnotations.some((name) => name in metadata.annotations)) return metadata;
  const kept = Object.entries(metadata.annotations).filter(([name]) => !specAnnotations.includes(name));
  return { ...metadata, annotations: Object.fromEntries(kept) };
}

/** True where a list shows both rows alike, but for their ages: only labels, annotations or the like are others. */
export function looksTheSame(one: RunRow, other: RunRow): boolean {
  return one.cells.Succeeded === other.cells.Succeeded && one.cells.Reason === other.cells.Reason;
}

function createdAt({ metadata }: RunRow): number {
  return metadata.creationTimestamp ?? 0;
}

function unanswered(context: string): SlipwayError {
  return new SlipwayError(
    'cluster.unreachable',
    `The cluster of ${context} does not answer within ${answerMs / 1_000} s.`,
    { action: `Check the network, a VPN or a proxy; "slipway doctor --context ${context}" looks closer.` },
  );
}
