import { describe, expect, it } from 'vitest';
import { podReading, type Pod } from '../../targets/index.ts';
import { podEnd } from './devEnvState.ts';

const { podSchema } = await podReading();
type Json = Readonly<Record<string, unknown>>;

const startMs = Date.parse('2026-11-25T10:00:00Z');
const at = (seconds: number): string => new Date(startMs + seconds * 1000).toISOString();
const pod = (status: Json, metadata: Json = {}): Pod =>
  podSchema.parse({ metadata: { name: 'devenv-alice', uid: 'p', ...metadata }, status });

describe('an end to be told of when the pod is gone', () => {
  const target = (reason: string, message = '') => ({
    conditions: [{ type: 'DisruptionTarget', status: 'True', reason, message, lastTransitionTime: at(30) }],
  });
  const going = { deletionTimestamp: at(40) };
  const terminated = { exitCode: 143, finishedAt: at(41) };
  const died = { containerStatuses: [{ name: 'devenv', restartCount: 0, state: { terminated } }] };
  const evicted = { phase: 'Failed', reason: 'Evicted', message: 'The node was low on resource: memory.' };

  it.each<[name: string, of: Pod, reason: string, seconds: number]>([
    ['put out', pod(evicted), 'its node put it out: The node was low on resource: memory.', 60],
    [
      'put out, and being removed',
      pod({ ...evicted, ...died }, going),
      'its node put it out: The node was low on resource: memory.',
      41,
    ],
    [
      'evicted',
      pod({ phase: 'Running', ...target('EvictionByEvictionAPI') }, going),
      'it was evicted from its node, which was being emptied',
      30,
    ],
    [
      'evicted, and ended badly',
      pod({ phase: 'Failed', ...died, ...target('EvictionByEvictionAPI') }, going),
      'it was evicted from its node, which was being emptied',
      30,
    ],
    [
      'ended some other way',
      pod({ phase: 'Running', ...target('constructor', 'said\nso') }, going),
      'the cluster ended it: said so',
      30,
    ],
    ['ended with its node', pod({ phase: 'Failed', ...target('DeletionByPodGC') }), 'its node was gone', 30],
  ])('is that of one that was %s', (_name, of, reason, seconds) => {
    expect(podEnd(of, startMs + 60_000)).toEqual({ pod: 'p', reason, at: startMs + seconds * 1_000 });
  });

  it.each<[name: string, of: Pod]>([
    ['runs', pod({ phase: 'Running' })],
    ['is to be put out and has not been yet', pod({ phase: 'Running', ...target('PreemptionByScheduler') })],
    ['somebody stops', pod({ phase: 'Running' }, going)],
    ['somebody stops, and that ends badly', pod({ phase: 'Failed', ...died }, going)],
    ['has stopped for idleness', pod({ phase: 'Succeeded' })],
  ])('is none of one that %s', (_name, of) => {
    expect(podEnd(of, startMs)).toBeUndefined();
  });
});
