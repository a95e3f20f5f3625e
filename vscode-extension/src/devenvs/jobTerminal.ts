import { SlipwayError, type DevEnvJob } from '@slipway/shared/protocol';
import { CommandTerminal } from './commandTerminal.ts';
import type { DevEnvParts } from './devEnvActions.ts';
import type { JobReference } from './devEnvReference.ts';
import { followJob, logOf } from './followJob.ts';

export interface JobTerminalOptions extends Pick<DevEnvParts, 'core' | 'words'> {
  readonly reference: JobReference;
  /** Hears of the command whenever something is told of it. */
  readonly onJob: (job: DevEnvJob) => void;
}

/** The output of a command in a DevEnv as a terminal that follows it to its end. Closing it leaves the command alone. */
export class JobTerminal extends CommandTerminal {
  readonly #options: JobTerminalOptions;

  constructor(options: JobTerminalOptions) {
    super(options.words);
    this.#options = options;
  }

  open(): void {
    const { words } = this.#options;
    this.say(`\u001B[2m${words.host.devEnv.leaveHint}\u001B[0m\n`);
    this.#follow().catch((error: unknown) => {
      if (SlipwayError.is(error, 'cancelled')) return;
      this.sayTrouble(error, '\n');
    });
  }

  protected override interrupted(): void {
    this.leave();
    this.end(0);
  }

  async #follow(): Promise<void> {
    const { core, reference, onJob } = this.#options;
    const onText = (text: string): void => this.say(text);
    const read = logOf(core, reference, this.ending);
    const ended = await followJob({ read, onText, onJob });
    this.sayEnd(ended);
  }
}
