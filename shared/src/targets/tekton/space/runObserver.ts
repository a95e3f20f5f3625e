import { isForbidden, resources, type Clock, type KubernetesApi, type Part } from '../../../kubernetes/index.ts';
import { SlipwayError, type RunEvent } from '../../../protocol/index.ts';
import type { Disposable } from '../../runTarget.ts';
import {
  givenUpPods,
  isBeingMade,
  isOurs,
  observeRun,
  podIsTerminal,
  type CustomRun,
  type ObservedRun,
  type PipelineRun,
  type Pod,
  type RunFacts,
  type TaskRun,
} from '../observe/index.ts';
import { untilAborted } from '../untilAborted.ts';
import { noPendingFacts, type PendingFacts } from './pendingFacts.ts';
import type { PendingReader } from './pendingReader.ts';
import type { RunObjects } from './runObjects.ts';
import type { RunProgressSource } from './runProgress.ts';
import { hasWaitingPod } from './runReading.ts';
import { runStrandedSteps, strandedSteps } from './strandedSteps.ts';

/** How often the reasons of a run that waits are read again. */
const pendingMs = 2_000;
/** How long news are gathered before they are told, so that a burst is one change. */
const gatherMs = 10;

export interface RunObserverOptions {
  readonly api: KubernetesApi;
  readonly context: string;
  readonly run: string;
  readonly clock: Clock;
  readonly objects: RunObjects;
  readonly progress: RunProgressSource;
  readonly pending: PendingReader;
  /** What was told of it before. */
  readonly observed: ObservedRun | undefined;
  /** Its events have grown, or it is final. */
  readonly onGrowth: () => void;
  readonly onError: (error: unknown) => void;
}

/** Follows one run until it is final: watches its objects, reads why it waits, and folds in what its steps report. */
export class RunObserver implements Disposable {
  readonly #options: RunObserverOptions;
  readonly #life = new AbortController();
  readonly #pipelineRuns: Part<PipelineRun>;
  readonly #taskRuns: Part<TaskRun>;
  readonly #pods: Part<Pod>;
  #customRuns: Part<CustomRun> | undefined;
  #progress: Disposable | undefined;
  #pending: PendingFacts = noPendingFacts;
  #podsForbidden = false;
  #observed: ObservedRun | undefined;
  #gathering: NodeJS.Timeout | undefined;
  #rechecking: NodeJS.Timeout | undefined;
  #waiting = false;
  /** The first reading of why it waits. */
  #explained: Promise<void> | undefined;
  readonly #relieved = new Set<string>();
  #relieving = false;
  readonly #takenAway = new Set<string>();
  #linesSeen = 0;
  #goesOnSeen = false;
  #looked = false;

