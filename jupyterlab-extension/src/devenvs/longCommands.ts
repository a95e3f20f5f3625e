import { type MainAreaWidget, Notification } from '@jupyterlab/apputils';
import { type Disposable, keyOf } from '@slipway/shared/client';
import type { DevEnv, DevEnvJob } from '@slipway/shared/protocol';
import { devEnvJobView, shortName, shownText } from '@slipway/shared/views';
import { addToShell } from '../surfaces/addToShell.ts';
import { askCommand } from './commandDialog.tsx';
import { agrees, type DevEnvActions, named } from './devEnvActions.ts';
import { showJobs } from './jobsDialog.tsx';
import { createJobTab } from './jobTab.tsx';
import type { RoomState } from './roomState.ts';
import { tell } from './tell.ts';

/** How much of a command line is its title, in characters. */
const longestTitle = 80;
/** JupyterLab shows 140 characters of a notice. */
const longestTold = 60;

/** Commands that go on in a DevEnv when the page is closed. Each throws what went wrong. */
export class LongCommands {
  readonly #state: RoomState;
  readonly #actions: Pick<DevEnvActions, 'start'>;
  readonly #tabs = new Map<string, MainAreaWidget>();
  /** What keeps the connection until a command of this page has ended, by its id. */
  readonly #going = new Map<string, Disposable>();

  constructor(state: RoomState, actions: Pick<DevEnvActions, 'start'>) {
    this.#state = state;
    this.#actions = actions;
    state.page.core.onNotification('devenv/jobEnded', ({ context, name, job }) => {
      this.#going.get(job.id)?.dispose();
      this.#going.delete(job.id);
      this.#tellEnd(context, name, job);
    });
  }

  /** Asks for a command line, runs it, and shows what it prints. */
  async run(devEnv: DevEnv): Promise<void> {
    const line = await askCommand(this.#state, devEnv);
    if (line === undefined) return;
    const job = await this.#state.page.gate.run(devEnv.context, () => this.#begin(devEnv, line));
    if (job !== undefined) this.follow(devEnv, job);
  }

  /** Shows all of them, and does what is chosen there. */
  async list(devEnv: DevEnv): Promise<void> {
    const answer = await showJobs(this.#state, devEnv);
    if (answer?.kind === 'log') this.follow(devEnv, answer.job);
    if (answer?.kind === 'run') await this.run(devEnv);
  }

  /** Shows what a command prints, in a tab. */
  follow(devEnv: DevEnv, job: DevEnvJob): void {
    const { shell } = this.#state.page.app;
    const key = keyOf(devEnv.context, `${devEnv.name}/${job.id}`);
    let tab = this.#tabs.get(key);
    if (tab === undefined || tab.isDisposed) {
      const onStop = (): Promise<DevEnvJob | undefined> => this.#stop(devEnv, job);
      tab = createJobTab({ state: this.#state, devEnv, job, onStop });
      tab.id = `slipway-job-${job.id}`;
      tab.disposed.connect(() => this.#tabs.delete(key));
      this.#tabs.set(key, tab);
      addToShell(shell, tab);
    }
    shell.activateById(tab.id);
  }

  /** @returns undefined where it does not run, and who waited for that left */
  async #begin(devEnv: DevEnv, line: string): Promise<DevEnvJob | undefined> {
    const { page, store, words } = this.#state;
    const isRunning = (): boolean => store.get(devEnv.context, devEnv.name)?.state === 'running';
    if (!isRunning()) await this.#actions.start(devEnv);
    if (!isRunning()) {
      tell(words.own.jobs.notRun);
      return undefined;
    }
    // A login shell, so that it finds what a terminal there finds.
    const params = { ...named(devEnv), command: ['bash', '-lc', line], title: line.slice(0, longestTitle) };
    const job = await page.core.request('devenvs/runJob', params, new AbortController().signal);
    this.#going.set(job.id, page.core.hold());
    return job;
  }

  /** @returns undefined where it was to go on, or what went wrong was told */
  async #stop(devEnv: DevEnv, { id }: DevEnvJob): Promise<DevEnvJob | undefined> {
    const { page, words } = this.#state;
    const { confirmStop, stop } = words.own.jobs;
    if (!(await agrees(confirmStop, stop))) return undefined;
    const { signal } = new AbortController();
    const ask = (): Promise<DevEnvJob> => page.core.request('devenvs/stopJob', { ...named(devEnv), id }, signal);
    try {
      return await page.gate.run(devEnv.context, ask);
    } catch (error) {
      page.notices.failed(error);
      return undefined;
    }
  }

  #tellEnd(context: string, name: string, job: DevEnvJob): void {
    const { store, words, page } = this.#state;
    const { devEnv: say } = words.shared;
    const { row } = devEnvJobView(job, words.shared, page.now());
    const text = say.jobs.ended(shortName(shownText(job.title), longestTold), shownText(name), row);
    const isGood = job.state === 'succeeded' || job.state === 'stopped';
    const devEnv = store.get(context, name);
    const follow = (): void => {
      if (devEnv !== undefined) this.follow(devEnv, job);
    };
    const actions = devEnv === undefined ? [] : [{ label: say.actions.openLog, callback: follow }];
    Notification.emit(text, isGood ? 'success' : 'warning', { autoClose: false, actions });
  }
}
