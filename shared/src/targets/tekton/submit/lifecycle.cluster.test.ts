import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resources } from '../../../kubernetes/index.ts';
import type { TeamProfile } from '../../../protocol/index.ts';
import { podsOf } from './runPods.ts';
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

describe('cancel', () => {
  it('stops a run that waits for a node, and is done when it is asked again', async () => {
    const submitter = space.submitter({ profile: waitingProfile });
    await submitter.submit(commandRun('waits', 'true'), signal);
    await space.until(async () => (await podsOf(space.objects, 'waits', signal)).length > 0, signal);
    expect(await submitter.cancel('waits', signal)).toEqual({ how: 'stopped' });
    await untilCancelled('waits');
    expect(await submitter.cancel('waits', signal)).toEqual({ how: 'ended' });
  });

  it('stops a run before it has a pod', async () => {
    const submitter = space.submitter({ profile: waitingProfile });
    await submitter.submit(commandRun('new', 'true'), signal);
    expect(await submitter.cancel('new', signal)).toEqual({ how: 'stopped' });
    await untilCancelled('new');
  });

  it('stops a run whose image does not come', async () => {
    const submitter = space.submitter({ profile: { ...smallProfile, image: 'registry.testbed.local/slow/large:1' } });
    await submitter.submit(commandRun('pulls', 'true'), signal);
    await space.until(async () => (await podsOf(space.objects, 'pulls', signal)).length > 0, signal);
    expect(await submitter.cancel('pulls', signal)).toEqual({ how: 'stopped' });
    await untilCancelled('pulls');
  });

  it('lets the steps write down what they have', async () => {
    const submitter = space.submitter({ profile: onClaim });
    await submitter.submit(commandRun('sleeps', 'echo begun | tee "$SLIPWAY_OUTPUT/begun.txt"; sleep 600'), signal);
    await untilRunning('sleeps', 'step-collect');
    await space.until(async () => (await space.listVolume(volume, signal)).includes('sleeps/output/begun.txt'), signal);
    expect(await submitter.cancel('sleeps', signal)).toEqual({ how: 'asked' });
    await untilCancelled('sleeps');
    const left = await space.listVolume(volume, signal);
    expect(left).toEqual(
      expect.arrayContaining(['sleeps/results/collect.json', 'sleeps/artifacts.json', 'sleeps/logs/command.log']),
    );
  });

  it('leaves a run as it is that has ended, and knows when there is none', async () => {
    const submitter = space.submitter({ profile: onClaim });
    await submitter.submit(commandRun('ends', 'true'), signal);
    await space.untilEnded('ends', signal);
    expect(await submitter.cancel('ends', signal)).toEqual({ how: 'ended' });
    expect(await reasonOf('ends')).not.toBe('Cancelled');
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

describe('delete', () => {
  it('removes a run and its folder on a volume that stays, and leaves the others alone', async () => {
    const submitter = space.submitter({ profile: onClaim });
    await Promise.all(['stays', 'goes'].map((name) => submitter.submit(commandRun(name, 'true'), signal)));
    await Promise.all(['stays', 'goes'].map((name) => space.untilEnded(name, signal)));
    await space.until(async () => (await podsOf(space.objects, 'goes', signal)).every(hasEnded), signal);
    expect(await submitter.delete('goes', signal)).toEqual([]);
    expect(await space.run('goes', signal)).toBeUndefined();
    await space.untilNothingIsLeft('goes', signal);
    const left = await space.listVolume(volume, signal);
    expect(left.filter((path) => path.startsWith('goes/'))).toEqual([]);
    expect(left).toContain('stays/run.json');
  });

  it('removes what is left of a run whose PipelineRun is gone', async () => {
    const submitter = space.submitter({ profile: onClaim });
    await submitter.submit(commandRun('pruned', 'true'), signal);
    await space.untilEnded('pruned', signal);
    await space.api.delete(space.objects.path(resources.pipelineRuns, 'pruned'), {}, signal);
    await space.untilNothingIsLeft('pruned', signal);
    expect(await space.listVolume(volume, signal)).toContain('pruned/run.json');
    expect(await submitter.delete('pruned', signal)).toEqual([]);
    expect((await space.listVolume(volume, signal)).filter((path) => path.startsWith('pruned/'))).toEqual([]);
    await expect(submitter.delete('pruned', signal)).rejects.toMatchObject({ code: 'run.notFound' });
  });

  it('refuses while a run has not ended', async () => {
    const submitter = space.submitter({ profile: waitingProfile });
    await submitter.submit(commandRun('open', 'true'), signal);
    await expect(submitter.delete('open', signal)).rejects.toMatchObject({ code: 'run.conflict' });
    expect(await space.run('open', signal)).toBeDefined();
  });
});

describe('a retry', () => {
  it('shares the volume of the original, which stays until both are gone', async () => {
    const submitter = space.submitter({ profile: smallProfile });
    await submitter.submit(commandRun('original', 'exit 3'), signal);
    await space.untilEnded('original', signal);

    const reuse = { run: 'original', steps: ['prepare' as const] };
    const waiting = space.submitter({ profile: waitingProfile });
    await waiting.submit(commandRun('second', 'true', undefined, { reuse }), signal);
    await expect(submitter.delete('original', signal)).rejects.toMatchObject({
      code: 'run.conflict',
      message: expect.stringContaining('second'),
    });
    await submitter.cancel('second', signal);
    await space.untilEnded('second', signal);

    await submitter.submit(commandRun('third', 'true', undefined, { reuse }), signal);
    const third = await space.untilEnded('third', signal);
    expect(third.status?.conditions).toMatchObject([{ status: 'True' }]);
    const claim = () => space.metadata('data', 'original', signal);
    expect((await claim())?.ownerReferences.map(({ name }) => name).sort()).toEqual(['original', 'second', 'third']);
    expect(await space.metadata('data', 'third', signal)).toBeUndefined();

    await space.until(async () => (await podsOf(space.objects, 'third', signal)).every(hasEnded), signal);
    expect(await submitter.delete('original', signal)).toEqual([]);
    const left = await space.listVolume({ claimName: 'original-data', subPath: undefined }, signal);
    expect(left.filter((path) => path.startsWith('original/'))).toEqual([]);
    expect(left).toContain('third/run.json');
    expect(await submitter.delete('second', signal)).toEqual([]);
    expect(await submitter.delete('third', signal)).toEqual([]);
    await space.until(async () => (await claim()) === undefined, signal);
  });

  it('is refused when the volume is gone', async () => {
    const reuse = { run: 'nobody', steps: ['prepare' as const] };
    const submission = commandRun('too-late', 'true', undefined, { reuse });
    await expect(space.submitter().submit(submission, signal)).rejects.toMatchObject({ code: 'retry.refused' });
    expect(await space.remainsOf('too-late', signal)).toEqual([]);
  });
});

describe('prune', () => {
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
