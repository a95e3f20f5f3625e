import { systemClock, type Clock, type KubernetesApi, type Random } from '../../kubernetes/index.ts';
import { SlipwayError, type DevEnv, type DevEnvSpec, type RequestResult } from '../../protocol/index.ts';
import { podReading, type PodReading } from '../../targets/index.ts';
import type { OpenSpace } from '../access.ts';
import { LiveStatuses } from './liveStatus.ts';
import { SpaceDevEnvs } from './spaceDevEnvs.ts';

export interface DevEnvServiceOptions {
  readonly space: OpenSpace;
  /** The names of all cluster contexts. */
  readonly contexts: () => Promise<readonly string[]>;
  /** Epoch ms. */
  readonly now: () => number;
  readonly random: Random;
}

/** Which DevEnv: its name, or the word of a further one of the person's own. */
export interface DevEnvReference {
  readonly context: string;
  readonly name: string;
}

export type OnProgress = (name: string, text: string) => void;

/** The life of DevEnvs, in every context. All throw SlipwayErrors; see protocol/devEnvMethods.ts for what each does. */
export interface DevEnvService {
  /** Of one context, or of all: there what could not be asked is told, and hides nothing else. */
  list(context: string | undefined, signal: AbortSignal): Promise<RequestResult<'devenvs/list'>>;
  get(reference: DevEnvReference, signal: AbortSignal): Promise<DevEnv>;
  manifest(context: string, name: string | undefined, spec: DevEnvSpec, signal: AbortSignal): Promise<string>;
  create(context: string, name: string | undefined, spec: DevEnvSpec, signal: AbortSignal): Promise<DevEnv>;
  start(reference: DevEnvReference, wait: boolean, onProgress: OnProgress, signal: AbortSignal): Promise<DevEnv>;
  stop(reference: DevEnvReference, signal: AbortSignal): Promise<DevEnv>;
  resize(reference: DevEnvReference, changes: DevEnvSpec, signal: AbortSignal): Promise<DevEnv>;
  delete(reference: DevEnvReference, workspace: boolean, signal: AbortSignal): Promise<void>;
}

export async function createDevEnvService(options: DevEnvServiceOptions): Promise<DevEnvService> {
  return new Service(options, await podReading());
}

class Service implements DevEnvService {
  readonly #options: DevEnvServiceOptions;
  readonly #reading: PodReading;
  readonly #clock: Clock;
  readonly #statuses: LiveStatuses;
  /** Another person, or another entry of the configuration, is another API. */
  readonly #spaces = new WeakMap<KubernetesApi, SpaceDevEnvs>();

  constructor(options: DevEnvServiceOptions, reading: PodReading) {
    this.#options = options;
    this.#reading = reading;
    this.#clock = { ...systemClock, now: options.now };
    this.#statuses = new LiveStatuses(options.now);
  }

  async list(context: string | undefined, signal: AbortSignal): Promise<RequestResult<'devenvs/list'>> {
    if (context !== undefined) {
      const space = await this.#space(context, signal);
      return { devEnvs: [...(await space.list(signal))], problems: [] };
    }
    const contexts = await this.#options.contexts();
    const answers = await Promise.all(contexts.map((name) => this.#listOrProblem(name, signal)));
    return {
      devEnvs: answers.flatMap(({ devEnvs }) => devEnvs),
      problems: answers.flatMap(({ problems }) => problems),
    };
  }

  async get({ context, name }: DevEnvReference, signal: AbortSignal): Promise<DevEnv> {
    return (await this.#space(context, signal)).get(name, signal);
  }

  async manifest(context: string, name: string | undefined, spec: DevEnvSpec, signal: AbortSignal): Promise<string> {
    return (await this.#space(context, signal)).manifest(name, spec, signal);
  }

  async create(context: string, name: string | undefined, spec: DevEnvSpec, signal: AbortSignal): Promise<DevEnv> {
    return (await this.#space(context, signal)).create(name, spec, signal);
  }

  async start(
    { context, name }: DevEnvReference,
    wait: boolean,
    onProgress: OnProgress,
    signal: AbortSignal,
  ): Promise<DevEnv> {
    return (await this.#space(context, signal)).start(name, wait, onProgress, signal);
  }

  async stop({ context, name }: DevEnvReference, signal: AbortSignal): Promise<DevEnv> {
    return (await this.#space(context, signal)).stop(name, signal);
  }

  async resize({ context, name }: DevEnvReference, changes: DevEnvSpec, signal: AbortSignal): Promise<DevEnv> {
    return (await this.#space(context, signal)).resize(name, changes, signal);
  }

  async delete({ context, name }: DevEnvReference, workspace: boolean, signal: AbortSignal): Promise<void> {
    await (await this.#space(context, signal)).delete(name, workspace, signal);
  }

  async #listOrProblem(context: string, signal: AbortSignal): Promise<RequestResult<'devenvs/list'>> {
    try {
      return await this.list(context, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (!SlipwayError.is(error)) throw error;
      const { message, action } = error;
      return { devEnvs: [], problems: [{ context, message, ...(action !== undefined && { action }) }] };
    }
  }

  async #space(context: string, signal: AbortSignal): Promise<SpaceDevEnvs> {
    const access = await this.#options.space(context, signal);
    const known = this.#spaces.get(access.api);
    if (known !== undefined) return known;
    const space = new SpaceDevEnvs({
      access,
      reading: this.#reading,
      statuses: this.#statuses,
      clock: this.#clock,
      random: this.#options.random,
    });
    this.#spaces.set(access.api, space);
    return space;
  }
}
