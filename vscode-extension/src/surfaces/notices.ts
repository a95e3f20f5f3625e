import { type FollowedRuns, keyOf, type RunStore } from '@slipway/shared/client';
import { requestWords, SlipwayError, type Run } from '@slipway/shared/protocol';
import { findingOf, runView } from '@slipway/shared/views';
import * as vscode from 'vscode';
import { troubleIn, type WindowWords } from '../words/index.ts';
import { plainMessage } from './plainText.ts';

/** Ends are gathered for so long: those of a whole history come at once, in milliseconds. */
const gatherMs = 50;
/** A window leaves the ends of runs that another one started to that one for so long, in milliseconds. */
const othersFirstMs = 3000;

/** What VS Code tells in its corner: failures of what was asked for, and the end of the user's runs with what comes next. */
export class Notices implements vscode.Disposable {
  readonly #followed: FollowedRuns;
  readonly #words: WindowWords;
  readonly #log: vscode.LogOutputChannel;
  readonly #subscription: { dispose(): void };
  readonly #ended: Run[] = [];
  readonly #own = new Set<string>();
  readonly #waiting = new Set<ReturnType<typeof setTimeout>>();
  #gathering: ReturnType<typeof setTimeout> | undefined;

  constructor(store: RunStore, followed: FollowedRuns, words: WindowWords, log: vscode.LogOutputChannel) {
    this.#followed = followed;
    this.#words = words;
    this.#log = log;
    this.#subscription = store.onEnd((runs) => {
      this.#ended.push(...runs);
      this.#gathering ??= setTimeout(() => {
        this.#gathering = undefined;
        const ended = this.#ended.splice(0);
        void this.#tell(ended.filter((one) => this.#own.has(keyOf(one.context, one.name))));
        this.#tellLater(ended.filter((one) => !this.#own.has(keyOf(one.context, one.name))));
      }, gatherMs);
    });
  }

  /** A run of this window, whose end it is to tell of. */
  started(run: Run): void {
    this.#own.add(keyOf(run.context, run.name));
  }

  failed(error: unknown): void {
    if (SlipwayError.is(error, 'cancelled')) return;
    const { message, action } = troubleIn(error, this.#words);
    this.#log.error(error instanceof Error ? error : message);
    if (SlipwayError.is(error) && error.request !== undefined) this.#log.error(requestWords(error.request));
    const details = this.#words.host.showDetails;
    const shown = vscode.window.showErrorMessage(plainMessage([message, action ?? ''].join(' ').trim()), details);
    void shown.then((chosen) => {
      if (chosen === details) this.#log.show();
    });
  }

  info(text: string): void {
    void vscode.window.showInformationMessage(plainMessage(text));
  }

  dispose(): void {
    clearTimeout(this.#gathering);
    for (const timer of this.#waiting) clearTimeout(timer);
    this.#subscription.dispose();
  }

  /** The window that started them may be gone, or be an editor whose screen nobody looks at any more. */
  #tellLater(ended: readonly Run[]): void {
    const timer = setTimeout(() => {
      this.#waiting.delete(timer);
      void this.#tell(ended);
    }, othersFirstMs);
    this.#waiting.add(timer);
  }

  async #tell(ended: readonly Run[]): Promise<void> {
    try {
      const mine = await this.#followed.claim(ended);
      const wanted = vscode.workspace.getConfiguration('slipway').get('notifyAtEnd');
      for (const run of mine) {
        if (wanted === 'always' || (wanted === 'failures' && run.state !== 'succeeded')) this.#show(run);
      }
    } catch (error) {
      this.failed(error);
    }
  }

  #show(run: Run): void {
    const { host, shared } = this.#words;
    const { word, elapsed, state } = runView(run, shared, Date.now());
    const cause = findingOf(run, shared)?.heading ?? '';
    const parts = [`${run.title}: ${word}`, cause, elapsed].filter((part) => part !== '');
    const text = plainMessage(parts.join(' · '));
    const reference = { context: run.context, run: run.name };
    const hasCell = run.failedCell !== undefined && run.failedCell.number > 0;
    const actions: [label: string, command: string][] = [
      [host.openRun, 'slipway.openRun'],
      ...(hasCell ? [[host.openFailedCell, 'slipway.openFailedCell'] as [string, string]] : []),
      ...(state === 'passed' && run.cells !== undefined
        ? [[host.openReport, 'slipway.openReport'] as [string, string]]
        : []),
    ];
    const labels = actions.map(([label]) => label);
    const shown =
      state === 'failed' || state === 'lost'
        ? vscode.window.showErrorMessage(text, ...labels)
        : vscode.window.showInformationMessage(text, ...labels);
    void shown.then((chosen) => {
      const command = actions.find(([label]) => label === chosen)?.[1];
      if (command !== undefined) void vscode.commands.executeCommand(command, reference);
    });
  }
}
