import { listCells, resources, type KubernetesApi } from '../../../kubernetes/index.ts';
import { labels } from '../../../pipeline/index.ts';
import { terminalStates, type Run } from '../../../protocol/index.ts';
import { parseAge, pipelineRunSchema, rowOf, type Age, type PipelineRun } from '../observe/index.ts';
import { newestOf, type Glimpse } from './newest.ts';
import { columns, conditionOf, manyRuns, SharedTexts, type RunRow } from './runRow.ts';

/** Of so few runs all rows come in one page. */
const onePage = 500;
/** More than these are not read one by one. */
const mostRuns = 1_000;
const readersAtOnce = 8;
/** So many names make an address that every proxy takes. */
const namesAtOnce = 60;
/** Of the value of a label. Source: Kubernetes, "Labels and Selectors". */
const longestLabel = 63;
/** How many of those that were read are kept. */
const keptRuns = 2_000;

export interface NewestRunsOptions {
  readonly api: KubernetesApi;
  readonly context: string;
  readonly onManyRuns: () => void;
  /** With so few runs or fewer, reading all rows is as good. Default 500. */
  readonly fewRuns?: number;
}

/** What was seen of a space. */
interface Sight {
  /** Of all its runs, by name: `conditionOf`. */
  readonly conditions: ReadonlyMap<string, string>;
  readonly glimpses: readonly Glimpse[];
  readonly resourceVersion: string;
}

/** The newest runs, and whether others are left out. */
export interface Newest {
  readonly names: readonly string[];
  /** Of all runs of the space. */
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
  readonly #onManyRuns: () => void;
  readonly #fewRuns: number;
  readonly #rows = new Map<string, Run>();
  #reading: Promise<unknown> = Promise.resolve();
  #compares = false;
  /** What was told first since `beginComparing`. */
  #seen: ReadonlyMap<string, string> | undefined;
  #shown = new Set<string>();

  constructor({ api, context, onManyRuns, fewRuns }: NewestRunsOptions) {
    this.#api = api;
    this.#context = context;
    this.#onManyRuns = onManyRuns;
    this.#fewRuns = fewRuns ?? onePage;
  }

  /** Resolves when nothing is being read, however that went. */
  async settled(): Promise<void> {
    await this.#reading.catch(() => undefined);
  }

  /** Names of all runs, in no order. @throws SlipwayError as `read` */
  async all(signal: AbortSignal): Promise<readonly string[]> {
    return [...(await this.#look(signal)).conditions.keys()];
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
    this.#compares = true;
    this.#seen = undefined;
    this.#shown.clear();
  }

  /**
   * Compares what was told with all rows, now that they are there: nobody else tells of what happened in between.
   */
  *differences(rows: ReadonlyMap<string, RunRow>): Generator<Difference> {
    const seen = this.#seen;
    const shown = this.#shown;
    this.#stopComparing();
    for (const [run, { createdAt }] of this.#rows) {
      const row = rows.get(run);
      if (row?.condition !== seen?.get(run) || row?.run.createdAt !== createdAt) this.drop(run);
    }
    if (seen === undefined) return;
    for (const [run, { condition }] of rows) if (seen.get(run) !== condition) yield { kind: 'changed', run };
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
  }

  async #read(limit: number, signal: AbortSignal): Promise<Newest | undefined> {
    const sight = await this.#look(signal);
    if (sight.glimpses.length <= this.#fewRuns) return undefined;
    const found = await newestOf(sight.glimpses, limit, (names) => this.#readRuns(names, sight, signal));
    if (found === undefined) return undefined;
    for (const { run } of found) this.#keep(run);
    if (this.#compares) {
      this.#seen ??= sight.conditions;
      for (const { name } of found) this.#shown.add(name);
    }
    return { names: found.map(({ name }) => name), all: sight.conditions };
  }

  async #look(signal: AbortSignal): Promise<Sight> {
    const { rows, resourceVersion } = await listCells(this.#api, this.#path(), columns, signal);
    if (rows.length >= manyRuns) this.#onManyRuns();
    const conditions = new Map<string, string>();
    const glimpses: Glimpse[] = [];
    const texts = new SharedTexts();
    // Most are as old as others, in words.
    const ages = new Map<unknown, Age | undefined>();
    for (const [name, succeeded, reason, started] of rows) {
      if (typeof name !== 'string') continue;
      conditions.set(name, texts.of(conditionOf(succeeded, reason)));
      if (!ages.has(started)) ages.set(started, typeof started === 'string' ? parseAge(started) : undefined);
      glimpses.push({ name, started: ages.get(started) });
    }
    return { conditions, glimpses, resourceVersion };
  }

  async #readRuns(names: readonly string[], sight: Sight, signal: AbortSignal) {
    const ours = await this.#readOurs(names, sight, signal);
    const seen = new Set(ours.map(({ metadata }) => metadata.name));
    const others = await this.#readByName(
      names.filter((name) => !seen.has(name)),
      sight,
      signal,
    );
    return [...ours, ...others].map((pipelineRun) => ({
      name: pipelineRun.metadata.name,
      createdAt: pipelineRun.metadata.creationTimestamp ?? 0,
      startedAt: pipelineRun.status?.startTime,
      run: rowOf(this.#context, pipelineRun),
    }));
  }

  /** Our runs carry their names as a label, so that many come with one request. */
  async #readOurs(names: readonly string[], { resourceVersion }: Sight, signal: AbortSignal): Promise<PipelineRun[]> {
    const possible = names.filter((name) => name.length <= longestLabel);
    const wanted = new Set(possible);
    const pages = Array.from({ length: Math.ceil(possible.length / namesAtOnce) }, (_, index) => {
      const some = possible.slice(index * namesAtOnce, (index + 1) * namesAtOnce);
      const options = { labelSelector: `${labels.run} in (${some.join(',')})`, resourceVersion };
      return this.#api.list(this.#path(), options, pipelineRunSchema, signal);
    });
    const found = (await Promise.all(pages)).flatMap(({ items }) => items);
    // Anybody may write any label on runs of their own.
    return found.filter(({ metadata }) => wanted.delete(metadata.name));
  }

  /** Each by its own, from the server's memory: a list by name costs it far less than a read from its store. */
  async #readByName(names: readonly string[], { resourceVersion }: Sight, signal: AbortSignal): Promise<PipelineRun[]> {
    const found: PipelineRun[] = [];
    let next = 0;
    const readOn = async (): Promise<void> => {
      for (let name = names[next++]; name !== undefined; name = names[next++]) {
        const options = { fieldSelector: `metadata.name=${name}`, resourceVersion };
        const page = await this.#api.list(this.#path(), options, pipelineRunSchema, signal);
        found.push(...page.items);
      }
    };
    await Promise.all(Array.from({ length: readersAtOnce }, readOn));
    return found;
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
