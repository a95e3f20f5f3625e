import { html, nothing, type CSSResultGroup, type PropertyDeclarations, type TemplateResult } from 'lit';
import type { JobSpec, Submission } from '../../protocol/index.ts';
import { shownText, specDifference } from '../../views/index.ts';
import { baseStyles } from '../base/baseStyles.ts';
import { cutName } from '../base/names.ts';
import { PanelElement } from '../base/panelElement.ts';
import { troubleOf, type Trouble } from '../base/trouble.ts';
import { troubleNote } from '../base/troubleNote.ts';
import type { Disposable } from '../panelHost.ts';
import { datasetSection } from './datasetSection.ts';
import { takesSecret } from './datasetValues.ts';
import type { FieldContext } from './fields.ts';
import { memoryKey, problemsOf, specOf, type FormValues } from './formModel.ts';
import { FormRun, type RunReference } from './formRun.ts';
import { descriptionsOf, type Hints } from './hints.ts';
import { OpeningFocus } from './openingFocus.ts';
import { KnownSecrets } from './secretNames.ts';
import { advancedSection, filesSection, parametersSection, testsSection, whereSection } from './sections.ts';
import { runFormStyles } from './styles.ts';
import { summary } from './summary.ts';

/** How long after the last key it is asked anew what would run. */
const replanMs = 500;

/**
 * `slipway-run-form`: what to run and where, before it is sent. Properties: `host`; `submission` to start from, or `rerun`
 * (`{ context, run }`) to send a run again with changes; `contexts` to choose from. Sends, opens the run, and closes.
 */
export class RunForm extends PanelElement {
  static override styles: CSSResultGroup = [baseStyles, runFormStyles];
  static override properties: PropertyDeclarations = {
    ...PanelElement.properties,
    submission: { attribute: false },
    rerun: { attribute: false },
    contexts: { attribute: false },
    allFiles: { state: true },
    progress: { state: true },
    failure: { state: true },
  };

  declare submission: Submission | undefined;
  declare rerun: RunReference | undefined;
  declare contexts: readonly string[];
  declare private allFiles: boolean;
  declare private progress: string | undefined;
  declare private failure: Trouble | undefined;

  protected override readonly subjects = ['host', 'submission', 'rerun'];
  #form: FormRun | undefined;
  /** What was typed before the form was taken out of the page for a moment. */
  #typed: FormValues | undefined;
  #context = '';
  #hints: Hints = {};
  #secrets: KnownSecrets | undefined;
  readonly #focus = new OpeningFocus();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #listener: Disposable | undefined;

  constructor() {
    super();
    this.contexts = [];
    this.allFiles = false;
  }

