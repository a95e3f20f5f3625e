import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { podReading, type Claim, type Pod } from '../../targets/index.ts';
import { describeDevEnv } from './describeDevEnv.ts';
import { isOver, standingOf, type DevEnvFacts } from './devEnvState.ts';
import { parseLiveStatus } from './liveStatus.ts';

const { claimSchema, podSchema } = await podReading();
type Json = Readonly<Record<string, unknown>>;

const startMs = Date.parse('2026-11-25T10:00:00Z');
const at = (seconds: number): string => new Date(startMs + seconds * 1000).toISOString();

const claim = (parts: { metadata?: Json; status?: Json } = {}): Claim =>
  claimSchema.parse({
    metadata: { name: 'devenv-alice', uid: 'c', ...parts.metadata },
    status: { phase: 'Bound', ...parts.status },
  });
const pod = (status: Json, metadata: Json = {}): Pod =>
  podSchema.parse({ metadata: { name: 'devenv-alice', uid: 'p', ...metadata }, spec: { nodeName: 'gpu-1' }, status });
const container = (parts: Json): Json => ({ containerStatuses: [{ name: 'devenv', restartCount: 0, ...parts }] });
const runs = { running: { startedAt: at(5) } };

const standing = (of: Pod | undefined, more: Partial<DevEnvFacts> = {}) =>
  standingOf({ claim: claim(), pod: of, now: startMs + 60_000, ...more });

describe('a DevEnv without a pod', () => {
  it('is stopped', () => {
    expect(standing(undefined)).toEqual({ state: 'stopped' });
    expect(standing(undefined, { claim: claim({ status: { phase: 'Pending' } }) })).toEqual({ state: 'stopped' });
  });

  const noted = (more: Json): Claim =>
    claim({
      metadata: {
        annotations: {
          'slipway.dev/last-end': JSON.stringify({ pod: 'a', time: at(1), reason: 'its node was gone', ...more }),
        },
      },
    });

  it('says why where its claim tells how the last one ended, and nothing has followed', () => {
    expect(standing(undefined, { claim: noted({}) })).toEqual({
      state: 'stopped',
      reason: 'its node was gone',
      action: 'Start it again: /workspace is as it was.',
    });
    expect(standing(undefined, { claim: noted({ followed: true }) })).toEqual({ state: 'stopped' });
    const hostile = standing(undefined, {
      claim: noted({ reason: 'a\u001b[31m\ntoken=ghp_0123456789abcdefghijABCDEFGHIJ012345' }),
    });
    expect(hostile.reason).toMatch(/^a/);
    expect(hostile.reason).not.toMatch(/ghp_0123|\p{Cc}/u);
  });

  it('has failed once its volume is gone', () => {
    expect(standing(undefined, { claim: claim({ status: { phase: 'Lost' } }) })).toMatchObject({
      state: 'failed',
      reason: 'the volume of claim devenv-alice is gone',
    });
  });
});

describe('a disk', () => {
  const described = (asked: string, has: string | undefined) =>
    describeDevEnv({
      context: 'lab',
      namespace: 'team-a',
      user: 'alice',
      claim: claimSchema.parse({
        metadata: { name: 'devenv-alice' },
        spec: { resources: { requests: { storage: asked } } },
        status: { phase: 'Bound', ...(has !== undefined && { capacity: { storage: has } }) },
      }),
      pod: undefined,
      standing: { state: 'stopped' },
      live: undefined,
      settled: undefined,
    }).reason;

  it.each([
    ['2Gi', '1Gi', 'its disk is being enlarged from 1Gi to 2Gi'],
    ['1Gi', '1024Mi', undefined],
    // Some drivers give more than was asked for.
    ['1Gi', '10Gi', undefined],
    ['1Gi', undefined, undefined],
    ['nonsense', '1Gi', undefined],
  ])('of which %s were asked for and that has %s: %s', (asked, has, reason) => {
    expect(described(asked, has)).toBe(reason);
  });
});

