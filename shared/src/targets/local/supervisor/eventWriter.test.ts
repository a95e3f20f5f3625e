import { mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RunEvent } from '../../../protocol/index.ts';
import { EventWriter } from './eventWriter.ts';

const started: RunEvent = { type: 'stepStarted', time: 1, step: 'notebook' };
const finished: RunEvent = { type: 'finished', time: 2, state: 'succeeded' };

let runs: string;
let events: EventWriter;
beforeEach(async () => {
  runs = await mkdtemp(join(tmpdir(), 'slipway-events-'));
  await mkdir(join(runs, 'run'));
  events = new EventWriter(join(runs, 'run/events.jsonl'));
  events.append(started);
});
afterEach(() => rm(runs, { recursive: true, force: true }));

const lines = (...all: readonly RunEvent[]) => all.map((event) => `${JSON.stringify(event)}\n`).join('');

describe('the events of a run', () => {
  it('are put in place again where a program of the run has removed them', async () => {
    await rm(join(runs, 'run/events.jsonl'));
    events.append(finished);
    expect(await events.close(0)).toBe(true);
    expect(await readFile(join(runs, 'run/events.jsonl'), 'utf8')).toBe(lines(started, finished));
  });

  it('do not bring back a run that was deleted as soon as it had ended', async () => {
    events.append(finished);
    await rename(join(runs, 'run'), join(runs, '.trash-run'));
    await rm(join(runs, '.trash-run'), { recursive: true });
    expect(await events.close(0)).toBe(true);
    expect(await readdir(runs)).toEqual([]);
  });
});
