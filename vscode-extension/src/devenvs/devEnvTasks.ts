import { type DevEnvJob, SlipwayError } from '@slipway/shared/protocol';
import { devEnvJobView, shownText } from '@slipway/shared/views';
import * as vscode from 'vscode';
import { type ChooseOptions, chooseDevEnv, listed, mine } from './chooseDevEnv.ts';
import { commandTitle } from './commandTitle.ts';
import { type DevEnvReference, referenceTo } from './devEnvReference.ts';
import { TaskTerminal, type TaskTerminalOptions } from './taskTerminal.ts';
import { folderOf, lineOf, taskType, type TaskWish, taskWishOf } from './taskWish.ts';

export interface DevEnvTasksOptions
  extends Omit<TaskTerminalOptions, 'wish' | 'name' | 'devEnv'>, Omit<ChooseOptions, 'words'> {
  /** The DevEnv that this window is opened on. */
  readonly here: () => DevEnvReference | undefined;
}

/** So many commands of a DevEnv are offered as tasks. */
const mostOffered = 10;
const longestName = 60;

/** Commands in DevEnvs as tasks of VS Code: those of tasks.json, and those that ran there of late. */
export class DevEnvTasks implements vscode.TaskProvider {
  readonly #options: DevEnvTasksOptions;

  constructor(options: DevEnvTasksOptions) {
    this.#options = options;
  }

  /** What runs, or ran of late, in DevEnvs that are up. Asks no cluster that nobody looks at. */
  async provideTasks(): Promise<vscode.Task[]> {
    const { store, jobs } = this.#options;
    const up = store.devEnvs.filter((devEnv) => devEnv.mine && devEnv.state === 'running');
    const offered = up.map(async (devEnv) => {
      const reference = referenceTo(devEnv);
      // One that does not answer has no commands to offer, and says why in its own row.
      const read = await jobs.read(reference).catch((): readonly DevEnvJob[] => []);
      return this.#offered(reference, read);
    });
    return (await Promise.all(offered)).flat();
  }

  resolveTask(task: vscode.Task): vscode.Task | undefined {
    if (taskWishOf(task.definition) === undefined) return undefined;
    return this.#task(task.definition, task.name, task.scope);
  }

  #offered(reference: DevEnvReference, read: readonly DevEnvJob[]): vscode.Task[] {
    const { words } = this.#options;
    const tasks = new Map<string, vscode.Task>();
    for (const job of read) {
      const command = lineOf(job);
      const cwd = folderOf(job);
      const key = JSON.stringify([command, cwd]);
      if (command === undefined || tasks.has(key) || tasks.size === mostOffered) continue;
      const definition = { type: taskType, command, devEnv: reference.devEnv, ...(cwd !== undefined && { cwd }) };
      const task = this.#task(definition, commandTitle(command, longestName), vscode.TaskScope.Workspace);
      const { row } = devEnvJobView(job, words.shared, Date.now());
      task.detail = `${shownText(reference.devEnv)} · ${row}`;
      tasks.set(key, task);
    }
    return [...tasks.values()];
  }

  #task(definition: vscode.TaskDefinition, name: string, scope: vscode.Task['scope']): vscode.Task {
    const execution = new vscode.CustomExecution((resolved) => Promise.resolve(this.#terminal(resolved, name)));
    return new vscode.Task(definition, scope ?? vscode.TaskScope.Workspace, name, 'DevEnv', execution);
  }

  /** @param definition with its variables replaced */
  #terminal(definition: vscode.TaskDefinition, name: string): TaskTerminal {
    const wish = taskWishOf(definition);
    if (wish === undefined) throw new SlipwayError('usage', this.#options.words.host.devEnv.taskNoCommand);
    return new TaskTerminal({ ...this.#options, wish, name, devEnv: (asked) => this.#devEnv(asked) });
  }

  /** The one that is named, else that of this window, else the only one, else one that is chosen. */
  async #devEnv({ devEnv, context }: TaskWish): Promise<DevEnvReference | undefined> {
    const { here } = this.#options;
    await listed(this.#options);
    const place = here();
    if (devEnv === undefined && context === undefined && place !== undefined) return place;
    return chooseDevEnv(
      (each) =>
        mine(each) &&
        (devEnv === undefined || each.name === devEnv) &&
        (context === undefined || each.context === context),
      this.#options,
    );
  }
}
