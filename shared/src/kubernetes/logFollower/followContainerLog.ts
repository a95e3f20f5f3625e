import { SlipwayError } from '../../protocol/index.ts';
import type { ApiStream, KubernetesApi, Query } from '../api.ts';
import { systemClock, type Clock } from '../clock.ts';
import { type Attempt, apiFailureOf, requestOf } from '../errors.ts';
import { asSlipwayError, classify } from '../failure.ts';
import { podPath } from '../resources.ts';
import { failed, freshBackOff, waitMs, wentWell } from '../timing/backOff.ts';
import { TransportFailure } from '../transport/failures.ts';
import type { Random } from '../timing/random.ts';
import { watchContainer, type ContainerReference, type ContainerWatch } from './containerWatch.ts';
import { LogDecoder } from './logDecoder.ts';
import { LogResumer, type FreshLine } from './logResumer.ts';
import { StreamWatchdog } from './streamWatchdog.ts';

/** A line of a container's log. */
export interface ContainerLogLine {
  /** Epoch milliseconds. */
  readonly time: number;
  /** RFC 3339 with nanoseconds, as the node wrote it. */
  readonly timestamp: string;
  /** The line as it was written, without its line end; the container runtime drops a carriage return before that. */
  readonly bytes: Uint8Array;
  /** A part of a line longer than 1 MiB: the next line is its continuation. */
  readonly partial?: true;
  /** The node rotated the log while it could not be read: lines before this one may be missing. */
  readonly mayMissBefore?: true;
}

export interface FollowLogOptions {
  readonly clock?: Clock;
  readonly random?: Random;
  /** Is told when the log cannot be read at the moment; reading goes on by itself. */
  readonly onTrouble?: (error: SlipwayError) => void;
  /** Where the container's state comes from; default: a watch of the pod. The caller disposes it. */
  readonly watch?: ContainerWatch;
}

/**
 * Follows the log of one container from its start to its end, whole lines in order, none twice, across cuts, rotation and
 * hours of silence. Waits for a container that has not started. Ends when the container has ended and all was read, or when
 * the pod is gone. Reads no faster than its lines are taken.
 *
 * What the API cannot give: the kubelet keeps only the newest file of a log once it has been rotated (10 MiB by default). Lines
 * written and rotated away while nobody was connected, or faster than the kubelet's own follower opens the new file, are lost
 * to every client of the API; the first line after such a gap says `mayMissBefore` where that can be known, which is not the
 * case within one connection. Lost in the same way is the first half of a line that was being written when the log was rotated,
 * where the runtime puts it into the old file too late: the rest then stands for the line. A line that the container has begun
 * shows when it has ended.
 *
 * @throws SlipwayError when the cluster refuses, or there is no such container; the reason of `signal`
 */
export async function* followContainerLog(
  api: KubernetesApi,
  reference: ContainerReference,
  options: FollowLogOptions,
  signal: AbortSignal,
): AsyncGenerator<ContainerLogLine, void, undefined> {
  const time = { clock: options.clock ?? systemClock, random: options.random ?? Math.random };
  const watch = options.watch ?? (await watchContainer(api, reference, time, signal));
  try {
    yield* new Follower(api, reference, { ...options, ...time, watch }).lines(signal);
  } finally {
    if (options.watch === undefined) watch.dispose();
  }
}

interface Followed extends FollowLogOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly watch: ContainerWatch;
}

class Follower {
  readonly #api: KubernetesApi;
  readonly #reference: ContainerReference;
  readonly #options: Followed;
  readonly #resumer = new LogResumer();
  #backOff = freshBackOff;
  #readings = 0;

  constructor(api: KubernetesApi, reference: ContainerReference, options: Followed) {
    this.#api = api;
    this.#reference = reference;
    this.#options = options;
  }

