import { html, nothing, type CSSResultGroup, type PropertyDeclarations, type TemplateResult } from 'lit';
import { guard } from 'lit/directives/guard.js';
import { repeat } from 'lit/directives/repeat.js';
import type { StepName } from '../../protocol/index.ts';
import { baseStyles } from '../base/baseStyles.ts';
import { ContextWatch, freshnessNotes, knownAt, type Freshness } from '../base/freshness.ts';
import { PanelElement } from '../base/panelElement.ts';
import { troubleOf, type Trouble } from '../base/trouble.ts';
import { troubleNote } from '../base/troubleNote.ts';
import type { PanelHost } from '../panelHost.ts';
import { plainLine } from './ansi.ts';
import { footer } from './footer.ts';
import { LogSearch } from './logSearch.ts';
import { LogStore } from './logStore.ts';
import { row, type RowOptions } from './rows.ts';
import { ScrollPlace } from './scrollPlace.ts';
import { logViewStyles } from './styles.ts';
import { toolbar, type ToolbarActions } from './toolbar.ts';
import { rowHeight, scrollHeight, topForRow } from './virtualList.ts';

const optionsKey = 'log.options';
/** How long after the last key a search begins. */
const typingMs = 200;

/**
 * `slipway-log-view`: a run's log, however long. Properties: `host`, `context`, `run` (names), `step` (only this one; may
 * be changed by the view, which then fires `slipway-step`), `stepNames` (to choose from; asked for where not given),
 * `freshness` (where what is around the view watches the context and tells of breaks; else the view does).
 */
export class LogView extends PanelElement {
  static override styles: CSSResultGroup = [baseStyles, logViewStyles];
  static override properties: PropertyDeclarations = {
    ...PanelElement.properties,
    context: {},
    run: {},
    step: {},
    stepNames: { attribute: false },
    freshness: { attribute: false },
    timestamps: { state: true },
    follow: { state: true },
    wrap: { state: true },
    announce: { state: true },
    failure: { state: true },
  };

  declare context: string;
  declare run: string;
  declare step: StepName | undefined;
  declare stepNames: readonly StepName[] | undefined;
  declare freshness: Freshness | undefined;
  declare private timestamps: boolean;
  declare private follow: boolean;
  declare private wrap: boolean;
  declare private announce: boolean;
  declare private failure: Trouble | undefined;

  protected override readonly subjects = ['host', 'context', 'run', 'step'];
  #store: LogStore | undefined;
  #search: LogSearch | undefined;
  #askedSteps: readonly StepName[] = [];
  #context: ContextWatch | undefined;
  #wasFresh = true;
  #typing: ReturnType<typeof setTimeout> | undefined;
  readonly #place = new ScrollPlace(() => this.requestUpdate());
  #spoken: readonly string[] = [];

  constructor() {
    super();
    this.context = '';
    this.run = '';
    this.timestamps = true;
    this.follow = true;
    this.wrap = false;
    this.announce = false;
  }

  protected override start(): void {
    const { host, context, run, step } = this;
    if (host === undefined || run === '') return;
    const store = new LogStore(host, { context, run, steps: step === undefined ? undefined : [step] }, (appended) =>
      this.#grown(appended),
    );
    this.#store = store;
    this.follow = true;
    if (this.freshness === undefined) this.#watchContext(host, context, store);
    void store.open();
    void this.#recall();
    if (this.stepNames === undefined) void this.#askSteps(store.signal);
    const text = this.#search?.text ?? '';
    this.#search = undefined;
    this.#find(text);
  }

  protected override stop(): void {
    this.#store?.dispose();
    this.#store = undefined;
    this.#search?.dispose();
    this.#context?.dispose();
    this.#context = undefined;
    clearTimeout(this.#typing);
    this.#place.reset();
    this.failure = undefined;
  }

  protected override forget(): void {
    this.failure = undefined;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#place.dispose();
  }

  #watchContext(host: PanelHost, context: string, store: LogStore): void {
    const watch = async (): Promise<void> => {
      try {
        await own.watch(store.signal);
        own.renewed();
        this.requestUpdate();
      } catch (error) {
        this.failure = troubleOf(error, store.signal);
      }
    };
    const own = new ContextWatch(host, context, {
      onChange: () => this.requestUpdate(),
      onConnected: () => void watch(),
    });
    this.#context = own;
    void watch();
  }

