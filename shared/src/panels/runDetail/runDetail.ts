import {
  html,
  nothing,
  type CSSResultGroup,
  type PropertyDeclarations,
  type PropertyValues,
  type TemplateResult,
} from 'lit';
import { failedStepOf, terminalStates, type Run, type StepName } from '../../protocol/index.ts';
import { findingOf, retryOf, runView, stepGroups, type Finding } from '../../views/index.ts';
import { baseStyles } from '../base/baseStyles.ts';
import { freshnessNotes, knownAt } from '../base/freshness.ts';
import { PanelElement } from '../base/panelElement.ts';
import { troubleOf, type Trouble } from '../base/trouble.ts';
import { troubleNote } from '../base/troubleNote.ts';
import type { HostAction } from '../panelHost.ts';
import { artifactList, artifactsAtOnce } from './artifactList.ts';
import { commandFor } from './command.ts';
import { findingCard } from './findingCard.ts';
import { graphStyles } from './graphStyles.ts';
import { header } from './header.ts';
import { headStyles } from './headStyles.ts';
import { jobTab } from './jobTab.ts';
import { narrowStyles } from './narrowStyles.ts';
import { overview } from './overview.ts';
import { RunFeed } from './runFeed.ts';
import { stepGraph } from './stepGraph.ts';
import { currentTab, tabRow, type TabName } from './tabs.ts';
import { tabStyles } from './tabStyles.ts';
import { testResults } from './testResults.ts';

/**
 * `slipway-run-detail`: one run, what happened to it first. Properties: `host`, `context`, `run` (names).
 * Fires `slipway-title` with `{ title, state }` in `detail` whenever what a tab would be called changes.
 */
export class RunDetail extends PanelElement {
  static override styles: CSSResultGroup = [baseStyles, headStyles, graphStyles, tabStyles, narrowStyles];
  static override properties: PropertyDeclarations = {
    ...PanelElement.properties,
    context: {},
    run: {},
    chosenTab: { state: true },
    chosenStep: { state: true },
    tabStop: { state: true },
    wholeCell: { state: true },
    listsMore: { state: true },
    artifactsListed: { state: true },
    asksToCancel: { state: true },
    busy: { state: true },
    failure: { state: true },
    now: { state: true },
  };

  declare context: string;
  declare run: string;
  declare private chosenTab: TabName | undefined;
  declare private chosenStep: StepName | undefined;
  declare private tabStop: StepName | undefined;
  declare private wholeCell: boolean;
  declare private listsMore: boolean;
  declare private artifactsListed: number;
  declare private asksToCancel: boolean;
  declare private busy: string | undefined;
  declare private failure: Trouble | undefined;
  declare private now: number;

  protected override readonly subjects = ['host', 'context', 'run'];
  #feed: RunFeed | undefined;
  #ticker: ReturnType<typeof setInterval> | undefined;
  #told = '';
  #isOpened = false;

  constructor() {
    super();
    this.context = '';
    this.run = '';
    this.artifactsListed = artifactsAtOnce;
    this.wholeCell = false;
    this.listsMore = false;
    this.asksToCancel = false;
    this.now = Date.now();
  }

  protected override start(): void {
    const { host, context, run } = this;
    if (host === undefined || run === '') return;
    this.#feed = new RunFeed(host, { context, run }, () => this.requestUpdate());
    void this.#feed.load();
    this.#ticker = setInterval(() => this.#tick(), 1000);
  }

  protected override stop(): void {
    this.#feed?.dispose();
    this.#feed = undefined;
    clearInterval(this.#ticker);
    this.asksToCancel = false;
    this.failure = undefined;
  }

  protected override forget(): void {
    this.#isOpened = false;
    this.artifactsListed = artifactsAtOnce;
    this.chosenTab = undefined;
    this.chosenStep = undefined;
    this.wholeCell = false;
  }

  #tick(): void {
    const state = this.#feed?.run?.state;
    const now = Date.now();
    // Of an ended run only "3 min ago" changes.
    const isOver = state === undefined || terminalStates.has(state);
    if (!isOver || now - this.now > 30_000) this.now = now;
  }