  protected override start(): void {
    const { host, submission, rerun } = this;
    if (host === undefined || (submission === undefined && rerun === undefined)) return;
    this.#context = rerun?.context ?? submission?.context ?? '';
    this.#focus.begin(this.ownerDocument);
    const form = new FormRun(host, () => this.requestUpdate());
    this.#form = form;
    this.#secrets = new KnownSecrets(host, form.signal, () => this.requestUpdate());
    this.#listener = host.onNotification('submit/progress', ({ text }) => {
      if (this.progress !== undefined) this.progress = text;
    });
    void form.open(submission, rerun, this.#typed);
    void this.#askHints(form);
  }

  protected override stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#listener?.dispose();
    this.#typed = this.#form?.values;
    this.#form?.dispose();
    this.#form = undefined;
    this.progress = undefined;
    this.failure = undefined;
  }

  protected override updated(): void {
    super.updated();
    if (this.#form?.values !== undefined) this.#focus.arrive(this, this.renderRoot);
  }

  protected override forget(): void {
    this.#focus.forget();
    this.#typed = undefined;
    this.allFiles = false;
  }

  /** The job as the fields say it now; undefined while a value is wrong or nothing is loaded. */
  get spec(): JobSpec | undefined {
    const form = this.#form;
    if (form?.base === undefined || form.values === undefined) return undefined;
    if (problemsOf(form.values, form.fields).length > 0) return undefined;
    return specOf(form.base, form.values, form.fields);
  }

  /** Descriptions from the job's schema; a form without them is complete. */
  async #askHints(form: FormRun): Promise<void> {
    try {
      const { schema } = (await this.host?.request('jobs/schema', {}, form.signal)) ?? { schema: {} };
      this.#hints = descriptionsOf(schema.properties);
      this.requestUpdate();
    } catch (error) {
      this.failure = troubleOf(error, form.signal);
    }
  }

  protected override render(): TemplateResult {
    const form = this.#form;
    const { words } = this;
    if (form?.values === undefined || form.base === undefined) {
      return html`<div class="sw">
        <div class="pad">
          ${
            form?.trouble === undefined
              ? html`<p class="muted" role="status">${words.panels.form.planning}</p>`
              : troubleNote(form.trouble)
          }
        </div>
      </div>`;
    }
    const problems = problemsOf(form.values, form.fields);
    const context: FieldContext = {
      words,
      values: form.values,
      problems,
      again: this.rerun !== undefined,
      set: (change) => this.#set(form, change),
    };
    const { plan } = form;
    const isCluster = this.#context !== 'local';
    return html`<div class="sw" @keydown=${this.#onKey}>
      <div class="form" role="form" aria-labelledby="title">
        <div class="fcol">
          ${this.#title(form.base)} ${parametersSection(form.fields, context)}
          ${whereSection(
            {
              contexts: this.rerun === undefined ? this.contexts : [],
              chosen: this.#context,
              plan,
              cluster: isCluster,
              hints: this.#hints,
              chooseContext: (name) => {
                this.#context = name;
                void this.#replan(form);
              },
            },
            context,
          )}
          ${
            isCluster || form.values.dataset !== ''
              ? datasetSection(
                  isCluster && takesSecret(form.values.dataset) ? this.#secrets?.of(this.#context) : undefined,
                  context,
                )
              : nothing
          }
          ${
            plan === undefined
              ? nothing
              : filesSection({ plan, all: this.allFiles, showAll: () => (this.allFiles = true) }, context)
          }
          ${testsSection(plan, context)} ${advancedSection(plan, this.#hints, context)}
        </div>
        ${summary(
          words,
          {
            context: this.#context,
            plan,
            spec: this.rerun === undefined ? undefined : this.spec,
            planning: form.planning,
            problems,
            trouble: this.failure ?? form.trouble,
            progress: this.progress,
            canPreview: isCluster && this.rerun === undefined,
          },
          { run: () => void this.#run(), preview: () => void this.#preview(), goTo: (id) => this.#goTo(id) },
        )}
      </div>
    </div>`;
  }

  #title(base: JobSpec): TemplateResult {
    const text = this.words.panels.form;
    const command = Array.isArray(base.command) ? base.command.join(' ') : (base.command ?? '');
    const name = base.notebook ?? command;
    const { rerun, submission } = this;
    const note =
      rerun !== undefined
        ? text.sameInputs(shownText(rerun.run))
        : submission?.unsaved === true
          ? text.shownNow
          : text.saved;
    return html`<div>
      <h1 id="title">${cutName(rerun === undefined ? text.title(name) : text.rerunTitle(name))}</h1>
      <p class="muted">${note}</p>
    </div>`;
  }

  #set(form: FormRun, change: Partial<FormValues>): void {
    if (form.values === undefined) return;
    form.values = { ...form.values, ...change };
    this.requestUpdate();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#replan(form), replanMs);
  }

  async #replan(form: FormRun): Promise<void> {
    const submission = this.#wanted();
    if (submission !== undefined) await form.replan(submission);
  }

  /** The submission as the form says it now; undefined for a rerun, and while a value is wrong. */
  #wanted(): Submission | undefined {
    const { spec, submission } = this;
    return spec === undefined || submission === undefined ? undefined : { ...submission, context: this.#context, spec };
  }

  async #run(): Promise<void> {
    const { host } = this;
    const form = this.#form;
    const { spec } = this;
    if (host === undefined || form?.base === undefined || this.progress !== undefined) return;
    if (spec === undefined) {
      this.#goToProblem();
      return;
    }
    this.progress = '';
    this.failure = undefined;
    try {
      await this.#remember(form);
      const { signal } = new AbortController();
      const submission = this.#wanted();
      const run =
        submission === undefined || this.rerun !== undefined
          ? await host.request('runs/rerun', { ...this.rerunReference, ...specDifference(form.base, spec) }, signal)
          : await host.request('runs/submit', submission, signal);
      await host.perform({ kind: 'openRun', context: run.context, run: run.name });
      await host.perform({ kind: 'close' });
    } catch (error) {
      this.failure = troubleOf(error);
    } finally {
      this.progress = undefined;
    }
  }

  private get rerunReference(): RunReference {
    return this.rerun ?? { context: this.#context, run: '' };
  }

  async #preview(): Promise<void> {
    const submission = this.#wanted();
    if (this.host === undefined) return;
    if (submission === undefined) {
      this.#goToProblem();
      return;
    }
    this.failure = undefined;
    try {
      const { manifest } = await this.host.request('jobs/manifest', submission, new AbortController().signal);
      await this.host.perform({ kind: 'showManifest', manifest });
    } catch (error) {
      this.failure = troubleOf(error);
    }
  }

  async #close(): Promise<void> {
    try {
      if (this.#form !== undefined) await this.#remember(this.#form);
      await this.host?.perform({ kind: 'close' });
    } catch (error) {
      this.failure = troubleOf(error);
    }
  }

  async #remember({ base, values }: FormRun): Promise<void> {
    if (base === undefined || values === undefined || this.rerun !== undefined) return;
    await this.host?.remember(memoryKey(this.submission?.context ?? '', base), values);
  }

  #goToProblem(): void {
    const invalid = this.renderRoot.querySelector<HTMLElement>('[aria-invalid="true"]');
    invalid?.focus();
  }

  #goTo(id: string): void {
    this.renderRoot.querySelector<HTMLElement>(`#${CSS.escape(id)}`)?.focus();
  }

  readonly #onKey = (event: KeyboardEvent): void => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void this.#run();
    else if (event.key === 'Escape') void this.#close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
}
