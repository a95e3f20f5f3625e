import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resources, systemClock } from '../../../kubernetes/index.ts';
import { SlipwayError } from '../../../protocol/index.ts';
import type { StagedFile } from '../../runTarget.ts';
import { podSchema } from './clusterObjects.ts';
import { laterApi, mortalApi } from './testing/mortalApi.ts';
import { commandRun, stagedFile } from './testing/submissions.ts';
import { smallProfile, TestSpace } from './testing/testSpace.ts';

const { signal } = new AbortController();
const volume = { claimName: 'team', subPath: 'team/one' };
let space: TestSpace;
let onClaim: typeof smallProfile;

beforeAll(async () => {
  space = await TestSpace.open(signal);
  const claim = await space.makeClaim('team', signal);
  onClaim = { ...smallProfile, ...(claim !== undefined && { volume: claim }) };
});
afterAll(async () => {
  await space.dispose(signal);
});

/** Of this try alone: a test that is tried again finds nothing of the first time. */
const named = (name: string) => `${name}-${randomBytes(2).toString('hex')}`;

const large = () => stagedFile('data/large.bin', randomBytes(3_000_000));
const small = stagedFile('small.txt', Buffer.from('small\n'));

/** Of so many bytes, in chunks; `at` is told before each. */
function slowFile(bytes: number, at: (offset: number) => void | Promise<void>): StagedFile {
  const content = randomBytes(bytes);
  return {
    path: 'slow.bin',
    bytes,
    sha256: createHash('sha256').update(content).digest('hex'),
    async *open() {
      for (let offset = 0; offset < bytes; offset += 262_144) {
        await at(offset);
        yield content.subarray(offset, offset + 262_144);
      }
    },
  };
}

describe.concurrent('large inputs', () => {
  it('lie on the volume when the run starts, and the pod through which they came is gone', async () => {
    const run = named('large');
    const told: string[] = [];
    const submission = commandRun(run, 'wc -c data/large.bin && cat small.txt', [large(), small]);
    await space.submitter({ profile: smallProfile }).submit(submission, signal, (text) => told.push(text));
    const ended = await space.untilEnded(run, signal);
    expect(ended.status?.conditions).toMatchObject([{ status: 'True' }]);
    expect(told).toContain('uploading 3.0 of 3.0 MB');
    await space.until(
      async () => (await space.objects.find(resources.pods, `${run}-upload`, podSchema, signal)) === undefined,
      signal,
    );
  });

  it('are read back for a rerun', async () => {
    const run = named('back');
    const asked: string[] = [];
    const content = randomBytes(1_500_000);
    const files = {
      openFile: (run: string, path: string) => {
        asked.push(`${run}/${path}`);
        return Promise.resolve({ bytes: content.length, content: stagedFile('x', content).open(signal) });
      },
      inputs: () => Promise.resolve([]),
    };
    const submitter = space.submitter({ files });
    const pending = new AbortController();
    // Nobody has to upload for it: the list of inputs is what is read.
    const rendered = await submitter.render(commandRun(run, 'true', [stagedFile('data/x.bin', content)]), signal);
    await space.objects.create(resources.configMaps, rendered.inputs, pending.signal);
    const [file] = await submitter.inputs(run, signal);
    const chunks: Uint8Array[] = [];
    for await (const chunk of file?.open(signal) ?? []) chunks.push(chunk);
    expect(Buffer.concat(chunks).equals(content)).toBe(true);
    expect(asked).toEqual([`${run}/inputs/data/x.bin`]);
  });

  it('go on where they were when the core was killed in the middle', async () => {
    const run = named('resumed');
    const api = mortalApi(space.api, { write: 99, when: 'before', lasting: true });
    let killed = false;
    const file = slowFile(6_000_000, (offset) => {
      if (offset < 3_000_000 || killed) return;
      killed = true;
      api.kill();
      throw new SlipwayError('internal', 'killed');
    });
    const submission = commandRun(run, 'true', [file]);
    await expect(space.submitter({ api, profile: onClaim }).submit(submission, signal)).rejects.toThrow(/killed/);
    const told: string[] = [];
    await space.submitter({ profile: onClaim }).submit(submission, signal, (text) => told.push(text));
    const first = told.find((text) => text.startsWith('uploading')) ?? '';
    expect(Number(/uploading ([\d.]+) of 6.0 MB/.exec(first)?.[1])).toBeGreaterThan(1);
    const ended = await space.untilEnded(run, signal);
    expect(ended.status?.conditions).toMatchObject([{ status: 'True' }]);
  });

  it('go on through another pod when theirs is deleted', async () => {
    const run = named('repeated');
    let deleted = false;
    const file = slowFile(6_000_000, async (offset) => {
      if (offset < 3_000_000 || deleted) return;
      deleted = true;
      const path = space.objects.path(resources.pods, `${run}-upload`);
      await space.api.delete(path, { gracePeriodSeconds: 0 }, signal);
      // The kubelet takes a moment to notice.
      await systemClock.sleep(4_000, signal);
    });
    const submission = commandRun(run, 'true', [file, small]);
    const told: string[] = [];
    await space.submitter({ profile: onClaim }).submit(submission, signal, (text) => told.push(text));
    expect(told).toContain('the upload pod ended: starting another one');
    expect((await space.untilEnded(run, signal)).status?.conditions).toMatchObject([{ status: 'True' }]);
  });

  it('keep their inputs from being pruned for as long as it takes', async () => {
    const run = named('renewed');
    const expires = new Set<string | undefined>();
    const file = slowFile(3_000_000, async () => {
      expires.add((await space.metadata('inputs', run, signal))?.annotations['slipway.dev/expires']);
      await systemClock.sleep(500, signal);
    });
    // What takes five minutes takes half a second here.
    const clock = {
      now: systemClock.now,
      sleep: (ms: number, stop: AbortSignal) => systemClock.sleep(Math.min(ms, 500), stop),
    };
    await space.submitter({ profile: onClaim, clock }).submit(commandRun(run, 'true', [file]), signal);
    expect(expires.size).toBeGreaterThan(2);
    await space.submitter().cancel(run, signal);
  });
});

