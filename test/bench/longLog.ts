import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';

/**
 * Writes a finished run whose notebook step printed `lines` lines of 100 bytes; returns the log's path.
 * @param at epoch ms of the run
 */
export async function writeRunWithLongLog(data: string, run: string, lines: number, at = 0): Promise<string> {
  const folder = join(data, 'slipway/runs', run);
  await mkdir(join(folder, 'logs'), { recursive: true, mode: 0o700 });
  const steps = ['prepare', 'notebook', 'report', 'test', 'collect'] as const;
  const submitted = {
    name: run,
    context: 'local',
    title: 'long.ipynb',
    state: 'submitting',
    createdAt: at + 1,
    cancelRequested: false,
    steps: steps.map((name) => ({ name, state: 'pending' })),
  };
  const events = [
    { time: at + 1, type: 'submitted', run: submitted },
    { time: at + 2, type: 'staging' },
    { time: at + 3, type: 'stepStarted', step: 'notebook' },
    { time: at + 4, type: 'stepFinished', step: 'notebook', state: 'succeeded', exitCode: 0 },
    { time: at + 5, type: 'finished', state: 'succeeded' },
  ];
  await writeFile(join(folder, 'events.jsonl'), events.map((event) => `${JSON.stringify(event)}\n`).join(''));
  await writeFile(join(folder, 'run.json'), JSON.stringify(runFile(run, steps)));
  const path = join(folder, 'logs/notebook.log');
  await writeLines(path, lines);
  const marks = Array.from({ length: lines / 1000 }, (_, index) => `${index * 100_000} ${at + 1000 + index}\n`);
  await writeFile(join(folder, 'logs/notebook.times'), marks.join(''));
  return path;
}

function runFile(run: string, steps: readonly string[]): object {
  return {
    version: 1,
    run,
    spec: { notebook: 'long.ipynb' },
    steps,
    notebook: { path: 'long.ipynb', name: 'long', kernel: 'python3', language: 'python', cells: [] },
    parameters: {},
    env: {},
    environment: { base: 'interpreter' },
    timeouts: {},
    outputs: [],
    inputHashes: { notebook: '', requirements: '', tests: '' },
  };
}

async function writeLines(path: string, lines: number): Promise<void> {
  const stream = createWriteStream(path);
  const block = 10_000;
  for (let first = 0; first < lines; first += block) {
    const text = Array.from({ length: block }, (_, index) => {
      const head = `line ${first + index} of a long log `;
      return `${head.padEnd(99, 'x')}\n`;
    }).join('');
    if (!stream.write(text)) await once(stream, 'drain');
  }
  stream.end();
  await finished(stream);
}
