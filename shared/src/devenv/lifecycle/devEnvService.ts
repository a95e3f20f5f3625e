import { systemClock, type KubernetesApi, type Random } from '../../kubernetes/index.ts';
import {
  SlipwayError,
  type DevEnv,
  type DevEnvOptions,
  type DevEnvSpec,
  type RequestResult,
} from '../../protocol/index.ts';
import { podReading, type Disposable, type PodReading } from '../../targets/index.ts';
import type { OpenSpace } from '../access.ts';
import { ContextWatch, type DevEnvListener } from './contextWatch.ts';
import { LiveStatuses } from './liveStatus.ts';
import { SpaceDevEnvs } from './spaceDevEnvs.ts';

export interface DevEnvServiceOptions {
  readonly space: OpenSpace;
  /** The names of all cluster contexts. */
  readonly contexts: () => Promise<readonly string[]>;
  /** Epoch ms. */
  readonly now: () => number;
  readonly random: Random;
  /** Told of failures that no request waits for. */
  readonly onError: (error: unknown) => void;
}

/** Which DevEnv: its name, or the word of a further one of the person's own. */
export interface DevEnvReference {
  readonly context: string;
  readonly name: string;
}

/** The image looks for signs of work, and writes what it saw, every two seconds: after so long it has, ms. */
const noticedMs = 5_000;

export type OnProgress = (name: string, text: string) => void;

/** The life of DevEnvs, in every context. All throw SlipwayErrors; see protocol/devEnvMethods.ts for what each does. */
export interface DevEnvService {
  /** Of one context, or of all: there what could not be asked is told, and hides nothing else. */
  list(context: string | undefined, signal: AbortSignal): Promise<RequestResult<'devenvs/list'>>;
  get(reference: DevEnvReference, signal: AbortSignal): Promise<DevEnv>;
  /** Those of a context, or of all that there are now, are told at once and then with each change. */
  watch(context: string | undefined, listener: DevEnvListener): Promise<Disposable>;
  options(context: string, signal: AbortSignal): Promise<DevEnvOptions>;
  manifest(context: string, name: string | undefined, spec: DevEnvSpec, signal: AbortSignal): Promise<string>;
  /** @param start it is to be started afterwards: nothing is made where that is not allowed */
  create(
    context: string,
    name: string | undefined,
    spec: DevEnvSpec,
    start: boolean,
    signal: AbortSignal,
  ): Promise<DevEnv>;
  start(reference: DevEnvReference, wait: boolean, onProgress: OnProgress, signal: AbortSignal): Promise<DevEnv>;
  restart(reference: DevEnvReference, onProgress: OnProgress, signal: AbortSignal): Promise<DevEnv>;
  stop(reference: DevEnvReference, signal: AbortSignal): Promise<DevEnv>;
  resize(reference: DevEnvReference, changes: DevEnvSpec, signal: AbortSignal): Promise<DevEnv>;
  delete(reference: DevEnvReference, workspace: boolean, signal: AbortSignal): Promise<void>;
  /** Somebody has said that they work there: its pod says so, too, in a moment. Does not wait for that. */
  worked(reference: DevEnvReference): void;
  /** Contexts may lead elsewhere now, and what waited for a sign-in may go on. */
  contextsChanged(): void;
  dispose(): void;
}

export async function createDevEnvService(options: DevEnvServiceOptions): Promise<DevEnvService> {
  return new Service(options, await podReading());
}

class Service implements DevEnvService {
  readonly #options: DevEnvServiceOptions;
  readonly #reading: PodReading;
  readonly #clock: ReturnType<PodReading['wakeableClock']>;
  readonly #statuses: LiveStatuses;
  /** Another person, or another entry of the configuration, is another API. */
  readonly #spaces = new WeakMap<KubernetesApi, SpaceDevEnvs>();
  readonly #watches = new Map<string, ContextWatch>();
  readonly #life = new AbortController();
  #disposed = false;