  async *lines(signal: AbortSignal): AsyncGenerator<ContainerLogLine> {
    const { watch } = this.#options;
    while (true) {
      signal.throwIfAborted();
      const state = watch.state;
      if (state === 'unknown') throw noContainer(this.#reference, this.#attempt);
      if (state === 'gone') return;
      if (state === 'waiting') {
        await watch.changed(signal);
        continue;
      }
      // What had ended before the reading began is complete when the reading is.
      const complete = yield* this.#reading(state === 'running', signal);
      if (complete && state === 'terminated') return;
      await this.#pause(complete, state, signal);
    }
  }

  /** Reads what is there, or follows it, until the connection ends. True where it ended without an error. */
  async *#reading(follow: boolean, signal: AbortSignal): AsyncGenerator<ContainerLogLine, boolean> {
    let stream: ApiStream | undefined;
    const { clock, watch } = this.#options;
    if (this.#readings > 0) this.#resumer.restart();
    this.#readings += 1;
    const decoder = new LogDecoder();
    const watchdog = new StreamWatchdog({ clock, watch });
    try {
      stream = await this.#open(follow, signal);
      this.#backOff = wentWell(this.#backOff, clock.now());
      if (follow) watchdog.guard(stream, signal);
      for await (const chunk of stream) {
        watchdog.busy();
        yield* this.#fresh(decoder.push(chunk));
        watchdog.waiting();
      }
      // Only what has ended has a last line without a line end; else the rest is read again.
      if (!follow) yield* this.#fresh(decoder.end());
      return true;
    } catch (error) {
      signal.throwIfAborted();
      return this.#trouble(error) && !follow;
    } finally {
      watchdog.dispose();
      stream?.destroy();
    }
  }

  *#fresh(lines: ReturnType<LogDecoder['push']>): Generator<ContainerLogLine> {
    for (const line of lines) {
      if (line.kind === 'notice') throw new NoLog(this.#reference, line.text, this.#attempt);
      const fresh = this.#resumer.take(line);
      if (fresh !== undefined) yield toLogLine(fresh);
    }
  }

  #open(follow: boolean, signal: AbortSignal): Promise<ApiStream> {
    const query: Query = {
      container: this.#reference.container,
      timestamps: true,
      follow: follow || undefined,
      sinceTime: this.#resumer.sinceTime,
    };
    return this.#api.stream(podPath(this.#reference, 'log'), query, {}, signal);
  }

  get #attempt(): Attempt {
    return { cluster: this.#api.cluster, verb: 'get', path: podPath(this.#reference, 'log') };
  }

  /**
   * True where there is no log: the container has not started, or its log is no more; the container's state decides which.
   * @throws what asking again does not help against
   */
  #trouble(thrown: unknown): boolean {
    const error = asSlipwayError(thrown, 'The log', this.#attempt);
    const status = apiFailureOf(error)?.status;
    if (status === 400 || status === 404) return true;
    if (classify(error) === 'refused') throw error;
    // The kubelet gives headers with the first byte: a container that says nothing has none for a long time.
    if (!(error.cause instanceof TransportFailure && error.cause.fault === 'timeout')) this.#options.onTrouble?.(error);
    return error instanceof NoLog;
  }

  /** Waits between two readings, shorter where the container's state changes. */
  async #pause(complete: boolean, before: string, signal: AbortSignal): Promise<void> {
    const { clock, random, watch } = this.#options;
    if (watch.state !== before) return;
    this.#backOff = failed(this.#backOff, clock.now());
    // A follow that ends is the end of the container as a rule, and the watch says so in a moment.
    const ms = Math.max(complete ? 250 : 0, waitMs(this.#backOff, random));
    const done = new AbortController();
    const both = AbortSignal.any([signal, done.signal]);
    const late = clock.sleep(ms, both).catch(() => undefined);
    const changed = watch.changed(both).catch(() => undefined);
    await (complete ? Promise.race([late, changed]) : late);
    done.abort();
  }
}

function toLogLine({ stamp, bytes, partial, mayMissBefore }: FreshLine): ContainerLogLine {
  return {
    time: stamp.second * 1_000 + Math.floor(stamp.nanosecond / 1_000_000),
    timestamp: stamp.text,
    bytes,
    ...(partial ? { partial } : {}),
    ...(mayMissBefore ? { mayMissBefore } : {}),
  };
}

function noContainer({ namespace, pod, container }: ContainerReference, attempt: Attempt): SlipwayError {
  return new SlipwayError('cluster.notFound', `Pod ${pod} in ${namespace} has no container ${container}.`, {
    action: `See its containers with kubectl -n ${namespace} describe pod ${pod}.`,
    request: requestOf(attempt),
  });
}

/** The kubelet says so instead of a log. */
class NoLog extends SlipwayError {
  constructor({ pod, container }: ContainerReference, text: string, attempt: Attempt) {
    const words = text.replaceAll(/[^ -~]/g, ' ').slice(0, 200);
    super('cluster.unreachable', `The node cannot give the log of ${container} in pod ${pod}: ${words}.`, {
      action: 'Try again in a moment; if it stays so, tell the administrator of the cluster.',
      request: requestOf(attempt),
    });
  }
}
