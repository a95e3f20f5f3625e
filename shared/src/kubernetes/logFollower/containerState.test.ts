import { describe, expect, it } from 'vitest';
import { containerState, type PodFacts } from './containerState.ts';

const pod = (state: object | undefined, phase = 'Running', init = false): PodFacts => {
  const statuses = state === undefined ? [] : [{ name: 'step-a', state: { ...state } }];
  const named = [{ name: 'step-a' }];
  return {
    metadata: { name: 'p', uid: 'u' },
    spec: init ? { containers: [{ name: 'b' }], initContainers: named } : { containers: named },
    status: { phase, ...(init ? { initContainerStatuses: statuses } : { containerStatuses: statuses }) },
  };
};

describe('the state of a container', () => {
  it.each([
    ['waiting', pod({ waiting: { reason: 'PodInitializing' } }, 'Pending')],
    ['waiting', pod(undefined, 'Pending')],
    ['waiting', { ...pod(undefined), status: undefined }],
    ['running', pod({ running: { startedAt: 'now' } })],
    ['running', pod({ running: {} }, 'Pending', true)],
    ['terminated', pod({ terminated: { exitCode: 3 } })],
    ['terminated', pod(undefined, 'Failed')],
    ['gone', undefined],
  ])('is %s', (state, facts) => {
    expect(containerState(facts, 'step-a', undefined)).toBe(state);
  });

  it('is gone with the pod that was meant, and unknown where the pod has no such container', () => {
    expect(containerState(pod({ running: {} }), 'step-a', 'u')).toBe('running');
    expect(containerState(pod({ running: {} }), 'step-a', 'other')).toBe('gone');
    expect(containerState(pod({ running: {} }), 'step-z', 'u')).toBe('unknown');
  });
});
