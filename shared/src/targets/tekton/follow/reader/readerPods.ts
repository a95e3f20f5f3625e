import { resources, type Clock } from '../../../../kubernetes/index.ts';
import { helperContainer, type KubernetesObject } from '../../../../pipeline/index.ts';
import { SlipwayError } from '../../../../protocol/index.ts';
import { podSchema } from '../../submit/clusterObjects.ts';
import { obstacleOf } from '../../submit/podWaiting.ts';
import type { SpaceObjects } from '../../submit/spaceObjects.ts';
import { untilAborted } from '../../untilAborted.ts';
import type { PodContainer } from '../runPlace.ts';
import { notRunning, untilUsable, type ReaderStartOptions, type StartingPod } from './readerStart.ts';

/** A reader that nobody uses is deleted after this. */
const idleMs = 60_000;
const goneMs = 250;

export interface ReaderPodsOptions extends Pick<ReaderStartOptions, 'answers'> {
  readonly space: SpaceObjects;
  readonly clock: Clock;
  /** The pod that reads what `key` stands for. @throws SlipwayError where there is nothing left to read */
  readonly render: (key: string, signal: AbortSignal) => Promise<KubernetesObject>;
  /** Told what is waited for, in words. */
  readonly onWaiting: (key: string, words: string) => void;
}

/** A reader in use. */
export interface ReaderLease extends PodContainer {
  /** Gives it back; idempotent. */
  release(): void;
  /** It turned out not to work: the next one to ask gets another pod. Gives it back as well, where that is not done. */
  discard(): void;
}

interface ReaderPod {
  readonly name: string;
  readonly uid: string;
  /** This process made it. */
  readonly ours: boolean;
}

interface Reader {
  readonly ready: Promise<ReaderPod>;
  readonly stop: AbortController;
  users: number;
  idle: AbortController | undefined;
}

/**
 * Pods that read volumes, one for each key, made on demand, shared by those who ask at the same time, kept for a minute and
 * deleted; they end by themselves should nobody do so.
 */
export class ReaderPods {
  readonly #options: ReaderPodsOptions;
  readonly #readers = new Map<string, Reader>();
  readonly #deletions = new Set<Promise<void>>();
  #disposed = false;

  constructor(options: ReaderPodsOptions) {
    this.#options = options;
  }