  constructor(options: RunObserverOptions) {
    this.#options = options;
    this.#observed = options.observed;
    const { objects } = options;
    this.#pipelineRuns = objects.pipelineRuns(this.#soon);
    this.#taskRuns = objects.taskRuns(this.#soon);
    this.#pods = objects.pods(this.#soon);
    this.#pods.synced(this.#life.signal).catch((error: unknown) => {
      if (this.#life.signal.aborted || !isForbidden(error)) return;
      this.#podsForbidden = true;
      this.#soon();
    });
  }

  get events(): readonly RunEvent[] {
    return this.#observed?.events ?? [];
  }

  /** Of the PipelineRun that is observed; undefined before it was seen. */
  get uid(): string | undefined {
    return this.#observed?.memory.pipelineRun?.metadata.uid;
  }

  get final(): boolean {
    return this.#observed?.final === true;
  }

  /** The objects as last heard of, to find pods and containers. */
  get facts(): RunFacts {
    const { context, run, clock, progress } = this.#options;
    const [pipelineRun] = this.#pipelineRuns.items.values();
    return {
      context,
      now: clock.now(),
      pipelineRun,
      taskRuns: [...this.#taskRuns.items.values()],
      customRuns: [...(this.#customRuns?.items.values() ?? [])],
      pods: this.#podsForbidden ? undefined : [...this.#pods.items.values()],
      events: this.#pending.events,
      claims: this.#pending.claims,
      ...(this.#pending.nodes !== undefined && { nodes: this.#pending.nodes }),
      ...(this.#pending.nodePods !== undefined && { nodePods: this.#pending.nodePods }),
      progress: progress.lines(run),
      progressGoesOn: progress.goesOn(run),
      cancelRequested: progress.cancelRequested(run),
      turnsAreGiven: this.#relieving,
    };
  }

  /**
   * Resolves when its objects have been read once, and, where a pod of it waits, what tells why.
   * @throws SlipwayError where they may not be read
   */
  async ready(signal: AbortSignal): Promise<void> {
    await Promise.all([this.#pipelineRuns.synced(signal), this.#taskRuns.synced(signal)]);
    if (!this.#podsForbidden) {
      await this.#pods.synced(signal).catch((error: unknown) => {
        if (!isForbidden(error)) throw error;
      });
    }
    // Later looks come with news: whoever is told of one may ask for this again.
    if (!this.#looked) this.#look();
    // Its pod alone says less, and whoever asks once would hear no more.
    if (this.#explained !== undefined && hasWaitingPod(this.facts)) await untilAborted(this.#explained, signal);
  }

  /** Folds in what is known now, without waiting for news. */
  refresh(): void {
    this.#look();
  }

  dispose(): void {
    this.#life.abort();
    clearTimeout(this.#gathering);
    clearTimeout(this.#rechecking);
    this.#progress?.dispose();
    this.#pipelineRuns.dispose();
    this.#taskRuns.dispose();
    this.#pods.dispose();
    this.#customRuns?.dispose();
  }

  readonly #soon = (): void => {
    if (this.#life.signal.aborted) return;
    this.#gathering ??= setTimeout(() => {
      this.#gathering = undefined;
      this.#look();
    }, gatherMs);
  };

  #look(): void {
    if (this.#life.signal.aborted || this.final) return;
    // Before the first list is complete an empty collection means nothing.
    if (this.#pipelineRuns.state.state === 'syncing' || this.#taskRuns.state.state === 'syncing') return;
    if (!this.#podsForbidden && this.#pods.state.state === 'syncing') return;
    this.#looked = true;
    const before = this.events.length;
    const { facts } = this;
    this.#linesSeen = facts.progress.length;
    this.#goesOnSeen = facts.progressGoesOn === true;
    const observed = observeRun(this.#observed, facts);
    this.#observed = observed;
    this.#options.progress.placeChanged(this.#options.run);
    this.#follow(facts);
    if (observed.final || observed.events.length > before) this.#options.onGrowth();
  }

  /** Starts what the present state asks for. */
  #follow(facts: RunFacts): void {
    const { run, progress, clock, objects } = this.#options;
    const children = facts.pipelineRun?.status?.childReferences ?? [];
    if (children.some(({ kind }) => kind === 'CustomRun')) this.#customRuns ??= objects.customRuns(this.#soon);
    // A log that grows is news for its readers alone.
    this.#progress ??= progress.follow(run, () => {
      const hasEnded = this.#goesOnSeen && !progress.goesOn(run);
      if (hasEnded || progress.lines(run).length !== this.#linesSeen) this.#soon();
    });
    if (isPending(facts)) void this.#explain(facts);
    void this.#relieve(facts);
    void this.#takeAway(facts);
    clearTimeout(this.#rechecking);
    const recheckAt = this.#observed?.recheckAt;
    if (recheckAt !== undefined && !this.final) {
      this.#rechecking = setTimeout(() => this.#look(), Math.max(0, recheckAt - clock.now()));
    }
  }

  /** Runs the steps that wait for a turn which nobody gives them. Where that may not be done, the run ends without what they make. */
  async #relieve(facts: RunFacts): Promise<void> {
    const stranded = this.#relieving ? undefined : strandedSteps(facts);
    if (stranded === undefined) return;
    const turn = `${stranded.pod}/${stranded.steps[0]}`;
    if (this.#relieved.has(turn)) return;
    this.#relieved.add(turn);
    this.#relieving = true;
    const { api, onError } = this.#options;
    try {
      await runStrandedSteps(api, stranded, this.#life.signal);
    } catch (error) {
      if (!this.#life.signal.aborted && !isPassing(error)) onError(error);
    } finally {
      this.#relieving = false;
      this.#soon();
    }
  }

  /** Takes away the pods of a run of ours that Tekton has given up. Where that may not be done they stay until the run is deleted. */
  async #takeAway({ pipelineRun, taskRuns, pods = [] }: RunFacts): Promise<void> {
    if (pipelineRun === undefined || !isOurs(pipelineRun.metadata)) return;
    const { api, onError } = this.#options;
    const givenUp = givenUpPods(taskRuns, pods).filter((pod) => !isBeingMade(pod));
    for (const { metadata } of givenUp) {
      const { name, uid } = metadata;
      if (this.#takenAway.has(name)) continue;
      this.#takenAway.add(name);
      const path = { type: resources.pods, namespace: api.cluster.namespace, name };
      try {
        await api.delete(path, uid === undefined ? {} : { uid }, this.#life.signal);
      } catch (error) {
        if (!this.#life.signal.aborted && !isPassing(error)) onError(error);
      }
    }
  }

  /** Reads again and again why it waits, for as long as it does; one reader at a time. */
  async #explain(first: RunFacts): Promise<void> {
    if (this.#waiting) return;
    this.#waiting = true;
    const { clock, onError } = this.#options;
    const { signal } = this.#life;
    try {
      for (let facts = first; isPending(facts) && !this.final; facts = this.facts) {
        const reading = this.#readPending(facts);
        this.#explained ??= reading.catch(() => undefined);
        await reading;
        await clock.sleep(pendingMs, signal);
      }
    } catch (error) {
      if (!signal.aborted) onError(error);
    } finally {
      this.#waiting = false;
    }
  }

  async #readPending(facts: RunFacts): Promise<void> {
    const { signal } = this.#life;
    try {
      this.#pending = await this.#options.pending.read(ownersOf(facts), facts.pods ?? [], signal);
    } catch (error) {
      signal.throwIfAborted();
      // The watches tell that the cluster does not answer; next time it may.
      if (!isPassing(error)) throw error;
      return;
    }
    this.#look();
  }
}

function isPassing(error: unknown): boolean {
  return SlipwayError.is(error) && error.code.startsWith('cluster.');
}

/** True while the run has not ended and a pod of it, or one that should be there, is not running. */
function isPending(facts: RunFacts): boolean {
  const { pipelineRun, pods, taskRuns } = facts;
  if (pipelineRun === undefined || pipelineRun.status?.completionTime !== undefined) return false;
  if (pods === undefined) return false;
  if (pods.every(podIsTerminal)) return taskRuns.every(({ status }) => status?.completionTime === undefined);
  return hasWaitingPod(facts);
}

function ownersOf({ pipelineRun, taskRuns }: RunFacts): string[] {
  return [...(pipelineRun === undefined ? [] : [pipelineRun]), ...taskRuns].map(({ metadata }) => metadata.name);
}
