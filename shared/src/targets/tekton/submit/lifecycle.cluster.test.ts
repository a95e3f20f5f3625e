import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resources, systemClock, type KubernetesApi } from '../../../kubernetes/index.ts';
import type { TeamProfile } from '../../../protocol/index.ts';
import { objectSchema } from './clusterObjects.ts';
import { podsOf } from './runPods.ts';
import { sameApi } from './testing/mortalApi.ts';
import { commandRun } from './testing/submissions.ts';
import { smallProfile, TestSpace, waitingProfile } from './testing/testSpace.ts';

const { signal } = new AbortController();
const volume = { claimName: 'team', subPath: 'team/one' };
let space: TestSpace;
let onClaim: TeamProfile;

beforeAll(async () => {
  space = await TestSpace.open(signal);
  onClaim = { ...smallProfile, volume: await space.makeClaim('team', signal) };
});
afterAll(async () => {
  await space.dispose(signal);
});

/** Of this try alone: a test that is tried again finds nothing of the first time. */
const named = (name: string) => `${name}-${randomBytes(2).toString('hex')}`;

async function reasonOf(name: string): Promise<string | undefined> {
  return (await space.run(name, signal))?.status?.conditions[0]?.reason;
}

async function untilCancelled(name: string): Promise<void> {
  await space.untilEnded(name, signal);
  expect(await reasonOf(name)).toBe('Cancelled');
}

/** Waits until a container of its pod runs. */
async function untilRunning(name: string, container: string): Promise<void> {
  await space.until(async () => {
    const [pod] = await podsOf(space.objects, name, signal);
    const status = pod?.status?.containerStatuses.find((each) => each.name === container);
    return status?.state.running !== undefined;
  }, signal);
}

describe.concurrent('cancel', () => {
  it('stops a run that waits for a node, and is done when it is asked again', async () => {
    const run = named('waits');
    const submitter = space.submitter({ profile: waitingProfile });
    await submitter.submit(commandRun(run, 'true'), signal);
    await space.until(async () => (await podsOf(space.objects, run, signal)).length > 0, signal);
    expect(await submitter.cancel(run, signal)).toEqual({ how: 'stopped' });
    await untilCancelled(run);
    expect(await submitter.cancel(run, signal)).toEqual({ how: 'ended' });
  });

  it('stops a run before it has a pod', async () => {
    const run = named('new');
    const submitter = space.submitter({ profile: waitingProfile });
    await submitter.submit(commandRun(run, 'true'), signal);
    expect(await submitter.cancel(run, signal)).toEqual({ how: 'stopped' });
    await untilCancelled(run);
  });

  it('stops a run that Tekton is taking up only when its TaskRun is written down, which would go on', async () => {
    const run = named('taken');
    const written: number[] = [];
    const api: KubernetesApi = {
      ...sameApi(space.api),
      patch: async (path, body, options, schema, stop) => {
        written.push((await space.run(run, signal))?.status?.childReferences.length ?? 0);
        return space.api.patch(path, body, options, schema, stop);
      },
    };
    await space.submitter({ profile: waitingProfile }).submit(commandRun(run, 'true'), signal);
    // A busy Tekton may need longer than a person waits.
    const clock = { ...systemClock, now: () => systemClock.now() / 10 };
    expect(await space.submitter({ api, clock }).cancel(run, signal)).toEqual({ how: 'stopped' });
    expect(written).toEqual([1]);
    await untilCancelled(run);
    await space.until(async () => (await podsOf(space.objects, run, signal)).length === 0, signal);
  });

  it('stops a run whose image does not come', async () => {
    const run = named('pulls');
    const submitter = space.submitter({ profile: { ...smallProfile, image: 'registry.testbed.local/slow/large:1' } });
    await submitter.submit(commandRun(run, 'true'), signal);
    await space.until(async () => (await podsOf(space.objects, run, signal)).length > 0, signal);
    expect(await submitter.cancel(run, signal)).toEqual({ how: 'stopped' });
    await untilCancelled(run);
  });

  it('lets the steps write down what they have', async () => {
    const run = named('sleeps');
    const submitter = space.submitter({ profile: onClaim });
    await submitter.submit(commandRun(run, 'echo begun | tee "$SLIPWAY_OUTPUT/begun.txt"; sleep 600'), signal);
    await untilRunning(run, 'step-collect');
    await space.until(async () => (await space.listVolume(volume, signal)).includes(`${run}/output/begun.txt`), signal);
    expect(await submitter.cancel(run, signal)).toEqual({ how: 'asked' });
    await untilCancelled(run);
    const left = await space.listVolume(volume, signal);
    expect(left).toEqual(
      expect.arrayContaining(
        ['results/collect.json', 'artifacts.json', 'logs/command.log'].map((path) => `${run}/${path}`),
      ),
    );
  });

  it('leaves a run as it is that has ended, and knows when there is none', async () => {
    const run = named('ends');
    const submitter = space.submitter({ profile: onClaim });
    await submitter.submit(commandRun(run, 'true'), signal);
    await space.untilEnded(run, signal);
    expect(await submitter.cancel(run, signal)).toEqual({ how: 'ended' });
    expect(await reasonOf(run)).not.toBe('Cancelled');
    await expect(submitter.cancel('never-was', signal)).rejects.toMatchObject({ code: 'run.notFound' });
  });

  it("lets the finally of somebody else's run go on", async () => {
    const submitter = space.submitter();
    const step = (script: string) =>
      `{steps: [{name: s, image: testbed.local/busybox:1, script: ${JSON.stringify(script)}}]}`;
    const name = await submitter.submitManifest(
      `apiVersion: tekton.dev/v1
kind: PipelineRun
metadata: {generateName: theirs-}
spec:
  pipelineSpec:
    tasks: [{name: work, taskSpec: ${step('sleep 600')}}]
    finally: [{name: tidy, taskSpec: ${step('true')}}]`,
      signal,
    );
    expect(name).toMatch(/^theirs-/);
    await space.until(async () => (await podsOf(space.objects, name, signal)).length > 0, signal);
    expect(await submitter.cancel(name, signal)).toEqual({ how: 'stopped' });
    expect((await space.untilEnded(name, signal)).spec.status).toBe('CancelledRunFinally');
    expect(await submitter.delete(name, signal)).toEqual([]);
    expect(await space.run(name, signal)).toBeUndefined();
  });
});

