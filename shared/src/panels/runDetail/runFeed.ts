import {
  terminalStates,
  type Artifact,
  type CoverageReport,
  type JobSpec,
  type Run,
  type TestReport,
} from '../../protocol/index.ts';
import { troubleOf, type Trouble } from '../base/trouble.ts';
import type { Disposable, PanelHost } from '../panelHost.ts';

/** What is known of what a run left. */
export interface RunResults {
  readonly artifacts: readonly Artifact[] | undefined;
  readonly tests: TestReport | null | undefined;
  readonly coverage: CoverageReport | null | undefined;
  readonly trouble: Trouble | undefined;
}

/** How current the run is. */
export interface Freshness {
  /** False while the connection to the core is broken. */
  readonly connected: boolean;
  /** As of when the run is known (epoch ms), from a break of the connection until it was read anew. */
  readonly lostAt: number | undefined;
  /** Since when the context has not answered (epoch ms), and why. */
  readonly stale: { readonly since: number; readonly reason: string | undefined } | undefined;
}

const nothingYet: RunResults = { artifacts: undefined, tests: undefined, coverage: undefined, trouble: undefined };

/** One run as it is now: asked for, watched, asked for anew after a break. Tells its listener of every change. */
export class RunFeed implements Disposable {
  run: Run | undefined;
  trouble: Trouble | undefined;
  deleted = false;
  freshness: Freshness = { connected: true, lostAt: undefined, stale: undefined };
  results: RunResults = nothingYet;
  spec: { readonly spec?: JobSpec; readonly trouble?: Trouble } | undefined;

  readonly #host: PanelHost;
  readonly #reference: { readonly run: string; readonly context: string };
  readonly #onChange: () => void;
  readonly #life = new AbortController();
  readonly #listeners: readonly Disposable[];
  #watch: string | undefined;
  /** Of the steps that had ended when the results were asked for last. */
  #resultsKey: string | undefined;

  constructor(host: PanelHost, reference: { readonly run: string; readonly context: string }, onChange: () => void) {
    this.#host = host;
    this.#reference = reference;
    this.#onChange = onChange;
    this.#listeners = [
      host.onNotification('run/changed', ({ run }) => {
        if (run.name === reference.run && run.context === reference.context) this.take(run);
      }),
      host.onNotification('run/deleted', ({ run, context }) => {
        if (run !== reference.run || context !== reference.context) return;
        this.deleted = true;
        onChange();
      }),
      host.onNotification('context/changed', ({ context, state, since, reason }) => {
        if (context !== reference.context) return;
        this.freshness = { ...this.freshness, stale: state === 'stale' ? { since, reason } : undefined };
        onChange();
      }),
      host.onConnection((connected, heardAt = Date.now()) => {
        const lostAt = this.freshness.lostAt ?? (connected ? undefined : heardAt);
        this.freshness = { ...this.freshness, connected, lostAt };
        onChange();
        if (connected) void this.load();
      }),
    ];
  }

  get #signal(): AbortSignal {
    return this.#life.signal;
  }

  /** Asks for the run and watches it from now on. Never throws: `trouble` tells. */
  async load(): Promise<void> {
    try {
      const { watch } = await this.#host.request('runs/watch', { context: this.#reference.context }, this.#signal);
      this.#forgetWatch();
      this.#watch = watch;
      // Too late to be of use: the panel has gone meanwhile.
      if (this.#signal.aborted) this.#forgetWatch();
      const run = await this.#host.request('runs/get', this.#reference, this.#signal);
      if (this.freshness.connected) this.freshness = { ...this.freshness, lostAt: undefined };
      this.take(run);
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

  dispose(): void {
    this.#life.abort();
    for (const listener of this.#listeners) listener.dispose();
    this.#forgetWatch();
  }

  #tell(): void {
    if (!this.#signal.aborted) this.#onChange();
  }

  #forgetWatch(): void {
    const watch = this.#watch;
    this.#watch = undefined;
    if (watch === undefined) return;
    // Without a connection there is no watch any more, which is what was wanted.
    this.#host.request('runs/unwatch', { watch }, new AbortController().signal).catch(() => undefined);
  }
}
