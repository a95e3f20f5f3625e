import { describe, expect, it } from 'vitest';
import { podSchema, type Pod } from './clusterObjects.ts';
import { isRunning, obstacleOf } from './podWaiting.ts';

const pod = (status: unknown, metadata: object = {}): Pod =>
  podSchema.parse({
    metadata: { name: 'p', uid: 'u', creationTimestamp: '2026-01-01T00:00:00Z', ...metadata },
    status,
  });
const container = (state: object) => ({ containerStatuses: [{ name: 'helper', state }] });

describe('obstacleOf', () => {
  it.each([
    ['nothing is known yet', {}, undefined],
    ['a container starts', container({ waiting: { reason: 'ContainerCreating' } }), undefined],
    [
      'the image is not there',
      container({ waiting: { reason: 'ErrImagePull', message: 'not found\nand more' } }),
      { reason: 'ErrImagePull: not found', final: true },
    ],
    [
      'no node fits',
      {
        conditions: [
          {
            type: 'PodScheduled',
            status: 'False',
            reason: 'Unschedulable',
            message: '0/1 nodes are available: 1 full.',
          },
        ],
      },
      { reason: '0/1 nodes are available: 1 full.', final: false },
    ],
    [
      'it was evicted',
      { phase: 'Failed', reason: 'Evicted', message: 'low on disk' },
      { reason: 'Evicted: low on disk', final: true },
    ],
    [
      'its container failed',
      { phase: 'Failed', ...container({ terminated: { exitCode: 137, reason: 'OOMKilled' } }) },
      { reason: 'OOMKilled: exit code 137', final: true },
    ],
    [
      'it ended',
      { phase: 'Succeeded', ...container({ terminated: { exitCode: 0 } }) },
      { reason: 'it ended', final: true },
    ],
  ])('%s', (_, status, expected) => {
    expect(obstacleOf(pod(status))).toEqual(expected);
  });

  it('is final for a pod that is being deleted', () => {
    expect(obstacleOf(pod({}, { deletionTimestamp: '2026-01-01T00:00:00Z' }))?.final).toBe(true);
  });
});

describe('isRunning', () => {
  it.each([
    [{}, false],
    [container({ waiting: {} }), false],
    [container({ running: { startedAt: null } }), true],
    [
      {
        containerStatuses: [
          { name: 'a', state: { running: {} } },
          { name: 'b', state: { waiting: {} } },
        ],
      },
      false,
    ],
  ])('%o: %s', (status, expected) => {
    expect(isRunning(pod(status))).toBe(expected);
  });
});
