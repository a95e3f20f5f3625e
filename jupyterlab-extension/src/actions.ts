import { Dialog, showDialog } from '@jupyterlab/apputils';
import type { NotebookPanel } from '@jupyterlab/notebook';
import type { Contents } from '@jupyterlab/services';
import type { CoreConnection, RunStore } from '@slipway/shared/client';
import { type Run, SlipwayError, type StepName, type Submission } from '@slipway/shared/protocol';
import { retryOf } from '@slipway/shared/views';
import type { SignInGate } from './account/signInGate.ts';
import { submissionOf } from './notebook/submitNotebook.ts';
import type { RunOrigins } from './runOrigins.ts';
import { noticeName, type Notices } from './notices.ts';
import type { Settings } from './settings.ts';
import type { HostWords } from './words/index.ts';

type Change = 'runs/cancel' | 'runs/rerun' | 'runs/retry';

export interface ActionsOptions {
  readonly core: Pick<CoreConnection, 'request' | 'onNotification'>;
  readonly store: Pick<RunStore, 'put'>;
  readonly notices: Pick<Notices, 'progress' | 'failed'>;
  /** Goes on once somebody has signed in, where that was wanting. */
  readonly gate: Pick<SignInGate, 'run'>;
  readonly words: HostWords;
  readonly settings: Settings;
  readonly contents: Pick<Contents.IManager, 'driveName' | 'localPath'>;
  /** Absolute, where the contents API shows a folder of the server's disk. @throws SlipwayError */
  readonly contentsRoot: (signal: AbortSignal) => Promise<string | undefined>;
  readonly openRun: (run: Run) => void;
  readonly origins: Pick<RunOrigins, 'remember' | 'pathOf'>;
  /** Remembers that this tab is the one that tells of the end. */
  readonly follow: (run: Run) => void;
}

/** What people start from this host. Failures are told, never thrown. */
export class Actions {
  readonly #options: ActionsOptions;
  readonly #ending = new AbortController();

  constructor(options: ActionsOptions) {
    this.#options = options;
  }

  /** Runs the notebook as it is on the screen. */
  async runNotebook(panel: NotebookPanel): Promise<void> {
    const { gate, settings, contents, contentsRoot, openRun } = this.#options;
    try {
      const root = await contentsRoot(this.#ending.signal);
      // As it is now: what is typed while somebody signs in is of the next press.
      const submission = await submissionOf(panel, settings.context, contents, root);
      const title = noticeName(panel.title.label);
      const run = await gate.run(submission.context, () => this.#submit(submission, title));
      this.#took(run, panel.context.path);
      if (settings.openRunDetail) openRun(run);
    } catch (error) {
      this.#failed(error);
    }
  }

  async cancel(run: Run): Promise<void> {
    await this.#change('runs/cancel', run);
  }

  async rerun(run: Run): Promise<void> {
    await this.#change('runs/rerun', run);
  }

  async retry(run: Run): Promise<void> {
    await this.#change('runs/retry', run, retryOf(run)?.from);
  }

  /** Asks first: what a run left goes with it. */
  async delete(run: Run): Promise<void> {
    const { core, gate, words } = this.#options;
    const { button } = await showDialog({
      title: words.lab.deleteRun,
      body: words.lab.confirmDelete(run.title),
      buttons: [Dialog.cancelButton(), Dialog.warnButton({ label: words.lab.reallyDelete })],
      // Enter keeps it.
      defaultButton: 0,
    });
    if (!button.accept) return;
    const params = { run: run.name, context: run.context };
    try {
      await gate.run(run.context, () => core.request('runs/delete', params, this.#ending.signal));
    } catch (error) {
      this.#failed(error);
    }
  }

  dispose(): void {
    this.#ending.abort();
  }

  async #change(name: Change, run: Run, from?: StepName): Promise<void> {
    const { core, gate, origins } = this.#options;
    const params = { run: run.name, context: run.context, ...(from !== undefined && { from }) };
    try {
      const made = await gate.run(run.context, () => core.request(name, params, this.#ending.signal));
      this.#took(made, origins.pathOf(run));
    } catch (error) {
      this.#failed(error);
    }
  }

  async #submit(submission: Submission, title: string): Promise<Run> {
    const { core, notices, words } = this.#options;
    const progress = notices.progress(words.lab.submitting(title));
    const told = core.onNotification('submit/progress', ({ text }) =>
      progress.update(words.lab.submittedWith(title, text)),
    );
    try {
      const run = await core.request('runs/submit', submission, this.#ending.signal);
      void progress.end();
      return run;
    } catch (error) {
      // What is asked next would move under the pointer when this notice goes.
      await progress.end();
      throw error;
    } finally {
      told.dispose();
    }
  }

  /** Who did not want to sign in was told by the question. */
  #failed(error: unknown): void {
    if (!SlipwayError.is(error, 'signIn.required')) this.#options.notices.failed(error);
  }

  #took(run: Run, origin: string | undefined): void {
    if (origin !== undefined) this.#options.origins.remember(run, origin);
    this.#options.follow(run);
    this.#options.store.put(run);
  }
}
