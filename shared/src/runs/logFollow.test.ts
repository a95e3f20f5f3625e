import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SlipwayError } from '../protocol/index.ts';
import { never, ServiceHarness, settle } from './testing/serviceHarness.ts';

let harness: ServiceHarness;
beforeEach(() => {
  harness = new ServiceHarness();
});
afterEach(() => {
  harness.close();
});

/** A run whose notebook step has begun. */
async function running(): Promise<string> {
  const { name } = await harness.submit();
  harness.target.emit(name, { type: 'stepStarted', time: (harness.clock += 10), step: 'notebook' });
  return name;
}

describe('following a log', () => {
  it('waits for the next line, and has it when it is there', async () => {
    const run = await running();
    let answered = false;
    const page = harness.service.readLog({ run, position: '', waitMs: 60_000 }, never).finally(() => (answered = true));
    await settle();
    expect(answered).toBe(false);
    harness.target.log(run, 'notebook', 'line\n', harness.clock);
    expect((await page).batches).toMatchObject([{ step: 'notebook', data: 'line\n' }]);
  });

  it("waits for the end, and does not take another run's news for it", async () => {
    const run = await running();
    const other = await running();
    let answered = false;
    const page = harness.service.readLog({ run, position: '', waitMs: 60_000 }, never).finally(() => (answered = true));
    await settle();
    harness.target.log(other, 'notebook', 'line\n', harness.clock);
    harness.target.tell({ kind: 'changed', run });
    await settle();
    expect(answered).toBe(false);
    harness.finish(run);
    expect(await page).toEqual({ batches: [], next: '', end: true });
  });

  it('comes back empty when the time is over, and at once without one', async () => {
    const run = await running();
    const empty = { batches: [], next: '', end: false };
    expect(await harness.service.readLog({ run, position: '' }, never)).toEqual(empty);
    expect(await harness.service.readLog({ run, position: '', waitMs: 5 }, never)).toEqual(empty);
  });

  it('ends when the reader gives up', async () => {
    const run = await running();
    const controller = new AbortController();
    const page = harness.service.readLog({ run, position: '', waitMs: 60_000 }, controller.signal);
    await settle();
    controller.abort(new SlipwayError('cancelled', 'Stopped.'));
    await expect(page).rejects.toThrow('Stopped.');
  });

  it('misses nothing that comes while it begins to wait', async () => {
    const run = await running();
    const watch = harness.target.watch.bind(harness.target);
    harness.target.watch = (listener) => {
      // The line comes after the first look, and before anybody listens.
      harness.target.log(run, 'notebook', 'in between\n', harness.clock);
      return watch(listener);
    };
    const page = await harness.service.readLog({ run, position: '', waitMs: 60_000 }, never);
    expect(page.batches).toHaveLength(1);
  });

  it('says that a run was deleted, rather than that its log is empty', async () => {
    const run = await running();
    harness.target.log(run, 'notebook', 'line\n', harness.clock);
    harness.finish(run);
    const page = await harness.service.readLog({ run, position: '' }, never);
    harness.target.runs.delete(run);
    const error: unknown = await harness.service
      .readLog({ run, position: page.next }, never)
      .catch((reason: unknown) => reason);
    expect(SlipwayError.is(error, 'run.notFound')).toBe(true);
  });

  it('goes on from a tail', async () => {
    const run = await running();
    harness.target.log(run, 'notebook', 'one\ntwo\n', harness.clock);
    const tail = await harness.service.tailLog({ run, lines: 1 }, never);
    expect([tail.batches[0]?.data, tail.end]).toEqual(['two\n', false]);
    harness.target.log(run, 'notebook', 'three\n', harness.clock);
    const page = await harness.service.readLog({ run, position: tail.next }, never);
    expect(page.batches.map((batch) => batch.data)).toEqual(['three\n']);
  });
});
