import { createReflector, isAlreadyExists, isConflict, type Clock, type Random } from '../../kubernetes/index.ts';
import { SlipwayError } from '../../protocol/index.ts';
import type { Pod, PodReading } from '../../targets/index.ts';
import * as z from 'zod';
import type { DevEnvObjects } from './clusterObjects.ts';
import { checkOurs } from './ownership.ts';

const anything = z.unknown();
/** So often a pod is looked at that does not change, ms. */
const lookMs = 1_000;

/** The pod of a DevEnv: made, followed, ended. */
export class PodLife {
  readonly #objects: DevEnvObjects;
  readonly #reading: PodReading;
  readonly #clock: Clock;
  readonly #random: Random;

  constructor(objects: DevEnvObjects, reading: PodReading, clock: Clock, random: Random) {
    this.#objects = objects;
    this.#reading = reading;
    this.#clock = clock;
    this.#random = random;
  }

  /** Makes a pod; one that somebody else made meanwhile is as good. */
  async create(body: unknown, signal: AbortSignal): Promise<void> {
    try {
      await this.#objects.api.create(this.#objects.podPath(), body, {}, anything, signal);
    } catch (error) {
      if (!isAlreadyExists(error)) throw error;
    }
  }

  /**
   * Ends this incarnation, and waits until nothing of it is left.
   * @param look at it while it is there; what it throws ends the waiting
   */
  async end(name: string, pod: Pod, signal: AbortSignal, look?: (pod: Pod) => void): Promise<void> {
    checkOurs(pod, 'pod', name);
    const { uid } = pod.metadata;
    const remove = async (): Promise<void> => {
      if (pod.metadata.deletionTimestamp !== undefined) return;
      try {
        await this.#objects.api.delete(this.#objects.podPath(name), uid === undefined ? {} : { uid }, signal);
      } catch (error) {
        // Another incarnation: this one has gone.
        if (!isConflict(error)) throw error;
      }
    };
    const isGone = (now: Pod | undefined): true | undefined => {
      if (now === undefined || now.metadata.uid !== uid) return true;
      look?.(now);
      return undefined;
    };
    await this.follow(name, isGone, signal, remove);
  }

  /**
   * Looks at the pod of this name each time it changes, and every so often besides, until `look` gives something.
   * @param look gets undefined where there is no such pod
   * @param begin is called once the pod is followed: who may not do that has begun nothing
   */
  async follow<T>(
    name: string,
    look: (pod: Pod | undefined) => Promise<T | undefined> | T | undefined,
    signal: AbortSignal,
    begin?: () => Promise<void>,
  ): Promise<T> {
    let wake = (): void => undefined;
    const reflector = createReflector({
      api: this.#objects.api,
      path: this.#objects.podPath(),
      options: { fieldSelector: `metadata.name=${name}` },
      schema: this.#reading.podSchema,
      key: ({ metadata }) => metadata.name,
      clock: this.#clock,
      random: this.#random,
      onChange: () => wake(),
    });
    try {
      await reflector.synced(signal);
      await begin?.();
      for (;;) {
        const changed = new Promise<void>((resolve) => (wake = resolve));
        const seen = await look(reflector.get(name));
        if (seen !== undefined) return seen;
        await this.#either(changed, lookMs, signal);
      }
    } finally {
      reflector.dispose();
    }
  }

  async #either(changed: Promise<void>, ms: number, signal: AbortSignal): Promise<void> {
    const over = new AbortController();
    const timer = this.#clock.sleep(ms, AbortSignal.any([signal, over.signal])).catch(() => undefined);
    await Promise.race([changed, timer]);
    over.abort();
    if (signal.aborted) throw new SlipwayError('cancelled', 'The operation was cancelled.', { cause: signal.reason });
  }
}
