import { countObjects, resources, type Clock, type KubernetesApi } from '../../../kubernetes/index.ts';
import { terminalStates, type Run } from '../../../protocol/index.ts';
import { pipelineRunSchema, rowOf } from '../observe/index.ts';
import { areNewest, newestOf, type ReadRun } from './newest.ts';
import { partsByDay, recentDays } from './recentDays.ts';
import { manyRuns, type RunRow } from './runRow.ts';
import { allOf, hasChanged, look, lookAt, type Look, type Sight } from './sight.ts';
import { readRuns } from './wholeRuns.ts';

/** Of so few runs all rows come in one page. */
const onePage = 500;
/** More than these are not read one by one. */
const mostRuns = 1_000;
/** How many of those that were read are kept. */
const keptRuns = 2_000;
/** Days that are looked at alone, before all runs are: since yesterday; over a long weekend. */
const recentTries = [2, 9] as const;

export interface NewestRunsOptions {
  readonly api: KubernetesApi;
  readonly context: string;
  readonly clock: Clock;
  readonly onManyRuns: () => void;
  /** With so few runs or fewer, reading all rows is as good. Default 500. */
  readonly fewRuns?: number;
}

interface FoundRun extends ReadRun {
  readonly run: Run;
}

/** The newest runs, and whether others are left out. */
export interface Newest {
  readonly names: readonly string[];
  /** Of all runs of the space where `names` are fewer than were asked for; else of some of them. */
  readonly all: ReadonlyMap<string, string>;
}

/** How a run has changed since it was seen here. */
export type Difference =
  { readonly kind: 'changed'; readonly run: string } | { readonly kind: 'gone'; readonly run: string };

/**
 * The newest runs of a space of very many, long before all rows are there: pages come by name, so that the newest are known
 * with the last of them. The printed columns of all runs are one small request; then only the newest are read, whole.
 */
export class NewestRuns {
  readonly #api: KubernetesApi;
  readonly #context: string;
  readonly #clock: Clock;
  readonly #onManyRuns: () => void;
  readonly #fewRuns: number;
  readonly #rows = new Map<string, Run>();
  #reading: Promise<unknown> = Promise.resolve();
  #compares = false;
  /** What was told first since `beginComparing`. */
  #seen: Sight | undefined;
  #shown = new Set<string>();
  /** Epoch ms when the oldest of these was made. */
  #shownSince = Number.POSITIVE_INFINITY;

  constructor({ api, context, clock, onManyRuns, fewRuns }: NewestRunsOptions) {
    this.#api = api;
    this.#context = context;
    this.#clock = clock;
    this.#onManyRuns = onManyRuns;
    this.#fewRuns = fewRuns ?? onePage;
  }

  /** Resolves when nothing is being read, however that went. */
  async settled(): Promise<void> {
    await this.#reading.catch(() => undefined);
  }

