import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { RunEvent } from '../protocol/index.ts';
import { RunStore } from './runStore.ts';
import { RunWatcher } from './runWatcher.ts';
import { TargetHub } from './targetHub.ts';
import { MemoryTarget } from './testing/memoryTarget.ts';

/** Its runs are there, and each is read until the test says that it was. */
class SlowTarget extends MemoryTarget {
  readonly reads: { readonly run: string; readonly end: () => void }[] = [];

  override async events(run: string): Promise<readonly RunEvent[]> {
    await new Promise<void>((resolve) => this.reads.push({ run, end: resolve }));
    const cells = { name: run, context: this.context, title: run, state: 'queued', createdAt: 1 } as const;
    return [{ type: 'submitted', time: 1, run: { ...cells, cancelRequested: false, steps: [] } }];
  }
}

it('reads some dozens of many runs at once that have changed, then the others, and the newest news of each', async () => {
  const target = new SlowTarget();
  const told: string[] = [];
  const watcher: RunWatcher = new RunWatcher(
    () => store,
    new TargetHub(target),
    () => 0,
    (error) => told.push(String(error)),
  );
  const store = new RunStore(target, 10_000, (transition) => watcher.tell(transition));
  watcher.listen((change) => change.kind === 'changed' && told.push(change.run.name), 'all');
  const names = Array.from({ length: 1_000 }, (_, index) => `run-${index}`);
  for (const run of names) target.tell({ kind: 'changed', run });
  // One that is read, and one that waits, have changed again.
  target.tell({ kind: 'changed', run: 'run-0' });
  target.tell({ kind: 'changed', run: 'run-999' });
  await turn();
  const atOnce = target.reads.length;
  expect(atOnce).toBeGreaterThan(16);
  expect(atOnce).toBeLessThan(100);
  for (let ended = 0; ended < target.reads.length; ended += 1) {
    expect(target.reads.length - ended).toBeLessThanOrEqual(atOnce);
    target.reads[ended]?.end();
    await turn();
  }
  expect(told).toEqual(names);
  expect(target.reads.map(({ run }) => run).filter((run) => run === 'run-0' || run === 'run-999')).toEqual([
    'run-0',
    'run-999',
    'run-0',
  ]);
  watcher.dispose();
});