describe.concurrent('delete', () => {
  it('removes a run and its folder on a volume that stays, and leaves the others alone', async () => {
    const [stays, goes] = [named('stays'), named('goes')];
    const submitter = space.submitter({ profile: onClaim });
    await Promise.all([stays, goes].map((name) => submitter.submit(commandRun(name, 'true'), signal)));
    await Promise.all([stays, goes].map((name) => space.untilEnded(name, signal)));
    await space.until(async () => (await podsOf(space.objects, goes, signal)).every(hasEnded), signal);
    expect(await submitter.delete(goes, signal)).toEqual([]);
    expect(await space.run(goes, signal)).toBeUndefined();
    await space.untilNothingIsLeft(goes, signal);
    const left = await space.listVolume(volume, signal);
    expect(left.filter((path) => path.startsWith(`${goes}/`))).toEqual([]);
    expect(left).toContain(`${stays}/run.json`);
  });

  it('removes what is left of a run whose PipelineRun is gone', async () => {
    const run = named('pruned');
    const submitter = space.submitter({ profile: onClaim });
    await submitter.submit(commandRun(run, 'true'), signal);
    await space.untilEnded(run, signal);
    await space.api.delete(space.objects.path(resources.pipelineRuns, run), {}, signal);
    await space.untilNothingIsLeft(run, signal);
    expect(await space.listVolume(volume, signal)).toContain(`${run}/run.json`);
    expect(await submitter.delete(run, signal)).toEqual([]);
    expect((await space.listVolume(volume, signal)).filter((path) => path.startsWith(`${run}/`))).toEqual([]);
    await expect(submitter.delete(run, signal)).rejects.toMatchObject({ code: 'run.notFound' });
  });

  it('ends the pod of a run that Tekton has ended and left working', async () => {
    const run = named('left');
    const submitter = space.submitter({ profile: onClaim });
    await submitter.submit(commandRun(run, 'sleep 600'), signal);
    await untilRunning(run, 'step-collect');
    // As it is where a run is cancelled while Tekton makes one of its TaskRuns.
    const lastTransitionTime = new Date().toISOString();
    const condition = { type: 'Succeeded', status: 'False', reason: 'Cancelled', lastTransitionTime };
    await space.api.patch(
      { ...space.objects.path(resources.pipelineRuns, run), subresource: 'status' },
      { status: { completionTime: lastTransitionTime, conditions: [condition] } },
      { kind: 'merge' },
      objectSchema,
      signal,
    );
    expect(await submitter.delete(run, signal)).toEqual([]);
    expect(await space.run(run, signal)).toBeUndefined();
    expect(await podsOf(space.objects, run, signal)).toEqual([]);
    expect((await space.listVolume(volume, signal)).filter((path) => path.startsWith(`${run}/`))).toEqual([]);
    await space.untilNothingIsLeft(run, signal);
  });

  it('waits for the end of a run that is being cancelled', async () => {
    const run = named('stopping');
    const submitter = space.submitter({ profile: waitingProfile });
    await submitter.submit(commandRun(run, 'true'), signal);
    expect(await submitter.cancel(run, signal)).toEqual({ how: 'stopped' });
    expect(await submitter.delete(run, signal)).toEqual([]);
    expect(await space.run(run, signal)).toBeUndefined();
  });

  it('refuses while a run has not ended', async () => {
    const run = named('open');
    const submitter = space.submitter({ profile: waitingProfile });
    await submitter.submit(commandRun(run, 'true'), signal);
    await expect(submitter.delete(run, signal)).rejects.toMatchObject({ code: 'run.conflict' });
    expect(await space.run(run, signal)).toBeDefined();
  });
});

