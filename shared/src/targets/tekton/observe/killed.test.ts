import { describe, expect, it } from 'vitest';
import type { Run } from '../../../protocol/index.ts';
import { podSchema } from './schemas/index.ts';
import { at } from './testing/objects.ts';
import { doneFacts, observe, runOf } from './testing/observing.ts';

/** A run whose notebook was killed under a limit of 4Gi, with what its container says. */
const killed = (exitCode: number, terminated: object, from = 2): Run => {
  const message = JSON.stringify([
    { key: 'summary', value: JSON.stringify({ version: 1, verdict: 'failed', reason: 'killed' }), type: 1 },
  ]);
  const pods = [
    podSchema.parse({
      metadata: { name: 'p' },
      spec: { containers: [{ name: 'step-notebook', resources: { limits: { memory: '4Gi' } } }] },
      status: {
        phase: 'Failed',
        containerStatuses: [
          { name: 'step-notebook', state: { terminated: { exitCode: 137, finishedAt: at(9), ...terminated } } },
          { name: 'step-collect', state: { terminated: { exitCode: 1, message, finishedAt: at(12) } } },
        ],
      },
    }),
  ];
  return runOf(observe({ ...doneFacts({}, 'False', [[0, 1, 2], [exitCode, from, 9], 1, 1, 1]), pods }));
};

describe('why a step was killed', () => {
  it('is found in the container where an earlier step ran out of memory', () => {
    const run = killed(137, { reason: 'OOMKilled' });
    expect(run).toMatchObject({
      state: 'failed',
      reason: 'notebook: it used more than its 4Gi of memory and was killed',
      diagnosis: { id: 'outOfMemory' },
    });
    expect(run.steps.map(({ state }) => state)).toEqual(['succeeded', 'failed', 'skipped', 'skipped', 'succeeded']);
  });

  it('is found where nobody told when its step began, because the entrypoint was killed with it', () => {
    // What is left is when its container began: before the step that came first had ended.
    const run = killed(137, { reason: 'OOMKilled' }, 0);
    expect(run.diagnosis).toMatchObject({ id: 'outOfMemory' });
  });

  // -1 is what the entrypoint writes where it was not killed itself.
  it.each([137, -1])('is suspected in the memory limit where the runtime tells only of a kill (%d)', (exitCode) => {
    const run = killed(exitCode, { reason: 'Error' });
    expect(run.diagnosis).toMatchObject({
      id: 'killed',
      cause: 'Step notebook was killed, most often because it used more than its 4Gi of memory',
      evidence: ['step-notebook: Killed, memory limit 4Gi'],
    });
  });
});