describe('a DevEnv that somebody else ends', () => {
  const ending = (reason: string, message = '') =>
    pod(
      { phase: 'Running', conditions: [{ type: 'DisruptionTarget', status: 'True', reason, message }] },
      { deletionTimestamp: at(59) },
    );

  it.each([
    ['EvictionByEvictionAPI', 'it is evicted from its node, which is being emptied'],
    ['PreemptionByScheduler', 'a pod of higher priority takes its place'],
    ['DeletionByPodGC', 'its node is gone'],
    ['SomethingNew', 'the cluster ends it: said the cluster'],
  ])('(%s) says so while it stops', (reason, words) => {
    expect(standing(ending(reason, 'said the cluster'))).toEqual({ state: 'stopping', reason: words });
  });
});

it('runs, as far as anybody knows, where its node does not answer', () => {
  const lost = pod({
    phase: 'Running',
    conditions: [{ type: 'Ready', status: 'False' }],
    ...container({ ready: true, state: runs }),
  });
  expect(standing(lost)).toMatchObject({ state: 'running', reason: 'its node gpu-1 does not answer' });
});

describe('a DevEnv whose pod has ended', () => {
  const ended = (message?: string) =>
    pod({ phase: 'Succeeded', ...container({ state: { terminated: { exitCode: 0, reason: 'Completed', message } } }) });

  it.each([
    ['{"reason":"idle","idleSeconds":7200}', 'stopped after 2 h idle'],
    ['{"reason":"idle","idleSeconds":9000}', 'stopped after 2 h 30 min idle'],
    ['{"reason":"idle","idleSeconds":5400}', 'stopped after 90 min idle'],
    ['{"reason":"idle","idleSeconds":2}', 'stopped after 2 s idle'],
    ['{"reason":"idle","idleSeconds":-1}', 'its first process ended by itself'],
    ['{"reason":"idle"', 'its first process ended by itself'],
    [undefined, 'its first process ended by itself'],
  ])('with %s is stopped: %s', (message, reason) => {
    expect(standing(ended(message))).toEqual({ state: 'stopped', reason });
  });

  it.each<[name: string, status: Json, reason: string]>([
    [
      'evicted',
      { reason: 'Evicted', message: 'The node was low on resource: ephemeral-storage.' },
      'its node put it out: The node was low on resource: ephemeral-storage.',
    ],
    [
      'shut down',
      { reason: 'Terminated', message: 'Pod was terminated in response to imminent node shutdown.' },
      'its node was shut down: Pod was terminated in response to imminent node shutdown.',
    ],
    [
      'refused by its node',
      { reason: 'OutOfcpu', message: 'Node didn’t have enough resource: cpu' },
      'OutOfcpu: Node didn’t have enough resource: cpu',
    ],
    [
      'out of memory',
      container({ state: { terminated: { exitCode: 137, reason: 'OOMKilled' } } }),
      'it ran out of memory',
    ],
    [
      'broken off',
      container({ state: { terminated: { exitCode: 3, message: 'no sshd' } } }),
      'its container ended (exit code 3): no sshd',
    ],
    ['unknown', {}, 'its container ended (nobody knows why)'],
  ])('%s has failed, and can be started again', (_name, status, reason) => {
    const failed = pod({ phase: 'Failed', ...status });
    expect(standing(failed)).toMatchObject({ state: 'failed', reason });
    expect(standing(failed).action).toMatch(/start it again|Start it again/);
    expect(isOver(standing(failed), failed)).toBe(true);
  });
});

