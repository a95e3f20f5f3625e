import { describe, expect, it } from 'vitest';
import type { RunFacts } from './facts.ts';
import { givenUpPods, isBeingMade } from './givenUpPods.ts';
import { at, ourRun, pod } from './testing/objects.ts';
import { ended, nothing, observe, runOf, steps, task } from './testing/observing.ts';

const missing = { reason: 'CreateContainerConfigError', message: 'secret "not-there" not found' };
const failed = ended('False', 'CreateContainerConfigError', 'Failed to create pod due to config error');
const waitingTask = task([], { ...failed, steps: [{ name: 'notebook', waiting: missing }] });
const waitingPod = (metadata = {}) =>
  pod('p', {
    metadata,
    status: {
      phase: 'Pending',
      containerStatuses: [
        { name: 'step-prepare', state: { running: { startedAt: at(3) } } },
        { name: 'step-notebook', state: { waiting: missing } },
      ],
    },
  });

describe('a pod one of whose containers cannot be made', () => {
  it('is given up once Tekton calls its TaskRun failed, until somebody takes it away', () => {
    const there = waitingPod();
    expect(givenUpPods(waitingTask, [there, pod('other')])).toEqual([there]);
    expect(givenUpPods(task([]), [there])).toEqual([]);
    expect(givenUpPods(task([], ended('False', 'Failed')), [there])).toEqual([]);
    expect(givenUpPods(waitingTask, [waitingPod({ deletionTimestamp: at(51) })])).toEqual([]);
    expect(givenUpPods(waitingTask, [pod('p', { status: { phase: 'Failed' } })])).toEqual([]);
  });

  const done = (pods: RunFacts['pods'], labels?: object): Partial<RunFacts> => {
    const ours = ourRun(steps, ended('False', 'Failed'));
    const pipelineRun = labels === undefined ? ours : { ...ours, metadata: { ...ours.metadata, labels: {} } };
    return { pipelineRun, taskRuns: waitingTask, pods };
  };

  it('of a run of ours ends it once it is taken away, else some seconds later', () => {
    const there = done([waitingPod()]);
    expect(observe(there)).toMatchObject({ final: false, recheckAt: nothing.now + 10_000 });
    expect(observe(there, done([]))).toMatchObject({ final: true });
    expect(observe(there, { ...there, now: nothing.now + 10_000 })).toMatchObject({ final: true });
  });

  it('of somebody else’s run, which nobody takes away, ends it at once', () => {
    expect(observe(done([waitingPod()], {}))).toMatchObject({ final: true });
  });

  it('says why once its watch has come so far', () => {
    const of = (...states: object[]) =>
      isBeingMade(pod('p', { status: { containerStatuses: states.map((state) => ({ name: 'c', state })) } }));
    const beingMade = { waiting: { reason: 'PodInitializing' } };
    expect(of()).toBe(true);
    expect(of(beingMade, { running: { startedAt: at(3) } })).toBe(true);
    expect(of(beingMade, { waiting: missing })).toBe(false);
    // Somebody has made the Secret: it would run after all.
    expect(of({ running: { startedAt: at(3) } })).toBe(false);
  });

  it('is why the run failed, also where the kubelet forgets it while the pod is taken away', () => {
    const init = (state: object, metadata = {}) =>
      pod('p', {
        metadata,
        status: {
          phase: 'Pending',
          initContainerStatuses: [{ name: 'prepare', state }],
          containerStatuses: [{ name: 'step-prepare', state: { waiting: { reason: 'PodInitializing' } } }],
        },
      });
    const lost = { terminated: { exitCode: 137, reason: 'ContainerStatusUnknown', message: 'could not be located' } };
    for (const forgotten of [{ waiting: { reason: 'PodInitializing' } }, lost]) {
      const before: Partial<RunFacts> = { taskRuns: task([]), pods: [init({ waiting: missing })] };
      const taken = { ...done([init(forgotten, { deletionTimestamp: at(51) })]), taskRuns: task([], failed) };
      expect(runOf(observe(before, taken))).toMatchObject({ state: 'failed', diagnosis: { id: 'missingSecret' } });
    }
  });

  it('is why the run failed, also for who looks when it has gone', () => {
    for (const facts of [[done([waitingPod()]), done([])], [done([])]]) {
      const run = runOf(observe(...facts));
      expect(run).toMatchObject({ state: 'failed', diagnosis: { id: 'missingSecret' } });
      expect(run.reason).toBe('The secret "not-there", which the run needs, is not there');
    }
  });
});