  constructor(options: DevEnvServiceOptions, reading: PodReading) {
    this.#options = options;
    this.#reading = reading;
    this.#clock = reading.wakeableClock({ ...systemClock, now: options.now });
    this.#statuses = new LiveStatuses(options.now);
  }

  async list(context: string | undefined, signal: AbortSignal): Promise<RequestResult<'devenvs/list'>> {
    if (context !== undefined) {
      const space = await this.#space(context, signal);
      return { devEnvs: [...(await space.reader.list(signal))], problems: [] };
    }
    const contexts = await this.#options.contexts();
    const answers = await Promise.all(contexts.map((name) => this.#listOrProblem(name, signal)));
    return {
      devEnvs: answers.flatMap(({ devEnvs }) => devEnvs),
      problems: answers.flatMap(({ problems }) => problems),
    };
  }

  async get({ context, name }: DevEnvReference, signal: AbortSignal): Promise<DevEnv> {
    return (await this.#space(context, signal)).reader.get(name, signal);
  }

  async watch(context: string | undefined, listener: DevEnvListener): Promise<Disposable> {
    const contexts = context === undefined ? await this.#options.contexts() : [context];
    if (this.#disposed) throw new SlipwayError('cancelled', 'The session has ended.');
    // A listener of its own for each call, so that one function can listen twice.
    const own: DevEnvListener = (change) => listener(change);
    for (const name of contexts) this.#watchOf(name).add(own);
    return {
      dispose: () => {
        for (const name of contexts) this.#leave(name, own);
      },
    };
  }

  worked({ context, name }: DevEnvReference): void {
    this.#clock.sleep(noticedMs, this.#life.signal).then(
      () => {
        this.#statuses.forget();
        this.#watches.get(context)?.look(name);
      },
      // The core ends, and nobody is told any more.
      () => undefined,
    );
  }

  async options(context: string, signal: AbortSignal): Promise<DevEnvOptions> {
    return (await this.#space(context, signal)).options(signal);
  }

  async manifest(context: string, name: string | undefined, spec: DevEnvSpec, signal: AbortSignal): Promise<string> {
    return (await this.#space(context, signal)).manifest(name, spec, signal);
  }

  async create(
    context: string,
    name: string | undefined,
    spec: DevEnvSpec,
    start: boolean,
    signal: AbortSignal,
  ): Promise<DevEnv> {
    return (await this.#space(context, signal)).create(name, spec, start, signal);
  }

  async start(
    { context, name }: DevEnvReference,
    wait: boolean,
    onProgress: OnProgress,
    signal: AbortSignal,
  ): Promise<DevEnv> {
    return (await this.#space(context, signal)).start(name, wait, onProgress, signal);
  }

  async restart({ context, name }: DevEnvReference, onProgress: OnProgress, signal: AbortSignal): Promise<DevEnv> {
    return (await this.#space(context, signal)).restart(name, onProgress, signal);
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

  contextsChanged(): void {
    this.#clock.wake();
    for (const watch of this.#watches.values()) watch.reopen();
  }

  dispose(): void {
    this.#disposed = true;
    this.#life.abort();
    for (const watch of this.#watches.values()) watch.dispose();
    this.#watches.clear();
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

  #watchOf(context: string): ContextWatch {
    const known = this.#watches.get(context);
    if (known !== undefined) return known;
    const watch = new ContextWatch({
      context,
      open: async (signal) => (await this.#space(context, signal)).reader,
      reading: this.#reading,
      clock: this.#clock,
      random: this.#options.random,
      onError: this.#options.onError,
    });
    this.#watches.set(context, watch);
    return watch;
  }

  #leave(context: string, listener: DevEnvListener): void {
    const watch = this.#watches.get(context);
    watch?.remove(listener);
    if (watch === undefined || watch.hasListeners) return;
    watch.dispose();
    this.#watches.delete(context);
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
      onError: this.#options.onError,
    });
    this.#spaces.set(access.api, space);
    return space;
  }
}
