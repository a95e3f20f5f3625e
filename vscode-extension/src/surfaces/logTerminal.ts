import type { CoreConnection } from '@slipway/shared/client';
import { SlipwayError, type LogBatch } from '@slipway/shared/protocol';
import * as vscode from 'vscode';
import type { RunReference } from '../runs/runReference.ts';
import { terminalText } from './terminalText.ts';

/** The merged log of a run as a terminal that follows it to its end. */
export class LogTerminal implements vscode.Pseudoterminal {
  readonly #core: Pick<CoreConnection, 'request'>;
  readonly #reference: RunReference;
  readonly #output = new vscode.EventEmitter<string>();
  readonly #ending = new AbortController();

  constructor(core: Pick<CoreConnection, 'request'>, reference: RunReference) {
    this.#core = core;
    this.#reference = reference;
  }

  get onDidWrite(): vscode.Event<string> {
    return this.#output.event;
  }

  open(): void {
    this.#follow().catch((error: unknown) => {
      if (SlipwayError.is(error, 'cancelled')) return;
      this.#output.fire(terminalText(`\n${error instanceof Error ? error.message : String(error)}\n`));
    });
  }

  close(): void {
    this.#ending.abort(new SlipwayError('cancelled', 'The terminal was closed.'));
    this.#output.dispose();
  }

  async #follow(): Promise<void> {
    const { signal } = this.#ending;
    let position = '';
    for (;;) {
      const asked = { ...this.#reference, position, waitMs: 30_000 };
      const page = await this.#core.request('logs/read', asked, signal);
      for (const batch of page.batches) this.#output.fire(terminalText(textOf(batch)));
      position = page.next;
      if (page.end) return;
    }
  }
}

function textOf({ data, encoding }: LogBatch): string {
  return encoding === 'utf8' ? data : Buffer.from(data, 'base64').toString('utf8');
}