  /** Names of all runs, in no order. @throws SlipwayError as `read` */
  async all(signal: AbortSignal): Promise<readonly string[]> {
    return [...(await this.#lookAtAll(signal)).conditions.keys()];
  }

  /**
   * Undefined where reading all rows is as good: there are few, so many are asked for, or the newest cannot be told.
   * @throws SlipwayError where the runs may not be listed, or the cluster does not answer
   */
  read(limit: number, signal: AbortSignal): Promise<Newest | undefined> {
    if (limit > mostRuns) return Promise.resolve(undefined);
    const reading = this.#read(limit, signal);
    this.#reading = Promise.allSettled([this.#reading, reading]);
    return reading;
  }

  /** An ended run that was read here, as its PipelineRun tells. */
  row(name: string): Run | undefined {
    return this.#rows.get(name);
  }

  /** From now on what is read counts as told to somebody who wants to hear of changes. */
  beginComparing(): void {
    this.#stopComparing();
    this.#compares = true;
  }

  /**
   * Compares what was told with all rows, now that they are there: nobody else tells of what happened in between.
   */
  *differences(rows: ReadonlyMap<string, RunRow>): Generator<Difference> {
    const seen = this.#seen;
    const shown = this.#shown;
    const shownSince = this.#shownSince;
    this.#stopComparing();
    for (const [run, { createdAt }] of this.#rows) {
      const row = rows.get(run);
      if (row?.condition !== seen?.conditions.get(run) || row?.run.createdAt !== createdAt) this.drop(run);
    }
    if (seen === undefined) return;
    for (const [run, row] of rows) if (hasChanged(seen, shownSince, run, row)) yield { kind: 'changed', run };
    for (const run of shown) if (!rows.has(run)) yield { kind: 'gone', run };
  }

  /** It is another one now. */
  drop(run: string): void {
    this.#rows.delete(run);
  }

  forget(): void {
    this.#stopComparing();
    this.#rows.clear();
  }

  #stopComparing(): void {
    this.#compares = false;
    this.#seen = undefined;
    this.#shown = new Set();
    this.#shownSince = Number.POSITIVE_INFINITY;
  }

  async #read(limit: number, signal: AbortSignal): Promise<Newest | undefined> {
    // A label may lie and hide a run. A watch shows it as soon as all rows are there; nobody corrects a list without one.
    const many = this.#compares ? await this.#readRecent(limit, signal) : undefined;
    if (many !== undefined) return many === 'few' ? undefined : many;
    const known = new Map<string, FoundRun>();
    const read = async (names: readonly string[], seen: Look): Promise<FoundRun[]> => {
      const missing = names.filter((name) => !known.has(name));
      for (const found of await this.#readRuns(missing, seen, signal)) known.set(found.name, found);
      return names.flatMap((name) => known.get(name) ?? []);
    };
    // As a rule these are the newest, and are read while the older ones are on their way.
    const readAhead = async (recent: Look): Promise<void> => {
      if (recent.glimpses.length <= this.#fewRuns) return;
      await newestOf(recent.glimpses, limit, (names) => read(names, recent));
    };
    const sight = await this.#lookAtAll(signal, readAhead);
    if (sight.glimpses.length <= this.#fewRuns) return undefined;
    const found = await newestOf(sight.glimpses, limit, (names) => read(names, sight));
    return found === undefined ? undefined : this.#take(found, sight);
  }

  /** Looks at those of the last days alone; undefined where that does not tell. */
  async #readRecent(limit: number, signal: AbortSignal): Promise<Newest | 'few' | undefined> {
    const counting = countObjects(this.#api, this.#path(), signal);
    // Both fail alike.
    counting.catch(() => undefined);
    for (const days of recentTries) {
      const recent = recentDays(this.#clock.now(), days);
      if (recent === undefined) return undefined;
      const sight = this.#told(await lookAt(this.#api, this.#path(), recent, this.#clock.now(), signal));
      const count = await counting;
      if (count === undefined) return undefined;
      if (count <= this.#fewRuns) return 'few';
      if (sight.glimpses.length < limit) continue;
      const found = await newestOf(sight.glimpses, limit, (names) => this.#readRuns(names, sight, signal));
      // Meanwhile all rows may have come, and nobody would correct it any more.
      if (found === undefined || !this.#compares) return undefined;
      if (areNewest(found, limit, sight.since)) return this.#take(found, sight);
    }
    return undefined;
  }

  #take(found: readonly FoundRun[], sight: Sight): Newest {
    for (const { run } of found) this.#keep(run);
    if (this.#compares) {
      this.#seen ??= sight;
      for (const { name, createdAt } of found) {
        this.#shown.add(name);
        this.#shownSince = Math.min(this.#shownSince, createdAt);
      }
    }
    return { names: found.map(({ name }) => name), all: sight.conditions };
  }

  /** @param onRecent is given those of the last days, which are there first; what it does is waited for */
  async #lookAtAll(signal: AbortSignal, onRecent: (recent: Look) => Promise<void> = () => Promise.resolve()) {
    const at = this.#clock.now();
    const parts = partsByDay(at);
    const looked = (selection: Parameters<typeof look>[2]): Promise<Look> =>
      look(this.#api, this.#path(), selection, signal);
    if (parts === undefined) return this.#told(allOf([await looked({})], at, 0));
    // What a server remembers does for old runs; of new ones it is to look at its store, which may take it a tenth of a second.
    const older = parts.older.map((labelSelector) => looked({ labelSelector, resourceVersion: '0' }));
    const recent = looked({ labelSelector: parts.recent });
    const all = Promise.all([recent, ...older]).then((looks) => allOf(looks, at, this.#clock.now() - at));
    const [sight] = await Promise.all([all, recent.then(onRecent)]);
    return this.#told(sight);
  }

  #told(sight: Sight): Sight {
    if (sight.glimpses.length >= manyRuns) this.#onManyRuns();
    return sight;
  }

  async #readRuns(names: readonly string[], { resourceVersion }: Look, signal: AbortSignal) {
    const pipelineRuns = await readRuns(this.#api, this.#path(), names, resourceVersion, pipelineRunSchema, signal);
    return pipelineRuns.map((pipelineRun) => ({
      name: pipelineRun.metadata.name,
      createdAt: pipelineRun.metadata.creationTimestamp ?? 0,
      startedAt: pipelineRun.status?.startTime,
      run: rowOf(this.#context, pipelineRun),
    }));
  }

  #keep(run: Run): void {
    this.#rows.delete(run.name);
    if (terminalStates.has(run.state)) this.#rows.set(run.name, run);
    for (const oldest of this.#rows.keys()) {
      if (this.#rows.size <= keptRuns) break;
      this.#rows.delete(oldest);
    }
  }

  #path() {
    return { type: resources.pipelineRuns, namespace: this.#api.cluster.namespace };
  }
}
