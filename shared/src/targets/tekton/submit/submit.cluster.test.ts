import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resources } from '../../../kubernetes/index.ts';
import { dayOf } from '../../../pipeline/index.ts';
import { objectSchema } from './clusterObjects.ts';
import { mortalApi, laterApi, type Death } from './testing/mortalApi.ts';
import { commandRun, stagedFile } from './testing/submissions.ts';
import { smallProfile, TestSpace } from './testing/testSpace.ts';

const { signal } = new AbortController();
let space: TestSpace;

beforeAll(async () => {
  space = await TestSpace.open(signal);
});
afterAll(async () => {
  await space.dispose(signal);
});

/** Of this try alone: a test that is tried again finds nothing of the first time. */
const named = (name: string) => `${name}-${randomBytes(2).toString('hex')}`;

async function read(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all);
}

describe('a run with small inputs', () => {
  it('runs to its end, and owns its inputs and its volume', async () => {
    const files = [
      stagedFile('a.txt', Buffer.from('ünï\n')),
      stagedFile('data/b.bin', Buffer.from([0, 255, 254, 13, 10])),
      stagedFile('empty', Buffer.alloc(0)),
    ];
    const name = named('whole');
    const submission = commandRun(name, 'cat a.txt && wc -c data/b.bin empty', files);
    const submitter = space.submitter({ profile: smallProfile });
    await submitter.submit(submission, signal);

    const run = await space.untilEnded(name, signal);
    expect(run.status?.conditions.map(({ status, message }) => ({ status, message }))).toMatchObject([
      { status: 'True' },
    ]);
    const day = run.metadata.labels['slipway.dev/day'];
    const madeAt = Date.parse(run.metadata.creationTimestamp);
    expect([dayOf(madeAt), dayOf(madeAt - 60_000)]).toContain(day);
    for (const kind of ['inputs', 'data'] as const) {
      const owners = (await space.metadata(kind, name, signal))?.ownerReferences;
      expect(owners).toEqual([{ apiVersion: 'tekton.dev/v1', kind: 'PipelineRun', name, uid: run.metadata.uid }]);
    }
    expect(await submitter.runFile(name, signal)).toEqual(submission.runFile);
    expect(await submitter.jobSpec(name, signal)).toEqual(submission.runFile.spec);
    const back = await submitter.inputs(name, signal);
    expect(back.map(({ path, bytes }) => [path, bytes])).toEqual(files.map(({ path, bytes }) => [path, bytes]));
    for (const [index, file] of back.entries()) {
      expect(await read(file.open(signal))).toEqual(await read(files[index]?.open(signal) ?? file.open(signal)));
    }
  });

  it('is one run when it is submitted twice, and refuses another one of its name', async () => {
    const name = named('twice');
    const submitter = space.submitter();
    await submitter.submit(commandRun(name, 'true'), signal);
    const first = await space.run(name, signal);
    await submitter.submit(commandRun(name, 'true'), signal);
    expect((await space.run(name, signal))?.metadata.uid).toBe(first?.metadata.uid);
    await expect(submitter.submit(commandRun(name, 'false'), signal)).rejects.toMatchObject({
      code: 'run.conflict',
    });
    expect((await space.metadata('inputs', name, signal))?.ownerReferences).toHaveLength(1);
  });

  it('lists Secrets by name', async () => {
    const secret = named('git-alice');
    const body = { apiVersion: 'v1', kind: 'Secret', metadata: { name: secret }, stringData: { password: 'x' } };
    await space.api.create(space.objects.path(resources.secrets), body, {}, objectSchema, signal);
    expect(await space.submitter().listSecretNames(signal)).toContain(secret);
    const secrets = [{ env: 'TOKEN', secret, key: 'password' }];
    const run = named('with-secret');
    const submission = commandRun(run, 'true', [], { spec: { command: ['true'], secrets } });
    await space.submitter().submit(submission, signal);
    expect(await space.run(run, signal)).toBeDefined();
  });

  it('leaves a PipelineRun of its name alone that somebody else made', async () => {
    const name = named('theirs');
    await space.submitter().submitManifest(
      `apiVersion: tekton.dev/v1
kind: PipelineRun
metadata: {name: ${name}}
spec:
  status: PipelineRunPending
  pipelineSpec: {tasks: [{name: a, taskSpec: {steps: [{name: a, image: testbed.local/busybox:1, script: "true"}]}}]}`,
      signal,
    );
    await expect(space.submitter().submit(commandRun(name, 'true'), signal)).rejects.toMatchObject({
      code: 'run.conflict',
    });
    expect((await space.run(name, signal))?.spec.status).toBe('PipelineRunPending');
    expect(await space.remainsOf(name, signal)).toEqual([]);
  });
});

/** Writes of a submission with a claim of its own, where the shared ConfigMaps are there: inputs, claim, run, two owners. */
const writes = [1, 2, 3, 4, 5];
const moments = writes.flatMap((write) => (['before', 'after'] as const).map((when) => ({ write, when })));

