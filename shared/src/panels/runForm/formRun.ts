import type { JobSpec, RunPlan, Submission } from '../../protocol/index.ts';
import { troubleOf, type Trouble } from '../base/trouble.ts';
import type { PanelHost } from '../panelHost.ts';
import {
  fieldsOfRun,
  initialValues,
  memoryKey,
  parameterFields,
  withKept,
  type FormValues,
  type ParameterField,
} from './formModel.ts';

/** A run to send again with changes. */
export interface RunReference {
  readonly context: string;
  readonly run: string;
}

/** What a form is about, as the core sees it: the job it began with, what would run, and why that cannot be told. */
export class FormRun {
  /** The job as it was handed over, or that of the run that is sent again. */
  base: JobSpec | undefined;
  fields: readonly ParameterField[] = [];
  values: FormValues | undefined;
  plan: RunPlan | undefined;
  planning = false;
  trouble: Trouble | undefined;

  readonly #host: PanelHost;
  readonly #onChange: () => void;
  readonly #life = new AbortController();
  #asking: AbortController | undefined;

  constructor(host: PanelHost, onChange: () => void) {
    this.#host = host;
    this.#onChange = onChange;
  }

  get signal(): AbortSignal {
    return this.#life.signal;
  }

  /**
   * Finds out what can be changed. Never throws: `trouble` tells.
   * @param typed what the fields held before, where they did
   */
  async open(
    submission: Submission | undefined,
    rerun: RunReference | undefined,
    typed: FormValues | undefined,
  ): Promise<void> {
    try {
      if (rerun !== undefined) await this.#openRun(rerun);
      else if (submission !== undefined) await this.#openSubmission(submission);
      if (typed !== undefined && this.values !== undefined) this.values = withKept(this.values, typed);
    } catch (error) {
      this.trouble = troubleOf(error, this.signal);
    }
    this.#tell();
  }

  async #openRun(rerun: RunReference): Promise<void> {
    const { spec, parameters = [] } = await this.#host.request('runs/spec', rerun, this.signal);
    this.base = spec;
    this.fields = fieldsOfRun(parameters, spec);
    this.values = initialValues(spec, this.fields);
  }

  async #openSubmission(submission: Submission): Promise<void> {
    await this.replan(submission);
    const { plan } = this;
    if (plan === undefined) return;
    const { spec } = submission;
    this.base = spec;
    this.fields = parameterFields(plan.parameters, spec);
    const kept = await this.#host.recall(memoryKey(submission.context, spec));
    this.values = withKept(initialValues(spec, this.fields), kept);
  }

  /** Asks anew what would run; an answer that is out of date is dropped. */
  async replan(submission: Submission): Promise<void> {
    this.#asking?.abort();
    const asking = new AbortController();
    this.#asking = asking;
    const signal = AbortSignal.any([asking.signal, this.signal]);
    this.planning = true;
    this.#tell();
    try {
      this.plan = await this.#host.request('jobs/plan', submission, signal);
      this.trouble = undefined;
    } catch (error) {
      const trouble = troubleOf(error, signal);
      if (trouble !== undefined) this.trouble = trouble;
    }
    if (signal.aborted) return;
    this.planning = false;
    this.#tell();
  }

  dispose(): void {
    this.#life.abort();
  }

  #tell(): void {
    if (!this.signal.aborted) this.#onChange();
  }
}