describe('a DevEnv whose pod comes up', () => {
  const waiting = (reason: string, message?: string, more: Json = {}) =>
    pod({ phase: 'Pending', ...container({ state: { waiting: { reason, message } }, ...more }) });

  it('starts, and says what it waits for', () => {
    expect(standing(pod({ phase: 'Pending' }))).toEqual({ state: 'starting', reason: undefined });
    expect(standing(pod({ phase: 'Pending' }), { pending: 'GPU: 2 nodes — 2 full' })).toEqual({
      state: 'starting',
      reason: 'GPU: 2 nodes — 2 full',
    });
    // The kubelet tries at once again.
    expect(standing(waiting('ErrImagePull', 'i/o timeout')).state).toBe('starting');
    expect(standing(waiting('ContainerCreating')).state).toBe('starting');
    expect(standing(pod({ phase: 'Running', ...container({ state: runs, ready: false }) }))).toMatchObject({
      state: 'starting',
      reason: 'it runs, and its SSH server comes up',
    });
  });

  it('has failed for good with an image that did not come, also while it is tried for once more', () => {
    const trying = pod({
      phase: 'Pending',
      startTime: at(0),
      ...container({ state: { waiting: { reason: 'ErrImagePull' } } }),
    });
    const pending = 'image a:1: the registry does not have it';
    const after = (ms: number) => standing(trying, { now: startMs + ms, pending });
    expect(after(5_000)).toMatchObject({ state: 'starting', reason: pending });
    expect(after(30_000)).toMatchObject({ state: 'failed', reason: pending });
  });

  it.each([
    [
      'ImagePullBackOff',
      undefined,
      'image a:1: the registry does not have it',
      'image a:1: the registry does not have it',
    ],
    ['ImagePullBackOff', 'Back-off pulling image', undefined, 'its image cannot be pulled: Back-off pulling image'],
    ['InvalidImageName', undefined, undefined, 'its image cannot be pulled: InvalidImageName'],
    ['CreateContainerConfigError', 'x', 'Secret "user-ssh-alice" is not there', 'Secret "user-ssh-alice" is not there'],
    [
      'CreateContainerError',
      'context deadline exceeded',
      undefined,
      'its container cannot be started: context deadline exceeded',
    ],
  ])('has failed with %s (%s)', (why, message, pending, reason) => {
    expect(standing(waiting(why, message), { pending })).toMatchObject({ state: 'failed', reason });
  });

  it('has failed where its claim will never have a volume, and waits where it may', () => {
    const pending = 'claim devenv-alice has no volume: there is no storage class fast';
    expect(standing(pod({ phase: 'Pending' }), { pending })).toMatchObject({ state: 'failed', reason: pending });
    const other = 'claim devenv-alice has no volume: quota of the array is used up';
    expect(standing(pod({ phase: 'Pending' }), { pending: other }).state).toBe('starting');
  });

  it('has failed once it breaks off again and again, with the last words of its log', () => {
    const lastState = { terminated: { exitCode: 1, reason: 'Error' } };
    const crashes = waiting('CrashLoopBackOff', 'back-off 10s', { restartCount: 2, lastState });
    const lastWords = 'sshd: no hostkeys \u001b[31mavailable, token=ghp_0123456789abcdefghijABCDEFGHIJ012345';
    const { state, reason } = standing(crashes, { lastWords });
    expect(state).toBe('failed');
    expect(reason).toContain(
      'it breaks off each time it is started: its first process ended (exit code 1): sshd: no hostkeys',
    );
    expect(reason).not.toMatch(/ghp_0123|\u001b/);
    const oom = waiting('CrashLoopBackOff', '', { lastState: { terminated: { exitCode: 137, reason: 'OOMKilled' } } });
    expect(standing(oom)).toMatchObject({
      reason: 'it breaks off each time it is started: it ran out of memory',
      action: 'Give it a larger instance type, and start it again.',
    });
  });

  it('broke off once: it is started again by its node, and a start need not wait for that twice', () => {
    const terminated = { exitCode: 1, reason: 'Error' };
    const once = pod({ phase: 'Running', ...container({ state: { terminated }, ready: false }) });
    expect(standing(once)).toEqual({ state: 'starting', reason: 'it broke off (exit code 1) and is started again' });
    expect(isOver(standing(once), once)).toBe(false);
    const again = pod({ phase: 'Running', ...container({ state: { terminated }, ready: false, restartCount: 1 }) });
    expect(standing(again).state).toBe('failed');
    const next = pod({ phase: 'Running', ...container({ state: runs, ready: false, restartCount: 1 }) });
    expect(standing(next).state).toBe('starting');
    expect(isOver(standing(next), next)).toBe(true);
  });
});

