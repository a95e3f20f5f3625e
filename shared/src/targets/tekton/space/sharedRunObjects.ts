import * as z from 'zod';
import {
  createPartedReflector,
  resources,
  type KubernetesApi,
  type Part,
  type PartedReflector,
  type PartMetadata,
  type ResourcePath,
  type ResourceType,
} from '../../../kubernetes/index.ts';
import {
  pipelineRunSchema,
  podSchema,
  taskRunSchema,
  tektonLabels,
  type CustomRun,
  type PipelineRun,
  type Pod,
  type TaskRun,
} from '../observe/index.ts';
import type { RunObjects, RunObjectsOptions } from './runObjects.ts';
import { readRuns, selectorsOf } from './wholeRuns.ts';

export interface SharedRunObjectsOptions extends RunObjectsOptions {
  /** Nobody watches a kind any more. */
  readonly onClose: (plural: string) => void;
}

/** Checked later, against what is expected of it. */
const unread = z.looseObject({ metadata: z.looseObject({ name: z.string() }) });

/**
 * The objects of many runs of a space, by one watch for each kind. A watch of a run's own costs the cluster a connection, and this
 * process some half a megabyte: a sweep has hundreds of runs that wait.
 */
export class SharedRunObjects {
  readonly #pipelineRuns: SharedWatch<typeof pipelineRunSchema>;
  readonly #taskRuns: SharedWatch<typeof taskRunSchema>;
  readonly #pods: SharedWatch<typeof podSchema>;

  constructor(options: SharedRunObjectsOptions) {
    const ofRuns = { labelSelector: tektonLabels.pipelineRun };
    const runOf = ({ labels }: PartMetadata) => String(labels[tektonLabels.pipelineRun]);
    this.#pipelineRuns = new SharedWatch(options, resources.pipelineRuns, pipelineRunSchema, {
      partOf: ({ name }) => name,
      read: async (runs, { api, path, signal }) => readRuns(api, path, runs, undefined, unread, signal),
    });
    this.#taskRuns = new SharedWatch(options, resources.taskRuns, taskRunSchema, {
      options: ofRuns,
      partOf: runOf,
      read: readOfRuns,
    });
    this.#pods = new SharedWatch(options, resources.pods, podSchema, {
      options: ofRuns,
      partOf: runOf,
      read: readOfRuns,
    });
  }

  /** @param own for what is not shared */
  of(run: string, own: RunObjects): RunObjects {
    return {
      pipelineRuns: (onChange): Part<PipelineRun> => this.#pipelineRuns.include(run, onChange),
      taskRuns: (onChange): Part<TaskRun> => this.#taskRuns.include(run, onChange),
      pods: (onChange): Part<Pod> => this.#pods.include(run, onChange),
      // Few clusters have any.
      customRuns: (onChange): Part<CustomRun> => own.customRuns(onChange),
    };
  }
}

interface Reading {
  readonly api: KubernetesApi;
  readonly path: ResourcePath;
  readonly signal: AbortSignal;
}

interface SharedKind {
  readonly options?: { readonly labelSelector: string };
  readonly partOf: (metadata: PartMetadata) => string;
  readonly read: (runs: readonly string[], reading: Reading) => Promise<readonly unknown[]>;
}

/** One watch, for as long as somebody looks at a run. */
class SharedWatch<S extends z.ZodType<{ readonly metadata: PartMetadata }>> {
  readonly #open: () => PartedReflector<z.output<S>>;
  readonly #onClose: () => void;
  #reflector: PartedReflector<z.output<S>> | undefined;
  readonly #parts = new Set<Part<z.output<S>>>();

  constructor(options: SharedRunObjectsOptions, type: ResourceType, schema: S, kind: SharedKind) {
    const { api, clock, random, onState, onClose } = options;
    this.#onClose = () => onClose(type.plural);
    const path = { type, namespace: api.cluster.namespace };
    this.#open = () =>
      createPartedReflector({
        api,
        path,
        schema,
        clock,
        random,
        ...(kind.options !== undefined && { options: kind.options }),
        key: (object) => object.metadata.name,
        partOf: kind.partOf,
        read: (runs, signal) => kind.read(runs, { api, path, signal }),
        onState: (state) => onState(type.plural, state),
      });
  }

  include(run: string, onChange: () => void): Part<z.output<S>> {
    this.#reflector ??= this.#open();
    const part = this.#reflector.include(run, onChange);
    this.#parts.add(part);
    return {
      items: part.items,
      get state() {
        return part.state;
      },
      synced: (signal) => part.synced(signal),
      dispose: () => this.#leave(part),
    };
  }

  #leave(part: Part<z.output<S>>): void {
    if (!this.#parts.delete(part)) return;
    part.dispose();
    if (this.#parts.size > 0) return;
    this.#reflector?.dispose();
    this.#reflector = undefined;
    this.#onClose();
  }
}

async function readOfRuns(runs: readonly string[], { api, path, signal }: Reading): Promise<readonly unknown[]> {
  const found: unknown[] = [];
  for (const labelSelector of selectorsOf(tektonLabels.pipelineRun, runs)) {
    // Without pages, a server of today answers from its memory.
    const { items } = await api.list(path, { labelSelector }, unread, signal);
    found.push(...items);
  }
  return found;
}
