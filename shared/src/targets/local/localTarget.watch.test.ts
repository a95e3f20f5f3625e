import { mkdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import type { Disposable, RunTarget, TargetChange } from '../runTarget.ts';
import { noSignal, submissionOf, supervisorPid, until, untilFinished, Workshop } from './testing/testTarget.ts';

let workshop: Workshop | undefined;
let watch: Disposable | undefined;
afterEach(async () => {
  watch?.dispose();
  await workshop?.close();
  workshop = undefined;
});

function watched(target: RunTarget): TargetChange[] {
  const changes: TargetChange[] = [];
  watch = target.watch((change) => changes.push(change));
  return changes;
}

const news = (changes: TargetChange[], kind: TargetChange['kind'], run: string) =>
  until(
    `${kind} ${run}`,
    () => changes.some((change) => change.kind === kind && 'run' in change && change.run === run) || undefined,
  );

describe('watching', () => {
  it('tells of runs that another target submits, drives and deletes', async () => {
    workshop = await Workshop.open({
      notebook:
        'until [ -e "$SLIPWAY_RUN_DIR/go" ]; do sleep 0.05; done; echo more; until [ -e "$SLIPWAY_RUN_DIR/end" ]; do sleep 0.05; done; result succeeded',
    });
    const changes = watched(workshop.target());
    const other = workshop.target();
    await other.submit(submissionOf('seen'), noSignal);
    await news(changes, 'changed', 'seen');
    await until(
      'the notebook step',
      async () =>
        (await other.events('seen', noSignal)).some(
          (event) => event.type === 'stepStarted' && event.step === 'notebook',
        ) || undefined,
    );
    await sleep(400);
    changes.length = 0;
    await writeFile(join(workshop.runDir('seen'), 'go'), '');
    await news(changes, 'changed', 'seen');
    expect(await other.logSize('seen', 'notebook', noSignal)).toEqual({ bytes: 5, whole: true });
    await writeFile(join(workshop.runDir('seen'), 'end'), '');
    await untilFinished(other, 'seen');
    await other.delete('seen', noSignal);
    await news(changes, 'deleted', 'seen');
    expect(changes.every((change) => 'run' in change && change.run === 'seen')).toBe(true);
  });

  it('tells of the last event, and of a run that is lost', async () => {
    workshop = await Workshop.open({
      notebook: 'until [ -e "$SLIPWAY_RUN_DIR/go" ]; do sleep 0.05; done; result succeeded',
    });
    const target = workshop.target();
    for (const run of ['ends', 'dies']) await target.submit(submissionOf(run), noSignal);
    const reader = workshop.target();
    const finals = new Map<string, string>();
    watch = reader.watch((change) => {
      if (!('run' in change)) return;
      const { run } = change;
      void reader.events(run, noSignal).then((events) => {
        const last = events.at(-1);
        if (last?.type === 'finished') finals.set(run, last.state);
      });
    });
    await writeFile(join(workshop.runDir('ends'), 'go'), '');
    process.kill(await supervisorPid(workshop.runDir('dies')), 'SIGKILL');
    await until('both ends', () => finals.size === 2 || undefined);
    expect(Object.fromEntries(finals)).toEqual({ ends: 'succeeded', dies: 'lost' });
  });

  it('is quiet about finished runs from before, however many', async () => {
    workshop = await Workshop.open();
    const longAgo = new Date(Date.now() - 60_000);
    for (let index = 0; index < 200; index++) {
      const folder = workshop.runDir(`old-${index}`);
      await mkdir(folder, { recursive: true });
      const note = { type: 'stepNote', time: 1, step: 'notebook', text: 'x'.repeat(index * 100) };
      const end = { type: 'finished', time: 2, state: 'failed', reason: 'y'.repeat(index * 100) };
      await writeFile(join(folder, 'run.json'), '{}');
      await writeFile(join(folder, 'events.jsonl'), `${JSON.stringify(note)}\n${JSON.stringify(end)}\n`);
      await utimes(join(folder, 'events.jsonl'), longAgo, longAgo);
    }
    const changes = watched(workshop.target());
    await workshop.target().submit(submissionOf('new'), noSignal);
    await news(changes, 'changed', 'new');
    await sleep(300);
    expect(new Set(changes.map((change) => 'run' in change && change.run))).toEqual(new Set(['new']));
  });

  it('waits for a folder that is not there yet, and stops when disposed', async () => {
    workshop = await Workshop.open();
    const changes = watched(workshop.target());
    await workshop.target().submit(submissionOf('a'), noSignal);
    await news(changes, 'changed', 'a');
    watch?.dispose();
    await untilFinished(workshop.target(), 'a');
    changes.length = 0;
    await workshop.target().delete('a', noSignal);
    await sleep(300);
    expect(changes).toEqual([]);
  });
});
