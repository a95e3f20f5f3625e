import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { logText, noSignal, submissionOf, until, untilFinished, Workshop } from './testing/testTarget.ts';

let workshop: Workshop | undefined;
afterEach(async () => {
  await workshop?.close();
  workshop = undefined;
});

async function runWith(notebook: string) {
  workshop = await Workshop.open({
    notebook: `cd "$SLIPWAY_RUN_DIR"; ${notebook}; mkdir -p results; result succeeded`,
  });
  const target = workshop.target();
  await target.submit(submissionOf('spoilt'), noSignal);
  // Between the removal and the restoring of its events nobody can read the run.
  const log = join(workshop.runDir('spoilt'), 'logs', 'collect.log');
  await until('the collect step', () => (existsSync(log) ? true : undefined));
  return { target, folder: workshop.runDir('spoilt'), end: await untilFinished(target, 'spoilt') };
}

describe('a notebook that spoils its own run folder', () => {
  it('by removing the events finds them put back', async () => {
    const { target, end } = await runWith('rm events.jsonl; until [ -e events.jsonl ]; do sleep 0.05; done');
    expect(end).toMatchObject({ state: 'succeeded' });
    const types = (await target.events('spoilt', noSignal)).map((event) => event.type);
    expect(types.filter((type) => type === 'stepStarted')).toHaveLength(3);
    expect(types.filter((type) => type === 'stepFinished')).toHaveLength(3);
  });

  it('by removing logs and results gets to the end', async () => {
    const { target, end } = await runWith('rm -r logs results');
    expect(end).toMatchObject({ state: 'succeeded' });
    expect((await target.events('spoilt', noSignal)).filter((event) => event.type === 'stepFinished')).toMatchObject([
      { step: 'prepare', state: 'succeeded' },
      { step: 'notebook', state: 'succeeded' },
      { step: 'collect', state: 'succeeded' },
    ]);
  });

  it('by a named pipe or a link in the place of a log does not hold up or lead astray the steps after it', async () => {
    const { target, folder, end } = await runWith(
      'mkfifo logs/collect.log; echo mine >mine; ln -s ../mine logs/collect.times',
    );
    expect(end).toMatchObject({ state: 'succeeded' });
    expect(await logText(target, 'spoilt', 'collect')).toBe('');
    expect(await readFile(join(folder, 'mine'), 'utf8')).toBe('mine\n');
  });
});