  /**
   * Gives a pod whose helper can be started.
   * @throws SlipwayError `cluster.forbidden` where pods may not be made, `cluster.refused` with the reason why it does not run
   */
  async acquire(key: string, signal: AbortSignal): Promise<ReaderLease> {
    signal.throwIfAborted();
    if (this.#disposed) throw new SlipwayError('cancelled', 'The connection to the cluster was closed.');
    const reader = this.#readers.get(key) ?? this.#begin(key);
    reader.users += 1;
    reader.idle?.abort();
    reader.idle = undefined;
    let released = false;
    const release = (): void => {
      if (released) return;
      released = true;
      this.#leave(key, reader);
    };
    try {
      const { name } = await untilAborted(reader.ready, signal);
      const discard = (): void => {
        const isKept = this.#readers.get(key) === reader;
        if (isKept) this.#readers.delete(key);
        if (isKept && released && reader.users === 0) this.#end(key, reader);
        release();
      };
      return { pod: name, container: helperContainer, release, discard };
    } catch (error) {
      release();
      throw error;
    }
  }

  /** Deletes what was made. Resolves when that is done, or cannot be done. */
  async dispose(): Promise<void> {
    this.#disposed = true;
    for (const [key, reader] of [...this.#readers]) this.#end(key, reader);
    await Promise.all(this.#deletions);
  }

  #begin(key: string): Reader {
    const stop = new AbortController();
    const ready = this.#make(key, stop.signal);
    const reader: Reader = { ready, stop, users: 0, idle: undefined };
    this.#readers.set(key, reader);
    ready.catch(() => {
      if (this.#readers.get(key) === reader) this.#readers.delete(key);
    });
    return reader;
  }

  #leave(key: string, reader: Reader): void {
    reader.users -= 1;
    if (reader.users > 0) return;
    if (this.#readers.get(key) !== reader) {
      this.#end(key, reader);
      return;
    }
    const idle = new AbortController();
    reader.idle = idle;
    this.#options.clock.sleep(idleMs, idle.signal).then(
      () => this.#end(key, reader),
      () => undefined, // In use again.
    );
  }

  #end(key: string, reader: Reader): void {
    if (this.#readers.get(key) === reader) this.#readers.delete(key);
    reader.idle?.abort();
    const deletion = this.#delete(reader).finally(() => this.#deletions.delete(deletion));
    this.#deletions.add(deletion);
  }

  /** Only what this process made: another one may be reading through what it found there. */
  async #delete({ ready, stop }: Reader): Promise<void> {
    stop.abort();
    const limit = AbortSignal.timeout(10_000);
    try {
      const { name, uid, ours } = await ready;
      if (ours) await this.#options.space.remove(resources.pods, { name, uid }, limit);
    } catch {
      // Never made, or it cannot be deleted now: it ends by its deadline and is pruned.
    }
  }

  async #make(key: string, signal: AbortSignal): Promise<ReaderPod> {
    const { space, render } = this.#options;
    const object = await render(key, signal);
    const { name } = object.metadata;
    for (let tries = 0; tries < 3; tries += 1) {
      const made = await this.#create(object, signal);
      if (made !== undefined) return await this.#ownOne(key, name, made, signal);
      const there = await space.find(resources.pods, name, podSchema, signal);
      if (there === undefined) continue;
      if (obstacleOf(there)?.final !== true) {
        await this.#untilUsable(key, { name, uid: there.metadata.uid }, signal);
        return { name, uid: there.metadata.uid, ours: false };
      }
      await space.remove(resources.pods, { name, uid: there.metadata.uid }, signal);
      await this.#untilGone(name, there.metadata.uid, signal);
    }
    throw notRunning(name, 'another one of that name comes and goes');
  }

  async #ownOne(key: string, name: string, uid: string, signal: AbortSignal): Promise<ReaderPod> {
    try {
      await this.#untilUsable(key, { name, uid }, signal);
      return { name, uid, ours: true };
    } catch (error) {
      // If even that fails, it ends by its deadline.
      await this.#options.space
        .remove(resources.pods, { name, uid }, AbortSignal.timeout(10_000))
        .catch(() => undefined);
      throw error;
    }
  }

  /** Gives its uid; undefined when the name is taken. */
  async #create(object: KubernetesObject, signal: AbortSignal): Promise<string | undefined> {
    const { space } = this.#options;
    try {
      return (await space.create(resources.pods, object, signal))?.metadata.uid;
    } catch (error) {
      if (!SlipwayError.is(error, 'cluster.forbidden')) throw error;
      throw new SlipwayError(
        'cluster.forbidden',
        `The run's pod is gone, so its files are read through a pod of their own, which you may not make. ${error.message}`,
        {
          action: `Ask for the right to create pods in ${space.namespace}, or look at the volume another way.`,
          cause: error,
        },
      );
    }
  }

  #untilUsable(key: string, pod: StartingPod, signal: AbortSignal): Promise<void> {
    const { space, clock, answers, onWaiting } = this.#options;
    const look = (name: string, inner: AbortSignal) => space.find(resources.pods, name, podSchema, inner);
    return untilUsable({ clock, look, answers, onWaiting: (words) => onWaiting(key, words) }, pod, signal);
  }

  async #untilGone(name: string, uid: string, signal: AbortSignal): Promise<void> {
    const { space, clock } = this.#options;
    const end = clock.now() + 60_000;
    while (clock.now() < end) {
      const pod = await space.find(resources.pods, name, podSchema, signal);
      if (pod?.metadata.uid !== uid) return;
      await clock.sleep(goneMs, signal);
    }
  }
}