  get #freshness(): Freshness {
    return this.freshness ?? this.#context?.freshness ?? { connected: true, lostAt: undefined, stale: undefined };
  }

  async #askSteps(signal: AbortSignal): Promise<void> {
    try {
      const run = await this.host?.request('runs/get', { context: this.context, run: this.run }, signal);
      this.#askedSteps = run?.steps.map(({ name }) => name) ?? [];
      this.requestUpdate();
    } catch (error) {
      this.failure = troubleOf(error, signal);
    }
  }

  async #recall(): Promise<void> {
    const options = await this.host?.recall(optionsKey);
    if (typeof options !== 'object' || options === null) return;
    if ('timestamps' in options) this.timestamps = options.timestamps === true;
    if ('wrap' in options) this.wrap = options.wrap === true;
  }

  #grown(appended: number): void {
    const store = this.#store;
    if (store === undefined) return;
    this.#place.resize(store.total, store.counted);
    if (appended > 0) {
      this.#search?.later();
      // What comes at once is too much to be read aloud: the newest lines are.
      if (this.announce) this.#spoken = store.newest(Math.min(appended, 5)).map(({ text }) => plainLine(text));
    }
    this.requestUpdate();
  }

  protected override updated(): void {
    super.updated();
    const scroller = this.renderRoot.querySelector<HTMLElement>('.scroller');
    const rows = this.renderRoot.querySelector<HTMLElement>('.rows');
    if (scroller !== null && rows !== null) this.#place.apply(scroller, rows, this.wrap);
    const isFresh = knownAt(this.#freshness) === undefined;
    if (isFresh && !this.#wasFresh) void this.#store?.open();
    this.#wasFresh = isFresh;
  }

  protected override render(): TemplateResult {
    const store = this.#store;
    const { words } = this;
    const numbers = numbersOf(this.locale);
    const freshness = this.#freshness;
    // What cannot be read while all is out of reach is no trouble of its own.
    const trouble = knownAt(freshness) === undefined ? (store?.trouble ?? this.#search?.trouble) : undefined;
    const told = trouble ?? this.failure;
    if (this.follow) this.#place.toEnd();
    const size = this.#place.size;
    const { timestamps, follow, wrap, announce, step } = this;
    const state = { steps: this.stepNames ?? this.#askedSteps, step, search: this.#search, numbers };
    return html`<div class="sw" @keydown=${this.#onKey}>
      ${toolbar(words, { ...state, timestamps, follow, wrap, announce }, this.#actions())}
      ${this.freshness === undefined ? this.#freshnessNotes(freshness, store) : nothing}
      ${told === undefined ? nothing : this.#troubleNote(told)}
      ${
        store?.loaded === true && store.total === 0
          ? html`<p class="empty muted">${store.ended ? words.panels.log.empty : words.panels.log.emptyYet}</p>`
          : nothing
      }
      <div
        class="scroller"
        role="log"
        aria-live="off"
        aria-label=${words.panels.log.label}
        tabindex="0"
        @scroll=${this.#onScroll}
        @wheel=${this.#onWheel}
        @keydown=${this.#onScrollKey}
      >
        <div
          class="spacer ${timestamps ? '' : 'untimed'} ${wrap ? 'wrapped' : ''}"
          .style=${`height: ${scrollHeight(size)}px`}
        >
          <div class="rows">${store === undefined ? nothing : this.#rows(store, numbers)}</div>
        </div>
      </div>
      ${announce ? html`<div class="vh" aria-live="polite">${this.#spoken.map((line) => html`<p>${line}</p>`)}</div>` : nothing}
      ${footer(store, { lastRow: this.#place.lastRow(), freshness, numbers, words })}
    </div>`;
  }

  #rows(store: LogStore, numbers: Intl.NumberFormat): unknown {
    const search = this.#search;
    const options: RowOptions = {
      words: this.words,
      numbered: store.counted,
      numbers,
      find: search?.text.toLowerCase() ?? '',
      current: search === undefined ? undefined : search.matches[search.current],
    };
    const { first, end } = this.#place.rows(this.wrap);
    const { numbered, find, current } = options;
    const drawn = Array.from({ length: end - first }, (_, index) => first + index);
    // Rows that stay keep their elements: a frame pays for those that come in.
    return repeat(
      drawn,
      (number) => number,
      (number) => {
        const line = store.line(number);
        return guard([line, numbered, find, number === current, this.words], () => row(number, line, options));
      },
    );
  }

  #troubleNote(trouble: Trouble): TemplateResult {
    const again = html`<button class="b" @click=${() => void this.#store?.open()}>
      ${this.words.panels.actions.tryAgain}
    </button>`;
    return html`<div class="trouble">${troubleNote(trouble, again)}</div>`;
  }

  #freshnessNotes(freshness: Freshness, store: LogStore | undefined): TemplateResult[] {
    const active = store?.ended !== true;
    const notes = freshnessNotes(freshness, this.context, active, this.words, () => void store?.open());
    return notes.map((note) => html`<div class="trouble">${note}</div>`);
  }

  #actions(): ToolbarActions {
    return {
      chooseStep: (step) => {
        this.step = step;
        this.dispatchEvent(new CustomEvent('slipway-step', { detail: { step } }));
      },
      find: (text) => {
        clearTimeout(this.#typing);
        this.#typing = setTimeout(() => this.#find(text), typingMs);
      },
      step: (direction) => this.#stepMatch(direction),
      leaveSearch: () => this.#focus('.scroller'),
      toggle: (option) => this.#toggle(option),
      copy: () => void this.#perform('copy'),
      download: () => void this.#perform('saveLog'),
    };
  }

  #find(text: string): void {
    const { host } = this;
    const store = this.#store;
    if (host === undefined || store === undefined) return;
    this.#search?.dispose();
    this.#search = undefined;
    this.requestUpdate();
    if (text === '') return;
    const search = new LogSearch(host, store, text, () => {
      // The nearest match is shown as soon as there is one; later ones only count.
      if (search.current < 0 && !search.searching) this.#stepMatch(-1);
      this.requestUpdate();
    });
    this.#search = search;
    void search.walk();
  }

  #stepMatch(direction: 1 | -1): void {
    const line = this.#search?.step(direction, this.#place.lastRow());
    if (line === undefined) return;
    this.follow = false;
    this.#place.move(topForRow(line, this.#place.top, this.#place.size));
    this.requestUpdate();
  }

  #toggle(option: 'timestamps' | 'follow' | 'wrap' | 'announce'): void {
    this[option] = !this[option];
    if (option === 'follow' || option === 'announce') return;
    const { timestamps, wrap } = this;
    this.host?.remember(optionsKey, { timestamps, wrap }).catch((error: unknown) => {
      this.failure = troubleOf(error);
    });
  }

  async #perform(kind: 'copy' | 'saveLog'): Promise<void> {
    const { context, run, host } = this;
    try {
      if (kind === 'saveLog') await host?.perform({ kind, context, run });
      else await host?.perform({ kind, text: this.#shownText() });
    } catch (error) {
      this.failure = troubleOf(error);
    }
  }

  /** The lines on the screen, without numbers and times. */
  #shownText(): string {
    const { first, end } = this.#place.seen();
    const seen = Array.from({ length: end - first }, (_, index) => this.#store?.line(first + index));
    return seen.flatMap((line) => (line === undefined ? [] : [plainLine(line.text)])).join('\n');
  }

  readonly #onScroll = (event: Event): void => {
    if (!(event.currentTarget instanceof HTMLElement)) return;
    const direction = this.#place.scrolled(event.currentTarget);
    if (direction < 0) this.follow = false;
    if (direction !== 0) this.requestUpdate();
  };

  readonly #onWheel = (event: WheelEvent): void => {
    if (event.deltaY < 0) this.follow = false;
    if (!this.#place.takesWheel || event.ctrlKey || event.deltaY === 0) return;
    event.preventDefault();
    const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? rowHeight : 1;
    this.#place.move(this.#place.top + event.deltaY * unit);
    this.requestUpdate();
  };

  readonly #onScrollKey = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const page = Math.max(rowHeight, this.#place.size.viewport - rowHeight);
    const moves: Readonly<Record<string, number>> = {
      ArrowUp: -rowHeight,
      ArrowDown: rowHeight,
      PageUp: -page,
      PageDown: page,
      Home: -Infinity,
      End: Infinity,
    };
    const move = moves[event.key];
    if (move === undefined) return;
    event.preventDefault();
    if (move === Infinity) this.follow = true;
    else if (move < 0) this.follow = false;
    this.#place.move(this.#place.top + move);
    this.requestUpdate();
  };

  readonly #onKey = (event: KeyboardEvent): void => {
    if ((event.ctrlKey || event.metaKey) && event.code === 'KeyF') this.#focus('.find input');
    else if (event.altKey && event.code === 'KeyT') this.#toggle('timestamps');
    else if (event.altKey && event.code === 'KeyZ') this.#toggle('wrap');
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  #focus(selector: string): void {
    const element = this.renderRoot.querySelector<HTMLElement>(selector);
    element?.focus();
    if (element instanceof HTMLInputElement) element.select();
  }
}

const formats = new Map<string, Intl.NumberFormat>();

/** Making a format takes longer than drawing a row. */
function numbersOf(locale: string): Intl.NumberFormat {
  const format = formats.get(locale) ?? new Intl.NumberFormat(locale);
  formats.set(locale, format);
  return format;
}
