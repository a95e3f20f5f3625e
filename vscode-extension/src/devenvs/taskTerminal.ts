import { type DevEnvJob, SlipwayError } from '@slipway/shared/protocol';
import { createClockFormat, shownText } from '@slipway/shared/views';
import type { ContextActions } from '../identity/contextActions.ts';
import { CommandTerminal } from './commandTerminal.ts';
import type { DevEnvActions, DevEnvParts } from './devEnvActions.ts';
import type { DevEnvJobs } from './devEnvJobs.ts';
import { type DevEnvReference, type JobReference, named } from './devEnvReference.ts';
import { followJob, logOf } from './followJob.ts';
import type { LongCommands } from './longCommands.ts';
import { isStillRunning, longestTitle, shellCommand, taskExitCode, type TaskWish } from './taskWish.ts';

export interface TaskTerminalOptions extends DevEnvParts {
  readonly wish: TaskWish;
  /** What the task is called. */
  readonly name: string;
  /** Undefined where none was chosen. */
  readonly devEnv: (wish: TaskWish) => Promise<DevEnvReference | undefined>;
  readonly identity: Pick<ContextActions, 'signedIn'>;
  readonly actions: Pick<DevEnvActions, 'get' | 'start'>;
  readonly jobs: DevEnvJobs;
  readonly commands: Pick<LongCommands, 'inSight' | 'tellItGoesOn'>;
}

/** What a shell ends with that was interrupted. */
const leftCode = 130;
const clock = createClockFormat(undefined);

/** A task that is a command in a DevEnv: ends as the command does, and leaves it running when the terminal goes. */
export class TaskTerminal extends CommandTerminal {
  readonly #options: TaskTerminalOptions;
  /** The command while it goes on, and what keeps its end from being told twice. */
  #following: { readonly reference: JobReference; readonly sight: { dispose(): void } } | undefined;

  constructor(options: TaskTerminalOptions) {
    super(options.words);
    this.#options = options;
  }

  open(): void {
    this.#run()
      .catch((error: unknown) => {
        if (SlipwayError.is(error, 'cancelled')) return leftCode;
        this.sayTrouble(error);
        return 1;
      })
      .then(
        (code) => this.end(code),
        () => this.end(1),
      );
  }

  protected override interrupted(): void {
    this.leave();
  }

  protected override leave(): void {
    super.leave();
    if (this.#following === undefined) return;
    const { reference, sight } = this.#following;
    this.#following = undefined;
    sight.dispose();
    this.#options.commands.tellItGoesOn(reference);
  }

  async #run(): Promise<number> {
    const { wish, identity, words } = this.#options;
    const reference = await this.#options.devEnv(wish);
    if (reference === undefined) {
      this.say(`${words.host.devEnv.taskNoDevEnv}\n`);
      return 1;
    }
    return (await identity.signedIn(reference.context, () => this.#runIn(reference))) ?? 1;
  }

  async #runIn(devEnv: DevEnvReference): Promise<number> {
    const { core, jobs, commands } = this.#options;
    if (!(await this.#isUp(devEnv))) return 1;
    const job = await this.#job(devEnv);
    this.ending.throwIfAborted();
    jobs.put(devEnv, job);
    const reference = { ...devEnv, job: job.id };
    this.#following = { reference, sight: commands.inSight(reference) };
    const ended = await followJob({
      read: logOf(core, reference, this.ending),
      onText: (text) => this.say(text),
      onJob: (now) => {
        if (jobs.get(devEnv, now.id)?.state !== now.state) jobs.put(devEnv, now);
      },
    });
    this.#following = undefined;
    this.sayEnd(ended);
    return taskExitCode(ended);
  }

  async #isUp(reference: DevEnvReference): Promise<boolean> {
    const { actions, words } = this.#options;
    const name = shownText(reference.devEnv);
    if ((await actions.get(reference)).state === 'running') return true;
    this.say(`${words.shared.devEnv.starting(name)}…\n`);
    return (await actions.start(reference)) !== undefined;
  }

  /** The command of an earlier time, where that goes on; else a new one. */
  async #job(reference: DevEnvReference): Promise<DevEnvJob> {
    const { core, words, jobs, wish, signal } = this.#options;
    const { host } = words;
    const name = shownText(reference.devEnv);
    const earlier = (await jobs.read(reference)).find((job) => isStillRunning(job, wish));
    this.ending.throwIfAborted();
    const said =
      earlier === undefined ? host.devEnv.taskIn(name) : host.devEnv.taskAgain(name, clock(earlier.startedAt));
    this.say(`\u001B[2m${said}\n${host.devEnv.leaveHint}\u001B[0m\n`);
    if (earlier !== undefined) return earlier;
    const { command: line, cwd } = wish;
    const asked = {
      ...named(reference),
      command: shellCommand(line),
      title: this.#options.name.slice(0, longestTitle),
    };
    return core.request('devenvs/runJob', { ...asked, ...(cwd !== undefined && { cwd }) }, signal);
  }
}
