import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { RunTarget } from '../runTarget.ts';
import {
  noSignal,
  processesLeft,
  submissionOf,
  supervisorPid,
  until,
  untilEvent,
  untilFinished,
  Workshop,
} from './testing/testTarget.ts';

let workshop: Workshop | undefined;
afterEach(async () => {
  await workshop?.close();
  workshop = undefined;
});

/** Runs that go on until they are released; each writes when it began and ended. */
async function openHolding(): Promise<Workshop> {
  workshop = await Workshop.open({
    notebook: `
      name=$(basename "$SLIPWAY_RUN_DIR")
      echo "+ $name" >>"$SLIPWAY_RUN_DIR/../../../order"
      until [ -e "$SLIPWAY_RUN_DIR/go" ]; do sleep 0.05; done
      echo "- $name" >>"$SLIPWAY_RUN_DIR/../../../order"
      result succeeded`,
  });
  return workshop;
}

async function stateOf(target: RunTarget, run: string): Promise<string> {
  const events = await target.events(run, noSignal);
  const last = events.findLast(({ type }) => type === 'queued' || type === 'staging' || type === 'finished');
  if (last?.type === 'queued') return `queued ${last.position}`;
  return last?.type === 'finished' ? last.state : last === undefined ? 'submitted' : 'running';
}

const isRunning = (target: RunTarget, run: string) => untilEvent(target, run, ({ type }) => type === 'staging');

const isQueuedAt = (target: RunTarget, run: string, position: number) =>
  until(`${run} at ${position}`, async () =>
    (await stateOf(target, run)) === `queued ${position}` ? true : undefined,
  );

const release = (shop: Workshop, run: string) => writeFile(join(shop.runDir(run), 'go'), '');

describe('the queue of a data folder', () => {
  it('runs two at a time, in the order of submission, across targets', async () => {
    const shop = await openHolding();
    const runs = ['a', 'b', 'c', 'd', 'e'];
    const targets = [shop.target(), shop.target(), shop.target()];
    const [target = shop.target()] = targets;
    for (const [index, run] of runs.entries()) {
      await targets[index % 3]?.submit(submissionOf(run), noSignal);
      if (index < 2) await isRunning(target, run);
      else await isQueuedAt(target, run, index - 2);
    }
    expect(await Promise.all(runs.map((run) => stateOf(target, run)))).toEqual([
      'running',
      'running',
      'queued 0',
      'queued 1',
      'queued 2',
    ]);
    await release(shop, 'b');
    await isRunning(target, 'c');
    // Each tells of its own place.
    await Promise.all([isQueuedAt(target, 'd', 0), isQueuedAt(target, 'e', 1)]);
    for (const run of ['a', 'c', 'd', 'e']) await release(shop, run);
    for (const run of runs) expect(await untilFinished(target, run)).toMatchObject({ state: 'succeeded' });
  });

  it('never runs three, however many are submitted at once', async () => {
    workshop = await Workshop.open({
      notebook: `
        touch "$SLIPWAY_RUN_DIR/../../../at-work-$(basename "$SLIPWAY_RUN_DIR")"
        ls "$SLIPWAY_RUN_DIR/../../.." | grep -c at-work >>"$SLIPWAY_RUN_DIR/../../../counts"
        sleep 0.2
        rm "$SLIPWAY_RUN_DIR/../../../at-work-$(basename "$SLIPWAY_RUN_DIR")"
        result succeeded`,
    });
    const shop = workshop;
    const runs = Array.from({ length: 7 }, (_, index) => `run-${index}`);
    await Promise.all(runs.map((run) => shop.target().submit(submissionOf(run), noSignal)));
    const target = shop.target();
    for (const run of runs) await untilFinished(target, run);
    const counts = (await readFile(join(shop.root, 'counts'), 'utf8')).trim().split('\n').map(Number);
    expect(counts).toHaveLength(7);
    expect(Math.max(...counts)).toBe(2);
  });

  it('gives the slot of a killed supervisor to the next, and calls its run lost', async () => {
    const shop = await openHolding();
    const target = shop.target();
    for (const run of ['a', 'b']) {
      await target.submit(submissionOf(run), noSignal);
      await isRunning(target, run);
    }
    await target.submit(submissionOf('c'), noSignal);
    await isQueuedAt(target, 'c', 0);
    await until('a step of a', () => processesLeft(shop.runDir('a')).length > 0 || undefined);
    process.kill(await supervisorPid(shop.runDir('a')), 'SIGKILL');
    await isRunning(target, 'c');
    const lost = await untilFinished(target, 'a');
    expect(lost).toMatchObject({ state: 'lost' });
    expect((await shop.target().events('a', noSignal)).at(-1)).toEqual(lost);
    expect(await stateOf(target, 'b')).toBe('running');
    // Nobody drives it, but its step is still there; a cancel ends that.
    expect(processesLeft(shop.runDir('a'))).not.toEqual([]);
    await target.cancel('a', noSignal);
    expect(processesLeft(shop.runDir('a'))).toEqual([]);
    await target.delete('a', noSignal);
    expect((await readdir(join(shop.dataDir, 'runs'))).sort()).toEqual(['b', 'c']);
  });

  it('lets a run leave that is cancelled while it waits', async () => {
    const shop = await openHolding();
    const target = shop.target();
    for (const run of ['a', 'b', 'c', 'd']) {
      await target.submit(submissionOf(run), noSignal);
      if (run === 'a' || run === 'b') await isRunning(target, run);
    }
    await isQueuedAt(target, 'd', 1);
    await shop.target().cancel('c', noSignal);
    expect(await untilFinished(target, 'c')).toMatchObject({ state: 'cancelled' });
    expect((await target.events('c', noSignal)).map(({ type }) => type)).toEqual([
      'submitted',
      'queued',
      'cancelRequested',
      'stepFinished',
      'stepFinished',
      'stepFinished',
      'finished',
    ]);
    await isQueuedAt(target, 'd', 0);
    await release(shop, 'a');
    await isRunning(target, 'd');
  });
});
