import { keyOf } from '@slipway/shared/client';
import { shownText, devEnvJobView } from '@slipway/shared/views';
import * as vscode from 'vscode';
import { commandLink, tellInPassing } from '../surfaces/passingNotice.ts';
import { plainMessage } from '../surfaces/plainText.ts';
import { commandTitle } from './commandTitle.ts';
import type { DevEnvActions, DevEnvParts } from './devEnvActions.ts';
import type { DevEnvJobs } from './devEnvJobs.ts';
import { type DevEnvReference, type JobReference, named } from './devEnvReference.ts';
import { JobTerminal } from './jobTerminal.ts';
import { longestTitle, shellCommand } from './taskWish.ts';

export interface LongCommandsOptions extends DevEnvParts {
  readonly actions: Pick<DevEnvActions, 'get' | 'start'>;
  readonly jobs: DevEnvJobs;
}

/** How much of it is said where it is not alone. */
const longestName = 40;

/** Commands that go on in a DevEnv when this window is closed. */
export class LongCommands {
  readonly #options: LongCommandsOptions;
  readonly #subscription: { dispose(): void };
  /** The logs that are open, by job. */
  readonly #logs = new Map<string, vscode.Terminal>();
  /** Who stops one knows that it ends. */
  readonly #stopped = new Set<string>();
  readonly #seen = new Set<string>();
  /** What takes back the notice that one goes on, by job. */
  readonly #left = new Map<string, () => void>();

  constructor(options: LongCommandsOptions) {
    this.#options = options;
    this.#subscription = options.jobs.onEnd(({ reference, job }) => {
      this.#takeBack({ ...reference, job: job.id });
      void this.#tellEnd({ ...reference, job: job.id });
    });
  }

  /** Asks for a command line, runs it, and shows what it prints. */
  async run(reference: DevEnvReference): Promise<void> {
    const { core, jobs, actions, words, signal } = this.#options;
    const { jobs: say, actions: names, labelled } = words.shared.devEnv;
    const line = await vscode.window.showInputBox({
      title: labelled(shownText(reference.devEnv), names.runCommand),
      prompt: say.commandHint,
      placeHolder: 'python train.py --epochs 50',
      ignoreFocusOut: true,
    });
    if (line === undefined || line.trim() === '') return;
    const devEnv = await actions.get(reference);
    if (devEnv.state !== 'running' && (await actions.start(reference)) === undefined) return;
    const command = shellCommand(line);
    const title = line.trim().slice(0, longestTitle);
    const job = await core.request('devenvs/runJob', { ...named(reference), command, title }, signal);
    jobs.put(reference, job);
    this.follow({ ...reference, job: job.id });
  }

  /** Shows what a command prints, from its beginning; where that is open already, there. */
  follow(reference: JobReference): void {
    const { core, jobs, words } = this.#options;
    const key = keyOfJob(reference);
    this.#takeBack(reference);
    const open = this.#logs.get(key);
    if (open !== undefined && open.exitStatus === undefined) {
      open.show();
      return;
    }
    const title = commandTitle(jobs.get(reference, reference.job)?.title ?? reference.job, longestName);
    const pty = new JobTerminal({ core, words, reference, onJob: (job) => this.#put(reference, job) });
    const name = words.host.devEnv.logOf(title, shownText(reference.devEnv));
    const terminal = vscode.window.createTerminal({ name, pty, iconPath: new vscode.ThemeIcon('output') });
    this.#logs.set(key, terminal);
    terminal.show();
  }

  async stop(reference: JobReference): Promise<void> {
    const { core, jobs, signal } = this.#options;
    this.#stopped.add(keyOfJob(reference));
    jobs.put(reference, await core.request('devenvs/stopJob', { ...named(reference), id: reference.job }, signal));
  }

  /** As long as somebody sees it, its end is not told besides; of one that has ended so, never. */
  inSight(reference: JobReference): { dispose(): void } {
    const key = keyOfJob(reference);
    this.#takeBack(reference);
    this.#seen.add(key);
    return { dispose: () => void this.#seen.delete(key) };
  }

  /** Somebody has closed what showed it. */
  tellItGoesOn(reference: JobReference): void {
    const { jobs, words } = this.#options;
    const { openLog, stopJob } = words.shared.devEnv.actions;
    const title = commandTitle(jobs.get(reference, reference.job)?.title ?? reference.job, longestName);
    const text = plainMessage(words.host.devEnv.goesOn(title, shownText(reference.devEnv)));
    const links = [
      commandLink(openLog, 'slipway.openDevEnvJobLog', reference),
      commandLink(stopJob, 'slipway.stopDevEnvJob', reference),
    ];
    this.#takeBack(reference);
    const over = new Promise<void>((resolve) => this.#left.set(keyOfJob(reference), resolve));
    tellInPassing([text, links.join(' · ')].join(' '), over);
  }

  dispose(): void {
    this.#subscription.dispose();
    for (const takeBack of this.#left.values()) takeBack();
  }

  #takeBack(reference: JobReference): void {
    const key = keyOfJob(reference);
    this.#left.get(key)?.();
    this.#left.delete(key);
  }

  /** Pages of a log come often and mostly tell nothing new of their command. */
  #put(reference: JobReference, job: Parameters<DevEnvJobs['put']>[1]): void {
    const { jobs } = this.#options;
    if (jobs.get(reference, job.id)?.state !== job.state) jobs.put(reference, job);
  }

  async #tellEnd(reference: JobReference): Promise<void> {
    const { jobs, words } = this.#options;
    const job = jobs.get(reference, reference.job);
    const key = keyOfJob(reference);
    if (job === undefined || this.#stopped.has(key) || this.#seen.has(key)) return;
    const { devEnv: say } = words.shared;
    const { row } = devEnvJobView(job, words.shared, Date.now());
    const text = plainMessage(say.jobs.ended(commandTitle(job.title, longestName), shownText(reference.devEnv), row));
    const { openLog } = say.actions;
    const isGood = job.state === 'succeeded' || job.state === 'stopped';
    const show = isGood ? vscode.window.showInformationMessage : vscode.window.showWarningMessage;
    if ((await show(text, openLog)) === openLog) this.follow(reference);
  }
}

function keyOfJob({ context, devEnv, job }: JobReference): string {
  return `${keyOf(context, devEnv)}/${job}`;
}
