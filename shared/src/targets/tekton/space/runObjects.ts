import type * as z from 'zod';
import {
  createReflector,
  resources,
  type Clock,
  type KubernetesApi,
  type Part,
  type ReflectorState,
  type ResourceType,
} from '../../../kubernetes/index.ts';
import {
  customRunSchema,
  pipelineRunSchema,
  podSchema,
  taskRunSchema,
  tektonLabels,
  type CustomRun,
  type PipelineRun,
  type Pod,
  type TaskRun,
} from '../observe/index.ts';

/** The objects of one run, each kind of them kept up to date until it is disposed; `onChange` is called for all that happens to one. */
export interface RunObjects {
  pipelineRuns(onChange: () => void): Part<PipelineRun>;
  taskRuns(onChange: () => void): Part<TaskRun>;
  pods(onChange: () => void): Part<Pod>;
  customRuns(onChange: () => void): Part<CustomRun>;
}

/** How the objects of runs are followed. */
export interface RunObjectsOptions {
  readonly api: KubernetesApi;
  readonly clock: Clock;
  readonly random: () => number;
  /** How far the news of a kind can be believed. */
  readonly onState: (plural: string, state: ReflectorState) => void;
}

/** Watches of a run's own, one for each kind. */
export class WatchedRunObjects implements RunObjects {
  readonly #options: RunObjectsOptions;
  readonly #run: string;

  constructor(options: RunObjectsOptions, run: string) {
    this.#options = options;
    this.#run = run;
  }

  pipelineRuns(onChange: () => void): Part<PipelineRun> {
    const fieldSelector = `metadata.name=${this.#run}`;
    return this.#reflect(resources.pipelineRuns, pipelineRunSchema, { fieldSelector }, onChange);
  }

  taskRuns(onChange: () => void): Part<TaskRun> {
    return this.#reflect(resources.taskRuns, taskRunSchema, this.#ofTheRun(), onChange);
  }

  pods(onChange: () => void): Part<Pod> {
    return this.#reflect(resources.pods, podSchema, this.#ofTheRun(), onChange);
  }

  customRuns(onChange: () => void): Part<CustomRun> {
    return this.#reflect(resources.customRuns, customRunSchema, this.#ofTheRun(), onChange);
  }

  #ofTheRun(): { readonly labelSelector: string } {
    return { labelSelector: `${tektonLabels.pipelineRun}=${this.#run}` };
  }

  #reflect<S extends z.ZodType<{ readonly metadata: { readonly name: string } }>>(
    type: ResourceType,
    schema: S,
    options: { readonly labelSelector?: string; readonly fieldSelector?: string },
    onChange: () => void,
  ): Part<z.output<S>> {
    const { api, clock, random, onState } = this.#options;
    return createReflector({
      api,
      path: { type, namespace: api.cluster.namespace },
      options,
      schema,
      key: (object) => object.metadata.name,
      clock,
      random,
      onChange,
      onState: (state) => onState(type.plural, state),
    });
  }
}
