import {
  terminalStates,
  type Artifact,
  type CoverageReport,
  type FailedCell,
  type JobSpec,
  type Run,
  type RunLink,
  type TestReport,
} from '../../protocol/index.ts';
import { ContextWatch, type Freshness } from '../base/freshness.ts';
import { troubleOf, type Trouble } from '../base/trouble.ts';
import type { Disposable, PanelHost } from '../panelHost.ts';

/** What is known of what a run left. */
export interface RunResults {
  readonly artifacts: readonly Artifact[] | undefined;
  readonly tests: TestReport | null | undefined;
  readonly coverage: CoverageReport | null | undefined;
  readonly trouble: Trouble | undefined;
}

/** Pages about the run elsewhere, or why they are not known. */
export interface RunPages {
  readonly links: readonly RunLink[];
  readonly trouble: Trouble | undefined;
}

/** The failing cell as the executed notebook has it, or why it is not known. */
export interface CellAnswer {
  /** Null where there is none; absent while it is read. */
  readonly cell?: FailedCell | null;
  readonly trouble?: Trouble;
}

const nothingYet: RunResults = { artifacts: undefined, tests: undefined, coverage: undefined, trouble: undefined };

/** One run as it is now: asked for, watched, asked for anew after a break. Tells its listener of every change. */
export class RunFeed implements Disposable {
  run: Run | undefined;
  trouble: Trouble | undefined;
  deleted = false;
  results: RunResults = nothingYet;
  pages: RunPages = { links: [], trouble: undefined };
  spec: { readonly spec?: JobSpec; readonly trouble?: Trouble } | undefined;
  /** The failing cell, where the run itself knows only part of it and somebody wants it whole. */
  cell: CellAnswer | undefined;

  readonly #host: PanelHost;
  readonly #reference: { readonly run: string; readonly context: string };
  readonly #onChange: () => void;
  readonly #life = new AbortController();
  readonly #listeners: readonly Disposable[];
  readonly #context: ContextWatch;
  /** Of the steps that had ended when the results were asked for last. */
  #resultsKey: string | undefined;

  constructor(host: PanelHost, reference: { readonly run: string; readonly context: string }, onChange: () => void) {
    this.#host = host;
    this.#reference = reference;
    this.#onChange = onChange;
    this.#context = new ContextWatch(host, reference.context, { onChange, onConnected: () => void this.load() });
    this.#listeners = [
      host.onNotification('run/changed', ({ run }) => {
        if (run.name === reference.run && run.context === reference.context) this.take(run);
      }),
      host.onNotification('run/deleted', ({ run, context }) => {
        if (run !== reference.run || context !== reference.context) return;
        this.deleted = true;
        onChange();
      }),
    ];
  }

  get freshness(): Freshness {
    return this.#context.freshness;
  }

  get #signal(): AbortSignal {
    return this.#life.signal;
  }

  /** Asks for the run and watches it from now on. Never throws: `trouble` tells. */
  async load(): Promise<void> {
    try {
      await this.#context.watch(this.#signal);
      const run = await this.#host.request('runs/get', this.#reference, this.#signal);
      this.#context.renewed();
      this.take(run);
      await this.#loadPages();
    } catch (error) {
      this.trouble = troubleOf(error, this.#signal);
      this.#tell();
    }
  }

  /** The run as somebody just learned that it is. */
  take(run: Run): void {
    if (this.#signal.aborted) return;
    // What was asked for may come after what was told: an ended run does not go on again.
    if (this.run !== undefined && terminalStates.has(this.run.state) && !terminalStates.has(run.state)) return;
    this.run = run;
    this.trouble = undefined;
    this.#tell();
    const ended = run.steps.filter(({ finishedAt }) => finishedAt !== undefined).map(({ name }) => name);
    const key = [...ended, terminalStates.has(run.state)].join(' ');
    if (key === this.#resultsKey) return;
    this.#resultsKey = key;
    void this.#loadResults();
  }

  async #loadResults(): Promise<void> {
    const ask = this.#reference;
    const host = this.#host;
    try {
      const [{ artifacts }, tests, coverage] = await Promise.all([
        host.request('artifacts/list', ask, this.#signal),
        host.request('artifacts/tests', ask, this.#signal),
        host.request('artifacts/coverage', ask, this.#signal),
      ]);
      this.results = { artifacts, tests, coverage, trouble: undefined };
    } catch (error) {
      this.results = { ...this.results, trouble: troubleOf(error, this.#signal) };
    }
    this.#tell();
  }

  /** That the pages are not known keeps nobody from the run: it is told in their place. */
  async #loadPages(): Promise<void> {
    if (this.#reference.context === 'local') return;
    try {
      const { links } = await this.#host.request('runs/links', this.#reference, this.#signal);
      this.pages = { links, trouble: undefined };
    } catch (error) {
      this.pages = { ...this.pages, trouble: troubleOf(error, this.#signal) };
    }
    this.#tell();
  }

  /** Asks once for what the run was asked to do. */
  async loadSpec(): Promise<void> {
    if (this.spec !== undefined) return;
    this.spec = {};
    try {
      const { spec } = await this.#host.request('runs/spec', this.#reference, this.#signal);
      this.spec = { spec };
    } catch (error) {
      const trouble = troubleOf(error, this.#signal);
      this.spec = trouble === undefined ? undefined : { trouble };
    }
    this.#tell();
  }

  /** Asks for the whole failing cell; anew after a failure. */
  async loadCell(): Promise<void> {
    if (this.cell !== undefined && this.cell.trouble === undefined) return;
    this.cell = {};
    this.#tell();
    try {
      this.cell = { cell: await this.#host.request('artifacts/failedCell', this.#reference, this.#signal) };
    } catch (error) {
      const trouble = troubleOf(error, this.#signal);
      this.cell = trouble === undefined ? undefined : { trouble };
    }
    this.#tell();
  }

  dispose(): void {
    this.#life.abort();
    for (const listener of this.#listeners) listener.dispose();
    this.#context.dispose();
  }

  #tell(): void {
    if (!this.#signal.aborted) this.#onChange();
  }
}