  protected override updated(changed?: PropertyValues): void {
    super.updated();
    if (changed?.has('asksToCancel') === true && this.asksToCancel) {
      this.renderRoot.querySelector<HTMLElement>('#reallyCancel')?.focus();
    }
    const run = this.#feed?.run;
    if (run === undefined) return;
    if (!this.#isOpened) this.#opened(run);
    const detail = { title: run.title, state: runView(run, this.words, this.now).state };
    if (JSON.stringify(detail) === this.#told) return;
    this.#told = JSON.stringify(detail);
    this.dispatchEvent(new CustomEvent('slipway-title', { detail }));
  }

  protected override render(): TemplateResult {
    const feed = this.#feed;
    if (feed?.run === undefined) return html`<div class="sw">${this.#nothingYet(feed)}</div>`;
    const { run, pages } = feed;
    const finding = findingOf(run, this.words);
    const { words, now, locale } = this;
    const stale = this.#staleSince(feed);
    const state = { now, locale, staleSince: stale, asksToCancel: this.asksToCancel, busy: this.busy, pages };
    return html`<div class="sw">
      ${header(run, words, state, this.#headerActions(run))}
      <p class="vh" role="status">${spokenState(run, words, now)}</p>
      <div class="notices">${this.#notices(feed, run)}</div>
      ${finding === undefined ? nothing : this.#card(feed, run, finding, stale !== undefined)}
      <p class="vh" role="status">${finding === undefined ? '' : finding.heading}</p>
      ${this.#steps(run, stale)} ${this.#tabs(run, feed)}
    </div>`;
  }

  #nothingYet(feed: RunFeed | undefined): TemplateResult {
    const text = this.words.panels;
    if (feed?.deleted === true) return html`<p class="pad muted">${text.notices.deleted}</p>`;
    if (feed?.trouble === undefined) return html`<p class="pad muted" role="status">${text.notices.loading}</p>`;
    const again = html`<button class="b" @click=${() => void feed.load()}>${text.actions.tryAgain}</button>`;
    return html`<div class="pad">${troubleNote(feed.trouble, again)}</div>`;
  }

  /** Since when what is shown may be out of date; undefined while it is live, and of a run that has ended. */
  #staleSince({ run, freshness }: RunFeed): number | undefined {
    return run !== undefined && terminalStates.has(run.state) ? undefined : knownAt(freshness);
  }