describe.concurrent('a retry', () => {
  it('shares the volume of the original, which stays until both are gone', async () => {
    const [original, second, third] = [named('original'), named('second'), named('third')];
    const submitter = space.submitter({ profile: smallProfile });
    await submitter.submit(commandRun(original, 'exit 3'), signal);
    await space.untilEnded(original, signal);

    const reuse = { run: original, steps: ['prepare' as const] };
    const waiting = space.submitter({ profile: waitingProfile });
    await waiting.submit(commandRun(second, 'true', undefined, { reuse }), signal);
    await expect(submitter.delete(original, signal)).rejects.toMatchObject({
      code: 'run.conflict',
      message: expect.stringContaining(second),
    });
    await submitter.submit(commandRun(third, 'true', undefined, { reuse }), signal);
    expect((await space.untilEnded(third, signal)).status?.conditions).toMatchObject([{ status: 'True' }]);
    const claim = () => space.metadata('data', original, signal);
    expect((await claim())?.ownerReferences.map(({ name }) => name).sort()).toEqual([original, second, third].sort());
    expect(await space.metadata('data', third, signal)).toBeUndefined();

    await space.until(async () => (await podsOf(space.objects, third, signal)).every(hasEnded), signal);
    await submitter.cancel(second, signal);
    expect(await submitter.delete(original, signal)).toEqual([]);
    const left = await space.listVolume({ claimName: `${original}-data`, subPath: undefined }, signal);
    expect(left.filter((path) => path.startsWith(`${original}/`))).toEqual([]);
    expect(left).toContain(`${third}/run.json`);
    expect(await submitter.delete(second, signal)).toEqual([]);
    expect(await submitter.delete(third, signal)).toEqual([]);
    await space.until(async () => (await claim()) === undefined, signal);
  });

  it('is refused when the volume is gone', async () => {
    const run = named('too-late');
    const reuse = { run: 'nobody', steps: ['prepare' as const] };
    const submission = commandRun(run, 'true', undefined, { reuse });
    await expect(space.submitter().submit(submission, signal)).rejects.toMatchObject({ code: 'retry.refused' });
    expect(await space.remainsOf(run, signal)).toEqual([]);
  });
});

describe.concurrent('prune', () => {
  it('lists, then removes ended runs with their folders, and nothing else', async () => {
    const other = await TestSpace.open(signal);
    try {
      const profile = { ...smallProfile, volume: await other.makeClaim('team', signal) };
      const submitter = other.submitter({ profile });
      for (const name of ['older', 'newer']) {
        await submitter.submit(commandRun(name, 'true'), signal);
        await other.untilEnded(name, signal);
        await other.until(async () => (await podsOf(other.objects, name, signal)).every(hasEnded), signal);
      }
      await other.submitter().submit(commandRun('waiting', 'sleep 600'), signal);
      await other.submitter().submitManifest(foreign, signal);
      await other.untilEnded('foreign', signal);

      const expected = [
        { kind: 'PipelineRun', name: 'older', reason: expect.stringMatching(/^the run ended .* ago$/) },
      ];
      expect(await submitter.prune({ keep: 1, dryRun: true }, signal)).toEqual(expected);
      expect(await other.run('older', signal)).toBeDefined();
      expect(await submitter.prune({ keep: 1 }, signal)).toEqual(expected);
      await other.untilNothingIsLeft('older', signal);
      const left = await other.listVolume(volume, signal);
      expect(left.filter((path) => path.startsWith('older/'))).toEqual([]);
      expect(left).toContain('newer/run.json');
      expect(await submitter.prune({ olderThanMs: 3600_000 }, signal)).toEqual([]);
      for (const name of ['newer', 'waiting', 'foreign']) expect(await other.run(name, signal)).toBeDefined();
      expect(await submitter.prune({ olderThanMs: 1 }, signal)).toEqual([{ ...expected[0], name: 'newer' }]);
      await other.untilNothingIsLeft('newer', signal);
      for (const name of ['waiting', 'foreign']) expect(await other.run(name, signal)).toBeDefined();
    } finally {
      await other.dispose(signal);
    }
  });
});

const foreign = `apiVersion: tekton.dev/v1
kind: PipelineRun
metadata: {name: foreign}
spec:
  pipelineSpec: {tasks: [{name: a, taskSpec: {steps: [{name: a, image: testbed.local/busybox:1, script: "true"}]}}]}`;

function hasEnded({ status }: { readonly status?: { readonly phase?: string | undefined } | undefined }): boolean {
  return status?.phase === 'Succeeded' || status?.phase === 'Failed';
}
