import { strict as assert } from 'node:assert';
import { terminalStates, type Run } from '@slipway/shared/protocol';
import * as vscode from 'vscode';
import { slipway } from './extension.ts';

/** How long the runs of this suite may take together, in milliseconds; this machine runs two at once. */
export const runsMs = 150_000;

/** Presses the button. */
export async function press(uri: vscode.Uri): Promise<Run> {
  const run = await vscode.commands.executeCommand<Run | undefined>('slipway.run', uri);
  assert.ok(run !== undefined, `${uri.toString()} was not submitted`);
  return run;
}

/** The run's end as the window's own store is told of it. */
export async function ended({ context, name }: Run): Promise<Run> {
  const { store } = await slipway().activate();
  return new Promise((resolve, reject) => {
    const seen = (): Run | undefined => store.get(context, name);
    const timer = setTimeout(() => {
      listening.dispose();
      reject(new Error(`${name} has not ended: ${JSON.stringify(seen())}`));
    }, runsMs - 5_000);
    const look = (): void => {
      const run = seen();
      if (run === undefined || !terminalStates.has(run.state)) return;
      clearTimeout(timer);
      listening.dispose();
      resolve(run);
    };
    const listening = store.onChange(look);
    look();
  });
}

/** A notebook's JSON with these code cells. */
export function notebookOf(...sources: readonly string[]): string {
  return JSON.stringify({
    cells: sources.map((source, index) => ({
      cell_type: 'code',
      id: `cell-${index + 1}`,
      metadata: {},
      execution_count: null,
      outputs: [],
      source,
    })),
    metadata: { kernelspec: { name: 'python3', display_name: 'Python 3', language: 'python' } },
    nbformat: 4,
    nbformat_minor: 5,
  });
}