describe.concurrent('an upload that fails', () => {
  it.each(['before', 'after'] as const)('leaves nothing on a volume that stays (%s the run was made)', async (when) => {
    const name = named(`fails-${when}`);
    const api = mortalApi(space.api, { write: 3, when, lasting: false });
    const submission = commandRun(name, 'true', [large()]);
    await expect(space.submitter({ api, profile: onClaim }).submit(submission, signal)).rejects.toThrow(
      /The core died/,
    );
    await space.untilNothingIsLeft(name, signal);
    expect((await space.listVolume(volume, signal)).filter((path) => path.startsWith(`${name}/`))).toEqual([]);
  });

  it('says why its pod does not run', async () => {
    const run = named('no-image');
    const profile = { ...onClaim, image: 'testbed.local/no-such-image:1' };
    const submission = commandRun(run, 'true', [large()]);
    const failure = space.submitter({ profile }).submit(submission, signal);
    await expect(failure).rejects.toMatchObject({
      code: 'cluster.refused',
      message: expect.stringMatching(/The upload pod .* does not run: (ErrImagePull|ImagePullBackOff)/),
    });
    await space.untilNothingIsLeft(run, signal);
  });

  it('says that the volume is full', async () => {
    const run = named('full');
    const profile = {
      ...smallProfile,
      volume: { kind: 'perRun', size: '64Mi', storageClassName: 'tiny' },
    } satisfies typeof smallProfile;
    const submission = commandRun(run, 'true', [stagedFile('huge.bin', randomBytes(80_000_000))]);
    const failure = space.submitter({ profile }).submit(submission, signal);
    await expect(failure).rejects.toMatchObject({ code: 'disk.full' });
    await space.untilNothingIsLeft(run, signal);
  });

  it('stops when it is aborted', async () => {
    const run = named('aborted');
    const abort = new AbortController();
    const file = slowFile(6_000_000, (offset) => {
      if (offset > 3_000_000) abort.abort();
    });
    const submission = commandRun(run, 'true', [file]);
    const failure = space.submitter({ profile: onClaim }).submit(submission, abort.signal);
    await expect(failure).rejects.toMatchObject({ code: 'cancelled' });
    await space.untilNothingIsLeft(run, signal);
    expect((await space.listVolume(volume, signal)).filter((path) => path.startsWith(`${run}/`))).toEqual([]);
  });
});

