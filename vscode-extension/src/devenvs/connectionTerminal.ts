import { randomUUID } from 'node:crypto';
import { type DevEnvHop, formatBytes, SlipwayError } from '@slipway/shared/protocol';
import { formatDuration, hopsInWords, shownText } from '@slipway/shared/views';
import * as vscode from 'vscode';
import { terminalText } from '../surfaces/terminalText.ts';
import { troubleIn, type WindowWords } from '../words/index.ts';
import type { DevEnvParts } from './devEnvActions.ts';
import { type DevEnvReference, named } from './devEnvReference.ts';

const signs: Readonly<Record<DevEnvHop['outcome'], { readonly sign: string; readonly colour: number }>> = {
  pass: { sign: '✓', colour: 32 },
  warn: { sign: '!', colour: 33 },
  fail: { sign: '✗', colour: 31 },
  skipped: { sign: '–', colour: 90 },
};

/** What was measured of the way to a DevEnv, hop by hop as it comes, as a report in a terminal. */
export class ConnectionTerminal implements vscode.Pseudoterminal {
  readonly #parts: Pick<DevEnvParts, 'core' | 'words'>;
  readonly #reference: DevEnvReference;
  readonly #output = new vscode.EventEmitter<string>();
  readonly #ending = new AbortController();

  constructor(parts: Pick<DevEnvParts, 'core' | 'words'>, reference: DevEnvReference) {
    this.#parts = parts;
    this.#reference = reference;
  }

  get onDidWrite(): vscode.Event<string> {
    return this.#output.event;
  }

  open(): void {
    const { words } = this.#parts;
    this.#measure().catch((error: unknown) => {
      if (SlipwayError.is(error, 'cancelled')) return;
      const { message, action } = troubleIn(error, words);
      this.#say(`\n${shownText([message, action ?? ''].join(' ').trim())}\n`);
    });
  }

  close(): void {
    this.#ending.abort(new SlipwayError('cancelled', 'The terminal was closed.'));
    this.#output.dispose();
  }

  async #measure(): Promise<void> {
    const { core, words } = this.#parts;
    const { hops: say } = words.shared.devEnv;
    const id = randomUUID();
    this.#say(`\u001B[1m${say.heading(shownText(this.#reference.devEnv))}\u001B[0m\n\n`);
    const shown = new Set<string>();
    const show = (hop: DevEnvHop): void => {
      if (shown.has(hop.name)) return;
      shown.add(hop.name);
      this.#say(hopLines(hop, words));
    };
    const told = core.onNotification('devenv/hop', (params) => {
      if (params.id === id) show(params.hop);
    });
    try {
      const { hops } = await core.request('devenvs/test', { ...named(this.#reference), id }, this.#ending.signal);
      for (const hop of hops) show(hop);
      this.#say(`\n\u001B[1m${hopsInWords(hops, words.shared)}\u001B[0m\n`);
    } finally {
      told.dispose();
    }
  }

  #say(text: string): void {
    this.#output.fire(terminalText(text));
  }
}

/** A hop as it stands in the report: outcome, name, what was measured, and what helps. */
export function hopLines(hop: DevEnvHop, { shared }: WindowWords): string {
  const { hops: say, labelled } = shared.devEnv;
  const { sign, colour } = signs[hop.outcome];
  const rate = hop.bytesPerSecond === undefined ? '' : `${formatBytes(hop.bytesPerSecond)}/s`;
  const took =
    // That a key took 1 ms to come back is said; how long that was tried is not.
    hop.outcome === 'skipped' || hop.name === 'latency'
      ? ''
      : hop.durationMs < 1000
        ? `${Math.round(hop.durationMs)} ms`
        : formatDuration(hop.durationMs);
  const facts = [say.outcomes[hop.outcome], rate, took].filter((part) => part !== '').join(' · ');
  const fix = hop.fix === undefined ? '' : `    ${labelled(say.fix, shownText(hop.fix))}\n`;
  return `\u001B[${colour}m${sign}\u001B[0m \u001B[1m${say.names[hop.name]}\u001B[0m  ${facts}\n    ${shownText(hop.detail)}\n${fix}`;
}
