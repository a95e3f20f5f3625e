import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type NodeCause, parseSchedulerMessage } from './schedulerMessage.ts';

const gpu: NodeCause = { kind: 'insufficient', resource: 'nvidia.com/gpu' };
const taint = (key?: string, value?: string): NodeCause => ({ kind: 'taint', key, value });

describe('parseSchedulerMessage', () => {
  it.each<[text: string, causes: readonly (readonly [number, NodeCause])[], preemption?: readonly [number, number]]>([
    [
      "0/7 nodes are available: 1 node(s) had untolerated taint {nvidia.com/gpu: true}, 2 Insufficient nvidia.com/gpu, 4 node(s) didn't match Pod's node affinity/selector. preemption: 0/7 nodes are available: 2 No preemption victims found for incoming pod, 5 Preemption is not helpful for scheduling.",
      [
        [1, taint('nvidia.com/gpu', 'true')],
        [2, gpu],
        [4, { kind: 'selector' }],
      ],
      [2, 5],
    ],
    [
      '0/1 nodes are available: 1 Insufficient nvidia.com/gpu. no new claims to deallocate, preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod.',
      [[1, gpu]],
      [1, 0],
    ],
    ['0/3 nodes are available: 3 node(s) had untolerated taint(s).', [[3, taint()]]],
    [
      "0/3 nodes are available: 1 node(s) had taint {team: vision}, that the pod didn't tolerate, 2 Insufficient cpu.",
      [
        [1, taint('team', 'vision')],
        [2, { kind: 'insufficient', resource: 'cpu' }],
      ],
    ],
    ['0/2 nodes are available: 2 node(s) had untolerated taint {dedicated: }.', [[2, taint('dedicated')]]],
    [
      '0/4 nodes are available: 1 node(s) had untolerated taint {node.kubernetes.io/unreachable: }, 1 node(s) had untolerated taint {node.kubernetes.io/unschedulable: }, 1 node(s) were unschedulable, 1 Too many pods.',
      [
        [1, { kind: 'notReady' }],
        [1, { kind: 'cordoned' }],
        [1, { kind: 'cordoned' }],
        [1, { kind: 'tooManyPods' }],
      ],
    ],
    ['0/1 nodes are available: 1 node(s) had volume node affinity conflict.', [[1, { kind: 'volumeElsewhere' }]]],
    [
      "0/1 nodes are available: 1 node(s) didn't match PersistentVolume's node affinity.",
      [[1, { kind: 'volumeElsewhere' }]],
    ],
    ["0/5 nodes are available: 5 node(s) didn't match pod affinity rules.", [[5, { kind: 'podAffinity' }]]],
    [
      '0/2 nodes are available: 2 node(s) are of the wrong colour.',
      [[2, { kind: 'other', text: 'node(s) are of the wrong colour' }]],
    ],
  ])('%s', (text, causes, preemption) => {
    const message = parseSchedulerMessage(text);
    expect(message?.causes.map(({ count, cause }) => [count, cause])).toEqual(causes);
    expect(message?.general).toEqual([]);
    expect(message?.preemption).toEqual(
      preemption === undefined ? undefined : { full: preemption[0], never: preemption[1] },
    );
  });

  it('keeps what holds on all nodes apart', () => {
    const text =
      '0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims. not found, preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.';
    expect(parseSchedulerMessage(text)).toEqual({
      available: 0,
      nodes: 1,
      causes: [],
      general: ['pod has unbound immediate PersistentVolumeClaims', 'not found'],
      preemption: { full: 0, never: 1 },
    });
  });

  it.each(['', 'no nodes available to schedule pods', 'running Reserve plugin "VolumeBinding": timed out', '0 of 7'])(
    'knows that it does not know: %s',
    (text) => {
      expect(parseSchedulerMessage(text)).toBeUndefined();
    },
  );

  it('never throws, whatever the text', () => {
    const piece = fc.constantFrom(
      '0/7 nodes are available: ',
      '3 Insufficient ',
      'preemption: ',
      ', ',
      '. ',
      '{a: b}',
      '2 node(s) ',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(piece, fc.string())), (parts) => {
        const message = parseSchedulerMessage(parts.join(''));
        for (const { count } of message?.causes ?? []) expect(count).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it('counts add up to what the message says, whatever is in it', () => {
    const cause = fc.constantFrom(
      'Insufficient nvidia.com/gpu',
      'Insufficient memory',
      'node(s) had untolerated taint {a.b/c: d e}',
      'node(s) had untolerated taint(s)',
      "node(s) had taint {x: y}, that the pod didn't tolerate",
      "node(s) didn't match Pod's node affinity/selector",
      'Too many pods',
      'node(s) of an unheard kind',
    );
    const counted = fc.tuple(fc.integer({ min: 1, max: 5_000 }), cause);
    fc.assert(
      fc.property(fc.array(counted, { minLength: 1, maxLength: 6 }), fc.boolean(), (causes, preempts) => {
        const nodes = causes.reduce((sum, [count]) => sum + count, 0);
        const list = causes.map(([count, words]) => `${count} ${words}`).join(', ');
        const tail = preempts
          ? ` preemption: 0/${nodes} nodes are available: ${nodes} Preemption is not helpful for scheduling.`
          : '';
        const message = parseSchedulerMessage(`0/${nodes} nodes are available: ${list}.${tail}`);
        expect(message?.causes.reduce((sum, { count }) => sum + count, 0)).toBe(nodes);
        expect(message?.causes).toHaveLength(causes.length);
        expect(message?.general).toEqual([]);
        if (preempts) expect(message?.preemption).toEqual({ full: 0, never: nodes });
      }),
    );
  });
});