/** Writes of a submission that uploads to a claim that stays, where the shared ConfigMaps are there: inputs, upload pod, run, owner, pod. */
const writes = [1, 2, 3, 4, 5];
const moments = writes.flatMap((write) => (['before', 'after'] as const).map((when) => ({ write, when })));

describe.concurrent('a core that is killed while it uploads', () => {
  beforeAll(async () => {
    const run = named('shares-the-scripts');
    await space.submitter().submit(commandRun(run, 'true'), signal);
    await space.submitter().cancel(run, signal);
  });

  it('counts its writes as this test does', async () => {
    const api = mortalApi(space.api, { write: 99, when: 'before', lasting: true });
    const run = named('counted');
    await space.submitter({ api, profile: onClaim }).submit(commandRun(run, 'true', [large()]), signal);
    await space.submitter().cancel(run, signal);
    expect(api.writes()).toBe(writes.length);
  });

  it.each(moments)(
    '$when write $write: submitting again makes one run that has its inputs',
    async ({ write, when }) => {
      const run = named(`again-${when}-${write}`);
      const api = mortalApi(space.api, { write, when, lasting: true });
      const submission = commandRun(run, 'true', [large()]);
      await expect(space.submitter({ api, profile: onClaim }).submit(submission, signal)).rejects.toThrow(
        /The core died|could not be removed/,
      );
      await space.submitter({ profile: onClaim }).submit(submission, signal);
      // The pod through which they came goes in its own time.
      const left = [`PipelineRun/${run}`, `ConfigMap/${run}-inputs`].join();
      await space.until(async () => (await space.remainsOf(run, signal)).join() === left, signal);
      await space.submitter().cancel(run, signal);
      expect(await space.listVolume(volume, signal)).toContain(`${run}/inputs/data/large.bin`);
    },
  );
});

/** By the clock of its prune, whatever is being uploaded in the space is old. */
describe('an upload that nobody ends', () => {
  it('leaves after prune a run with its inputs, or nothing, at whatever write the core was killed', async () => {
    const runs = await Promise.all(
      moments.map(async ({ write, when }) => {
        const run = named(`prune-${when}-${write}`);
        const api = mortalApi(space.api, { write, when, lasting: true });
        const submission = space
          .submitter({ api, profile: onClaim })
          .submit(commandRun(run, 'true', [large()]), signal);
        await expect(submission).rejects.toThrow(/The core died|could not be removed/);
        return run;
      }),
    );
    const uploaded = (run: string, paths: readonly string[]) => paths.includes(`${run}/inputs/data/large.bin`);
    const before = await space.listVolume(volume, signal);
    expect(runs.filter((run) => uploaded(run, before)).length).toBeGreaterThan(moments.length / 2);
    await space.submitter({ api: laterApi(space.api, 16 * 60_000), profile: onClaim }).prune({}, signal);
    const made: string[] = [];
    for (const run of runs) {
      if ((await space.run(run, signal)) === undefined) await space.untilNothingIsLeft(run, signal);
      else made.push(run);
    }
    // From the write on that makes the run.
    const later = moments.filter(({ write, when }) => write > 3 || (write === 3 && when === 'after'));
    expect(made.map((run) => run.slice(0, -5))).toEqual(later.map(({ write, when }) => `prune-${when}-${write}`));
    for (const run of made) {
      expect(await space.remainsOf(run, signal)).toEqual(
        expect.arrayContaining([`PipelineRun/${run}`, `ConfigMap/${run}-inputs`]),
      );
      await space.submitter().cancel(run, signal);
    }
    const left = await space.listVolume(volume, signal);
    expect(runs.filter((run) => left.some((path) => path.startsWith(`${run}/`)))).toEqual(made);
    expect(made.filter((run) => !uploaded(run, left))).toEqual([]);
  });
});