describe('a DevEnv whose pod is there', () => {
  it('runs since its container does', () => {
    const up = pod({ phase: 'Running', startTime: at(1), ...container({ state: runs, ready: true }) });
    expect(standing(up)).toEqual({ state: 'running', startedAt: startMs + 5_000 });
    expect(isOver(standing(up), up)).toBe(false);
  });

  const larger = 'Give it a larger instance type: what ran in it was lost.';
  it.each([
    [{ exitCode: 137, reason: 'OOMKilled' }, 'it ran out of memory and was started again', larger],
    [
      { exitCode: 137, reason: 'Error' },
      'it broke off (killed, often for want of memory) and was started again',
      larger,
    ],
    [
      { exitCode: 255, reason: 'Unknown' },
      'it broke off (exit code 255) and was started again',
      'What ran in it was lost.',
    ],
  ])('tells that it was started again, and why: %o', (terminated, reason, action) => {
    const lastState = { terminated };
    const up = pod({ phase: 'Running', ...container({ state: runs, ready: true, restartCount: 1, lastState }) });
    expect(standing(up)).toMatchObject({ state: 'running', reason, action });
  });

  it('is stopping once it is deleted, and says so where its node does not', () => {
    const going = pod({ phase: 'Running', ...container({ state: runs, ready: true }) }, { deletionTimestamp: at(50) });
    expect(standing(going)).toEqual({ state: 'stopping' });
    expect(standing(going, { now: startMs + 300_000 })).toMatchObject({
      state: 'stopping',
      reason: 'its node gpu-1 does not say that it has ended',
    });
    expect(standing(going, { claim: claim({ metadata: { deletionTimestamp: at(50) } }) })).toEqual({
      state: 'stopping',
      reason: 'it is being deleted',
    });
  });
});

describe('anything that an API may say', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc.constantFrom(
      'Running',
      'Succeeded',
      'Failed',
      'Pending',
      'CrashLoopBackOff',
      'OOMKilled',
      'Evicted',
      'ImagePullBackOff',
      '{"reason":"idle","idleSeconds":1e308}',
      at(1),
    ),
  );
  const state = fc.record(
    { reason: text, message: text, exitCode: fc.integer(), startedAt: text },
    { requiredKeys: [] },
  );
  const states = fc.record({ waiting: state, running: state, terminated: state }, { requiredKeys: [] });
  const pods = fc.record(
    {
      status: fc.record(
        {
          phase: text,
          reason: text,
          message: text,
          containerStatuses: fc.array(
            fc.record(
              {
                name: fc.constantFrom('devenv', 'x'),
                ready: fc.boolean(),
                restartCount: fc.nat(),
                state: states,
                lastState: states,
              },
              { requiredKeys: ['name'] },
            ),
            { maxLength: 2 },
          ),
        },
        { requiredKeys: [] },
      ),
      metadata: fc.record(
        { name: text, deletionTimestamp: text, uid: text, annotations: fc.dictionary(text, text) },
        { requiredKeys: [] },
      ),
    },
    { requiredKeys: [] },
  );

  it('gives a state and words without control characters', () => {
    fc.assert(
      fc.property(pods, fc.option(text), fc.option(text), (raw, pending, lastWords) => {
        const of = podSchema.parse(raw);
        const facts = { claim: claim(), pod: of, now: startMs, lastWords: lastWords ?? undefined };
        const found = standingOf(facts);
        expect(`${found.reason ?? ''}${found.action ?? ''}`).not.toMatch(/\p{Cc}/u);
        const waiting = standingOf({ ...facts, pending: pending ?? undefined });
        expect(
          describeDevEnv({
            context: 'c',
            namespace: 'n',
            user: 'u',
            claim: claim(),
            pod: of,
            standing: waiting,
            live: undefined,
            settled: undefined,
          }).name,
        ).toBe('devenv-alice');
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('what the image says of itself', () => {
  const status = {
    version: 1,
    idleSeconds: 12,
    stopAfterSeconds: 7200,
    stopsAt: null,
    workspace: { usedBytes: 1, totalBytes: 2 },
    glibc: '2.36',
  };

  it('is taken as far as it is understood', () => {
    expect(parseLiveStatus(JSON.stringify(status))).toEqual({
      version: 1,
      idleSeconds: 12,
      stopAfterSeconds: 7200,
      stopsAt: null,
      workspace: { usedBytes: 1, totalBytes: 2 },
    });
    expect(parseLiveStatus(JSON.stringify({ ...status, workspace: 'full', stopsAt: 'soon' }))).toMatchObject({
      idleSeconds: 12,
      stopsAt: null,
    });
  });

  it.each([
    '',
    '{}',
    '[]',
    'null',
    JSON.stringify({ ...status, version: 2 }),
    JSON.stringify({ ...status, idleSeconds: -1 }),
    JSON.stringify({ ...status, idleSeconds: 1e300 }),
  ])('is nothing where it is %j', (text) => {
    expect(parseLiveStatus(text)).toBeUndefined();
  });
});
