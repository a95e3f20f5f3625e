import { type DevEnvJob, SlipwayError } from '@slipway/shared/protocol';
import { devEnvJobView, shownText } from '@slipway/shared/views';
import * as vscode from 'vscode';
import { terminalText } from '../surfaces/terminalText.ts';
import { troubleIn } from '../words/index.ts';
import type { DevEnvParts } from './devEnvActions.ts';

const interrupt = '\u0003';

/** A terminal that shows a command in a DevEnv and leaves it alone when it is closed, or when somebody presses Ctrl+C. */
export abstract class CommandTerminal implements vscode.Pseudoterminal {
  readonly #words: DevEnvParts['words'];
  readonly #output = new vscode.EventEmitter<string>();
  readonly #close = new vscode.EventEmitter<number>();
  readonly #ending = new AbortController();

  constructor(words: DevEnvParts['words']) {
    this.#words = words;
  }

  get onDidWrite(): vscode.Event<string> {
    return this.#output.event;
  }

  get onDidClose(): vscode.Event<number> {
    return this.#close.event;
  }

  abstract open(): void;

  handleInput(data: string): void {
    if (data.includes(interrupt)) this.interrupted();
  }

  close(): void {
    this.leave();
    this.#output.dispose();
    this.#close.dispose();
  }

  protected abstract interrupted(): void;

  /** Aborted when nobody looks any more. */
  protected get ending(): AbortSignal {
    return this.#ending.signal;
  }

  protected leave(): void {
    this.#ending.abort(new SlipwayError('cancelled', 'The terminal was closed.'));
  }

  protected end(code: number): void {
    this.#close.fire(code);
  }

  protected say(text: string): void {
    this.#output.fire(terminalText(text));
  }

  protected sayEnd(job: DevEnvJob): void {
    const { row } = devEnvJobView(job, this.#words.shared, Date.now());
    this.say(`\n\u001B[1m${this.#words.host.devEnv.jobEnds(row)}\u001B[0m\n`);
  }

  protected sayTrouble(error: unknown, before = ''): void {
    const { message, action } = troubleIn(error, this.#words);
    this.say(`${before}${shownText([message, action ?? ''].join(' ').trim())}\n`);
  }
}
