import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { standingOf, tunnelPodSchema, type TunnelPod } from './podStanding.ts';

const now = Date.parse('2026-01-01T00:00:30Z');
const said = (pod: TunnelPod): string => {
  const standing = standingOf(pod, 'devenv-ada', now);
  if (standing.kind === 'ended') return `ended: ${standing.error.message}`;
  if (standing.kind === 'stopping') return standing.why === undefined ? 'stopping' : `stopping: ${standing.why}`;
  return standing.kind === 'waiting' ? `waiting: ${standing.text}` : standing.kind;
};
const ended = (message: string, exitCode = 0): TunnelPod => ({
  status: {
    phase: exitCode === 0 ? 'Succeeded' : 'Failed',
    containerStatuses: [
      { state: { terminated: { exitCode, message, reason: exitCode === 0 ? 'Completed' : 'Error' } } },
    ],
  },
});
const waits = (reason: string, message?: string): TunnelPod => ({
  status: { phase: 'Pending', containerStatuses: [{ state: { waiting: { reason, message } } }] },
});

describe('how a DevEnv’s pod stands for ssh', () => {
  it.each<[string, TunnelPod]>([
    ['ready', { status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] } }],
    ['waiting: waiting for sshd', { status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'False' }] } }],
    ['waiting: waiting for a node', { status: { phase: 'Pending' } }],
    ['waiting: waiting for a node', {}],
    [
      'waiting: no node takes it: 0/4 nodes are available',
      {
        status: {
          phase: 'Pending',
          conditions: [{ type: 'PodScheduled', status: 'False', message: '0/4 nodes\u001b are available.' }],
        },
      },
    ],
    ['waiting: its volumes and its image are fetched', waits('ContainerCreating')],
    ['ended: devenv-ada cannot come up: ImagePullBackOff: no such image.', waits('ImagePullBackOff', 'no such image')],
    ['stopping', { metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' }, status: { phase: 'Running' } }],
    [
      'stopping: it was evicted from its node, which was being emptied',
      {
        metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' },
        status: {
          phase: 'Running',
          conditions: [{ type: 'DisruptionTarget', status: 'True', reason: 'EvictionByEvictionAPI' }],
        },
      },
    ],
    ['ended: devenv-ada was stopped after 4 h idle.', ended('{"reason":"idle","idleSeconds":14400}')],
    ['ended: devenv-ada was stopped after 90 min idle.', ended('{"reason":"idle","idleSeconds":5400}')],
    ['ended: devenv-ada was stopped after 20 s idle.', ended('{"reason":"idle","idleSeconds":20}')],
    ['ended: devenv-ada is stopped.', ended('{"reason":"idle","idleSeconds":"x"}')],
    ['ended: devenv-ada is stopped.', ended('not JSON')],
    ['ended: devenv-ada broke off: Error, exit code 3.', ended('', 3)],
    [
      'ended: devenv-ada ended when its node was shut down: Pod was terminated in response to imminent node shutdown.',
      {
        status: {
          phase: 'Failed',
          reason: 'Terminated',
          message: 'Pod was terminated in response to imminent node shutdown.',
        },
      },
    ],
    [
      'ended: devenv-ada has not ended: its node gpu-1 does not answer.',
      { metadata: { deletionTimestamp: '2025-12-31T23:59:00Z' }, spec: { nodeName: 'gpu-1' } },
    ],
    [
      'ended: devenv-ada cannot be reached: its node gpu-1 does not answer.',
      {
        spec: { nodeName: 'gpu-1' },
        status: {
          phase: 'Running',
          conditions: [{ type: 'Ready', status: 'False' }],
          containerStatuses: [{ ready: true }],
        },
      },
    ],
    [
      'ended: devenv-ada was put out by its node: The node was low on memory.',
      { status: { phase: 'Failed', reason: 'Evicted', message: 'The node was low on memory.' } },
    ],
  ])('%s', (words, pod) => {
    expect(said(pod)).toBe(words);
  });

  it('says how a stopped one is started', () => {
    const standing = standingOf(ended(''), 'devenv-ada', now);
    expect(standing.kind === 'ended' && standing.error.action).toBe('Start it: slipway devenv start devenv-ada');
  });

  it('is told of whatever a cluster says, in one line', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (reason, message) => {
        expect(said(tunnelPodSchema.parse(waits(reason, message)))).not.toMatch(/[\r\n\u001b]/);
      }),
    );
  });
});