describe('a core that is killed', () => {
  beforeAll(async () => {
    await space.submitter().submit(commandRun(named('shares-the-scripts'), 'true'), signal);
  });

  it('counts its writes as this test does', async () => {
    const api = mortalApi(space.api, { write: 99, when: 'before', lasting: true });
    await space.submitter({ api }).submit(commandRun(named('counted'), 'true'), signal);
    expect(api.writes()).toBe(writes.length);
  });

  it.each(moments)('$when write $write: submitting again makes one run that owns all', async ({ write, when }) => {
    const name = named(`again-${when}-${write}`);
    await dies(name, { write, when, lasting: true });
    await space.submitter().submit(commandRun(name, 'true'), signal);
    const run = await space.run(name, signal);
    expect(await space.remainsOf(name, signal)).toEqual([
      `PipelineRun/${name}`,
      `ConfigMap/${name}-inputs`,
      `PersistentVolumeClaim/${name}-data`,
    ]);
    for (const kind of ['inputs', 'data'] as const) {
      const owners = (await space.metadata(kind, name, signal))?.ownerReferences;
      expect(owners?.map(({ uid }) => uid)).toEqual([run?.metadata.uid]);
    }
  });

  it.each(moments)('$when write $write: prune leaves a run, or nothing', async ({ write, when }) => {
    const name = named(`prune-${when}-${write}`);
    await dies(name, { write, when, lasting: true });
    await space.submitter().prune({}, signal);
    const before = await space.remainsOf(name, signal);
    const sixteenMinutes = 16 * 60_000;
    await space.submitter({ api: laterApi(space.api, sixteenMinutes) }).prune({}, signal);
    if ((await space.run(name, signal)) === undefined) await space.untilNothingIsLeft(name, signal);
    else expect(await space.remainsOf(name, signal)).toEqual(before);
  });
});

describe('a submission that fails', () => {
  it.each(moments)('$when write $write leaves nothing behind', async ({ write, when }) => {
    const name = named(`fails-${when}-${write}`);
    await dies(name, { write, when, lasting: false });
    await space.untilNothingIsLeft(name, signal);
  });

  it.each(moments)('$when write $write by an abort leaves nothing behind', async ({ write, when }) => {
    const name = named(`abort-${when}-${write}`);
    const abort = new AbortController();
    const death: Death = { write, when, lasting: false, onDeath: () => abort.abort() };
    const submitter = space.submitter({ api: mortalApi(space.api, death) });
    await expect(submitter.submit(commandRun(name, 'true'), abort.signal)).rejects.toMatchObject({ code: 'cancelled' });
    await space.untilNothingIsLeft(name, signal);
  });

  it('passes on what the cluster says of a quota', async () => {
    await withQuota({ persistentvolumeclaims: '0' }, async () => {
      const name = named('over-quota');
      const submit = () => space.submitter().submit(commandRun(name, 'true'), signal);
      await space.until(async () => (await codeOf(submit())) === 'cluster.quota', signal);
      await space.untilNothingIsLeft(name, signal);
    });
  });

  it('makes nothing when the dry run is refused', async () => {
    await withQuota({ 'count/pipelineruns.tekton.dev': '0' }, async () => {
      const api = mortalApi(space.api, { write: 99, when: 'before', lasting: true });
      const dryRun = () => space.submitter().dryRun(commandRun('unwanted', 'true'), signal);
      await space.until(async () => (await codeOf(dryRun())) === 'cluster.quota', signal);
      const failure = space.submitter({ api }).submit(commandRun('unwanted', 'true'), signal);
      await expect(failure).rejects.toMatchObject({ code: 'cluster.quota' });
      expect(api.writes()).toBe(0);
    });
  });

  it('names a Secret that is not there', async () => {
    const more = { spec: { command: ['true'], secrets: [{ env: 'TOKEN', secret: 'no-such-secret', key: 'token' }] } };
    const failure = space.submitter().submit(commandRun('secretless', 'true', [], more), signal);
    await expect(failure).rejects.toMatchObject({
      code: 'cluster.notFound',
      message: expect.stringContaining('no-such-secret'),
    });
    expect(await space.remainsOf('secretless', signal)).toEqual([]);
  });
});

async function dies(name: string, death: Death): Promise<void> {
  const submitter = space.submitter({ api: mortalApi(space.api, death) });
  await expect(submitter.submit(commandRun(name, 'true'), signal)).rejects.toThrow(
    /The core died|could not be removed/,
  );
}

async function withQuota(hard: Readonly<Record<string, string>>, use: () => Promise<void>): Promise<void> {
  const name = named('tight');
  const body = { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name }, spec: { hard } };
  const path = space.objects.path(resources.resourceQuotas);
  await space.api.create(path, body, {}, objectSchema, signal);
  try {
    await use();
  } finally {
    await space.api.delete({ ...path, name }, {}, signal);
  }
}

async function codeOf(action: Promise<unknown>): Promise<unknown> {
  return action.then(
    () => undefined,
    (error: unknown) => (error instanceof Error && 'code' in error ? error.code : undefined),
  );
}
