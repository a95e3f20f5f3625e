import { SlipwayError, type DevEnvJob } from '@slipway/shared/protocol';
import { devEnvJobView, shownText } from '@slipway/shared/views';
import * as vscode from 'vscode';
import { terminalText } from '../surfaces/terminalText.ts';
import { troubleIn } from '../words/index.ts';
import type { DevEnvParts } from './devEnvActions.ts';
import type { JobReference } from './devEnvReference.ts';
import { followJob, logOf } from './followJob.ts';

const interrupt = '\u0003';

export interface JobTerminalOptions extends Pick<DevEnvParts, 'core' | 'words'> {
  readonly reference: JobReference;
  /** Hears of the command whenever something is told of it. */
  readonly onJob: (job: DevEnvJob) => void;
}

/** The output of a command in a DevEnv as a terminal that follows it to its end. Closing it leaves the command alone. */
export class JobTerminal implements vscode.Pseudoterminal {
  readonly #options: JobTerminalOptions;
  readonly #output = new vscode.EventEmitter<string>();
  readonly #close = new vscode.EventEmitter<number>();
  readonly #ending = new AbortController();

  constructor(options: JobTerminalOptions) {
    this.#options = options;
  }

  get onDidWrite(): vscode.Event<string> {
    return this.#output.event;
  }

  get onDidClose(): vscode.Event<number> {
    return this.#close.event;
  }

  open(): void {
    const { words } = this.#options;
    this.#say(`\u001B[2m${words.host.devEnv.leaveHint}\u001B[0m\n`);
    this.#follow().catch((error: unknown) => {
      if (SlipwayError.is(error, 'cancelled')) return;
      const { message, action } = troubleIn(error, words);
      this.#say(`\n${shownText([message, action ?? ''].join(' ').trim())}\n`);
    });
  }

  handleInput(data: string): void {
    if (!data.includes(interrupt)) return;
    this.#stop();
    this.#close.fire(0);
  }

  close(): void {
    this.#stop();
    this.#output.dispose();
    this.#close.dispose();
  }

  #stop(): void {
    this.#ending.abort(new SlipwayError('cancelled', 'The terminal was closed.'));
  }

  async #follow(): Promise<void> {
    const { core, reference, words, onJob } = this.#options;
    const onText = (text: string): void => this.#say(text);
    const read = logOf(core, reference, this.#ending.signal);
    const ended = await followJob({ read, onText, onJob });
    const { row } = devEnvJobView(ended, words.shared, Date.now());
    this.#say(`\n\u001B[1m${words.host.devEnv.jobEnds(row)}\u001B[0m\n`);
  }

  #say(text: string): void {
    this.#output.fire(terminalText(text));
  }
}