  #notices(feed: RunFeed, run: Run): TemplateResult[] {
    const { freshness } = feed;
    const active = !terminalStates.has(run.state);
    const notices = freshnessNotes(freshness, this.context, active, this.words, () => void feed.load());
    if (feed.deleted) notices.push(troubleNote({ message: this.words.panels.notices.deleted, action: undefined }));
    // Without a core nothing can be asked: that was said.
    const troubles = [freshness.connected ? feed.trouble : undefined, this.failure];
    for (const trouble of troubles) if (trouble !== undefined) notices.push(troubleNote(trouble));
    return notices;
  }

  #card(feed: RunFeed, run: Run, finding: Finding, off: boolean): TemplateResult {
    return findingCard(
      run,
      finding,
      this.words,
      { wholeCell: this.wholeCell, cell: feed.cell, off: off || this.busy !== undefined },
      {
        retry: () => this.#retry(run),
        editAndRerun: () => this.#perform({ kind: 'editAndRerun', ...this.#reference }),
        openFailedCell: () => this.#perform({ kind: 'openFailedCell', ...this.#reference }),
        showLog: () => this.#showLog(failedStepOf(run)?.name),
        toggleCell: () => {
          this.wholeCell = !this.wholeCell;
          if (this.wholeCell) void this.#showWholeCell(feed, finding);
        },
      },
    );
  }

  async #showWholeCell(feed: RunFeed, { cell }: Finding): Promise<void> {
    if (cell?.partial === true) await feed.loadCell();
    await this.updateComplete;
    // A long cell scrolls by itself: the line that raised must not be out of sight.
    const source = this.renderRoot.querySelector('.src');
    const raised = source?.querySelector('.bad')?.getBoundingClientRect();
    if (source !== null && raised !== undefined)
      source.scrollTop += raised.top - source.getBoundingClientRect().top - source.clientHeight / 2;
  }

  #steps(run: Run, staleSince: number | undefined): TemplateResult {
    return stepGraph(stepGroups(run, this.words, staleSince ?? this.now), this.words, {
      selected: this.chosenStep,
      tabStop: this.tabStop,
      stale: staleSince !== undefined,
      choose: (step) => this.#showLog(this.chosenStep === step ? undefined : step),
      focused: (step) => {
        this.tabStop = step;
      },
    });
  }

  #tabs(run: Run, feed: RunFeed): TemplateResult {
    const tab = currentTab(run, this.chosenTab);
    if (tab !== 'logs' && feed.spec === undefined && feed.run?.foreign !== true) void feed.loadSpec();
    // Who scrolls or searches in what is shown has chosen it: the end of the run must not take it away.
    const keep = (): void => {
      this.chosenTab ??= tab;
    };
    return html`${tabRow(this.words, {
        current: tab,
        results: feed.results,
        listsMore: this.listsMore,
        choose: (name) => {
          this.chosenTab = name;
          this.listsMore = false;
        },
        toggleMore: () => {
          this.listsMore = !this.listsMore;
        },
      })}
      <div
        id="tabpanel"
        role="tabpanel"
        aria-labelledby="tab-${tab}"
        class="content ${tab === 'logs' ? 'fill' : ''}"
        @keydown=${keep}
        @pointerdown=${keep}
        @wheel=${keep}
      >
        ${tab === 'logs' ? this.#log(run, feed) : html`<div class="pad">${this.#content(tab, run, feed)}</div>`}
      </div>`;
  }

  #log(run: Run, { freshness }: RunFeed): TemplateResult {
    return html`<slipway-log-view
      .host=${this.host}
      .context=${this.context}
      .run=${this.run}
      .step=${this.chosenStep}
      .stepNames=${run.steps.map(({ name }) => name)}
      .freshness=${freshness}
      @slipway-step=${(event: CustomEvent<{ step: StepName | undefined }>) => {
        this.chosenStep = event.detail.step;
      }}
    ></slipway-log-view>`;
  }

  #content(tab: TabName, run: Run, feed: RunFeed): TemplateResult {
    const actions = {
      open: (path: string) => this.#perform({ kind: 'openArtifact', ...this.#reference, path }),
      save: (path: string) => this.#perform({ kind: 'saveArtifact', ...this.#reference, path }),
      listed: this.artifactsListed,
      listMore: () => (this.artifactsListed += artifactsAtOnce),
    };
    if (tab === 'artifacts') return artifactList(run, feed.results, this.words, actions);
    if (tab === 'tests') return testResults(run, feed.results, this.words);
    if (tab === 'job') return jobTab(run, feed.spec, this.words);
    return overview(run, feed, this.words, actions);
  }

  get #reference(): { readonly context: string; readonly run: string } {
    return { context: this.context, run: this.run };
  }

  #headerActions(run: Run): Parameters<typeof header>[3] {
    return {
      cancel: () => {
        const losesWork = run.steps.some(({ name, state }) => name === 'notebook' && state === 'running');
        if (losesWork && !this.asksToCancel) this.asksToCancel = true;
        else void this.#ask('cancel', 'runs/cancel');
      },
      keepRunning: () => {
        this.asksToCancel = false;
      },
      rerun: () => void this.#ask('rerun', 'runs/rerun'),
      retry: () => this.#retry(run),
      editAndRerun: () => this.#perform({ kind: 'editAndRerun', ...this.#reference }),
      openLog: () => this.#perform({ kind: 'openLogs', ...this.#reference }),
      copyCommand: () => this.#perform({ kind: 'copy', text: commandFor(run) }),
    };
  }

  #retry(run: Run): void {
    const retry = retryOf(run);
    void this.#ask('retry', 'runs/retry', retry?.from);
  }

  #showLog(step: StepName | undefined): void {
    this.chosenStep = step;
    this.chosenTab = 'logs';
  }

  /** Sends a request that changes something; a new run is opened, and a refusal shown. */
  async #ask(busy: string, name: 'runs/cancel' | 'runs/rerun' | 'runs/retry', from?: StepName): Promise<void> {
    const { host } = this;
    if (host === undefined || this.busy !== undefined) return;
    this.busy = busy;
    this.asksToCancel = false;
    this.failure = undefined;
    try {
      const params = { ...this.#reference, ...(from === undefined ? {} : { from }) };
      const run = await host.request(name, params, new AbortController().signal);
      if (run.name === this.run) this.#feed?.take(run);
      else await host.perform({ kind: 'openRun', context: run.context, run: run.name });
    } catch (error) {
      this.failure = troubleOf(error);
    } finally {
      this.busy = undefined;
    }
  }

  /** A failed run that was opened, not one that fails while it is watched, offers its first fix; nobody's focus is taken. */
  #opened(run: Run): void {
    this.#isOpened = true;
    const holder = document.activeElement;
    const isFree = holder === null || holder === document.body || holder === this;
    if (isFree && run.state === 'failed')
      this.renderRoot.querySelector<HTMLElement>('.fix .b')?.focus({ preventScroll: true });
  }

  #perform(action: HostAction): void {
    this.failure = undefined;
    this.host?.perform(action).catch((error: unknown) => {
      this.failure = troubleOf(error);
    });
  }
}

/** What is said of a run's state: its changes and every tenth of its cells, not every second. */
function spokenState(run: Run, words: PanelElement['words'], now: number): string {
  const { word } = runView(run, words, now);
  const { cells } = run;
  if (terminalStates.has(run.state) || cells?.current === undefined || cells.total === 0) return word;
  const tenth = Math.max(1, Math.ceil(cells.total / 10));
  const said = Math.floor(cells.current.number / tenth) * tenth;
  return said === 0 ? word : `${word}, ${words.panels.cellOf(said, cells.total)}`;
}
