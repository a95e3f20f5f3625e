import type { SlipwayError } from '../../protocol/index.ts';
import type { KubernetesApi } from '../api.ts';
import type { Clock } from '../clock.ts';
import { createReflector, type Reflector } from '../reflector/index.ts';
import { resources } from '../resources.ts';
import type { Random } from '../timing/random.ts';
import { containerState, podSchema, type ContainerState, type PodFacts } from './containerState.ts';

export interface ContainerReference {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
}

/** How a container is, as the cluster tells it. */
export interface ContainerWatch {
  readonly state: ContainerState;
  /** How often the cluster has come back after it was out of reach. */
  readonly returns: number;
  /** Resolves at the next change of either. */
  changed(signal: AbortSignal): Promise<void>;
  dispose(): void;
}

/** How long a watch of the pod may be silent before it is checked, ms; only an ended container or a cut makes it matter. */
const probeMs = 10_000;

/**
 * Watches a pod for one of its containers. Resolves when its state is known.
 * @throws SlipwayError when the cluster refuses
 */
export async function watchContainer(
  api: KubernetesApi,
  { namespace, pod, container }: ContainerReference,
  time: { readonly clock: Clock; readonly random: Random },
  signal: AbortSignal,
): Promise<ContainerWatch> {
  const watch = new PodWatch(container, (onNews) =>
    createReflector({
      api,
      path: { type: resources.pods, namespace },
      options: { fieldSelector: `metadata.name=${pod}`, probeMs },
      schema: podSchema,
      key: ({ metadata }) => metadata.name,
      ...time,
      onChange: onNews,
      onState: ({ state, error }) => watch.contact(state === 'stale' ? (error ?? true) : false),
    }),
  );
  try {
    await watch.ready(signal);
    return watch;
  } catch (error) {
    watch.dispose();
    throw error;
  }
}

class PodWatch implements ContainerWatch {
  readonly #container: string;
  readonly #reflector: Reflector<PodFacts>;
  readonly #wake = new Set<() => void>();
  #uid: string | undefined;
  #stale = false;
  returns = 0;

  constructor(container: string, start: (onNews: () => void) => Reflector<PodFacts>) {
    this.#container = container;
    this.#reflector = start(() => this.#news());
  }

  get state(): ContainerState {
    return containerState(this.#pod, this.#container, this.#uid);
  }

  async ready(signal: AbortSignal): Promise<void> {
    await this.#reflector.synced(signal);
    this.#uid = this.#pod?.metadata.uid;
  }

  contact(stale: SlipwayError | boolean): void {
    if (this.#stale && stale === false) this.returns += 1;
    this.#stale = stale !== false;
    this.#news();
  }

  changed(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (act: () => void) => {
        this.#wake.delete(wake);
        signal.removeEventListener('abort', abort);
        act();
      };
      const wake = () => settle(resolve);
      const abort = () => settle(() => reject(signal.reason as Error));
      if (signal.aborted) {
        abort();
        return;
      }
      signal.addEventListener('abort', abort);
      this.#wake.add(wake);
    });
  }

  dispose(): void {
    this.#reflector.dispose();
  }

  get #pod(): PodFacts | undefined {
    return [...this.#reflector.items.values()][0];
  }

  #news(): void {
    for (const wake of [...this.#wake]) wake();
  }
}
