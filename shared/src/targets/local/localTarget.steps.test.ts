import { mkdir, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { logText, noSignal, submissionOf, untilEvent, untilFinished, Workshop } from './testing/testTarget.ts';

const waits = 'while [ ! -e "$SLIPWAY_RUN_DIR/go" ]; do sleep 0.05; done; result succeeded';
const dayMs = 24 * 3600 * 1000;

let workshop: Workshop;
beforeEach(async () => {
  workshop = await Workshop.open({ notebook: waits, collect: 'echo first; result succeeded succeeded' });
});
afterEach(() => workshop.close());

const copies = async (): Promise<string[]> => (await readdir(join(workshop.dataDir, 'steps'))).sort();
const go = (run: string): Promise<void> => writeFile(join(workshop.runDir(run), 'go'), '');
const inNotebook = (run: string) =>
  untilEvent(workshop.target(), run, (event) => event.type === 'stepStarted' && event.step === 'notebook');
const newVersion = (body: string): Promise<void> => writeFile(join(workshop.stepsDir, 'collect.sh'), body);
const aged = async (name: string, days: number): Promise<void> => {
  const time = (Date.now() - days * dayMs) / 1000;
  await utimes(join(workshop.dataDir, 'steps', name), time, time);
};

describe('the step scripts of a run', () => {
  it('stay the same to its end when the folder that they came in is removed', async () => {
    const target = workshop.target();
    await target.submit(submissionOf('one'), noSignal);
    await inNotebook('one');
    await rm(workshop.stepsDir, { recursive: true });
    await go('one');
    expect(await untilFinished(target, 'one')).toMatchObject({ state: 'succeeded' });
    expect(await logText(target, 'one', 'collect')).toBe('first\n');
  });

  it('stay the same to its end when another version takes their place, which the next run uses', async () => {
    const target = workshop.target();
    await target.submit(submissionOf('one'), noSignal);
    await inNotebook('one');
    await newVersion('echo second; exit 1');
    await workshop.target().submit(submissionOf('two'), noSignal);
    await Promise.all([go('one'), go('two')]);
    await Promise.all([untilFinished(target, 'one'), untilFinished(target, 'two')]);
    expect([await logText(target, 'one', 'collect'), await logText(target, 'two', 'collect')]).toEqual([
      'first\n',
      'second\n',
    ]);
    expect(await copies()).toHaveLength(2);
  });

  it('are copied once, however many submit at once, and again where somebody has removed the copy', async () => {
    const submitAll = (names: readonly string[]) =>
      Promise.all(names.map((name) => workshop.target().submit(submissionOf(name), noSignal)));
    await submitAll(['one', 'two', 'three']);
    const [copy = '', ...others] = await copies();
    expect([copy, others]).toEqual([expect.stringMatching(/^[0-9a-f]{32}$/), []]);
    await Promise.all(
      ['one', 'two', 'three'].map(async (run) => (await go(run), untilFinished(workshop.target(), run))),
    );

    await rm(join(workshop.dataDir, 'steps', copy), { recursive: true });
    await submitAll(['four']);
    expect(await copies()).toEqual([copy]);
    expect((await stat(join(workshop.dataDir, 'steps', copy))).mode & 0o777).toBe(0o700);
  });

  it('are removed once another version is there, no run uses them and they are a day old', async () => {
    const target = workshop.target();
    await target.submit(submissionOf('one'), noSignal);
    const [first = ''] = await copies();
    await aged(first, 2);
    await newVersion('result succeeded succeeded');
    await workshop.target().submit(submissionOf('two'), noSignal);
    expect(await copies(), 'one still uses them').toContain(first);

    await Promise.all([go('one'), go('two')]);
    await Promise.all([untilFinished(target, 'one'), untilFinished(target, 'two')]);
    await newVersion('result succeeded  succeeded');
    await workshop.target().submit(submissionOf('three'), noSignal);
    const left = await copies();
    expect([left.length, left.includes(first)]).toEqual([2, false]);
  });

  it('are removed although a run beside them is damaged, unless that may use them; what could not be read is logged', async () => {
    const entries: string[] = [];
    const target = workshop.target();
    const submitAnew = (run: string): Promise<void> =>
      workshop.target({ log: (entry) => entries.push(entry) }).submit(submissionOf(run), noSignal);
    await target.submit(submissionOf('one'), noSignal);
    await inNotebook('one');
    const [first = ''] = await copies();
    await mkdir(join(workshop.dataDir, 'steps', 'older'));
    await aged('older', 3);
    await writeFile(join(workshop.runDir('one'), 'local.json'), '{"version": 1');
    await newVersion('result succeeded succeeded');
    await submitAnew('two');
    const left = await copies();
    expect([left.length, left.includes(first), left.includes('older')]).toEqual([2, true, false]);
    expect(entries.join('\n')).toMatch(/one.*local\.json is damaged/);
    expect(entries).toHaveLength(1);

    // Nothing tells when this one began: all may be its own.
    await rm(join(workshop.runDir('one'), 'run.json'));
    await aged(first, 2);
    await newVersion('result succeeded  succeeded');
    await submitAnew('three');
    expect(await copies()).toContain(first);
    await Promise.all(['one', 'two', 'three'].map(go));
    await Promise.all(['two', 'three'].map((run) => untilFinished(target, run)));
  });

  it('that are gone together with their copy under a core that goes on are told of, and nothing is left', async () => {
    const target = workshop.target();
    await target.submit(submissionOf('one'), noSignal);
    await go('one');
    await untilFinished(target, 'one');
    await rm(workshop.stepsDir, { recursive: true });
    for (const copy of await copies()) await rm(join(workshop.dataDir, 'steps', copy), { recursive: true });
    await expect(target.submit(submissionOf('two'), noSignal)).rejects.toMatchObject({
      code: 'supervisor.failed',
      message: expect.stringContaining('updated or removed while it ran') as string,
      action: expect.stringContaining('Start it again') as string,
    });
    expect(await copies()).toEqual([]);
    expect(await target.list(noSignal)).toEqual(['one']);
  });

  it('are copied as they are now where they were changed in place since the first run', async () => {
    const target = workshop.target();
    await target.submit(submissionOf('one'), noSignal);
    await go('one');
    await untilFinished(target, 'one');
    const [first = ''] = await copies();
    await rm(join(workshop.dataDir, 'steps', first), { recursive: true });
    await newVersion('echo second; result succeeded succeeded');
    await target.submit(submissionOf('two'), noSignal);
    const now = await copies();
    expect([now.length, now.includes(first)]).toEqual([1, false]);
    await go('two');
    await untilFinished(target, 'two');
  });

  it('that are gone before the first run are told of', async () => {
    await rm(workshop.stepsDir, { recursive: true });
    await expect(workshop.target().submit(submissionOf('one'), noSignal)).rejects.toMatchObject({
      code: 'supervisor.failed',
      message: expect.stringContaining('updated or removed while it ran') as string,
    });
    expect(await workshop.target().list(noSignal)).toEqual([]);
  });
});
