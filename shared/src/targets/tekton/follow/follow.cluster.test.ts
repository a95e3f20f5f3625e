import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { resources, runCommand, type KubernetesApi } from '../../../kubernetes/index.ts';
import { helperContainer, objectNames } from '../../../pipeline/index.ts';
import { objectSchema } from '../submit/clusterObjects.ts';
import { commandRun } from '../submit/testing/submissions.ts';
import type { PastRun } from './index.ts';
import { FollowSpace, hashOf, readWholeLog } from './testing/followSpace.ts';
import { noisyRun } from './testing/noisyRun.ts';

const { signal } = new AbortController();
let at: FollowSpace;
beforeAll(async () => {
  at = await FollowSpace.open(signal);
});
afterAll(async () => {
  await at.dispose(signal);
});

/** Of this try alone: a test that is tried again finds nothing of the first time. */
const named = (name: string) => `${name}-${randomBytes(2).toString('hex')}`;

const submitter = () => at.space.submitter({ profile: at.profile });

describe('logs of four steps of 80,000 lines of 100 bytes', () => {
  const steps = ['noise-1', 'noise-2', 'noise-3', 'noise-4'];

  it('are whole live, with the connection cut in the middle, and afterwards', async () => {
    const run = named('noisy');
    await noisyRun(at, submitter(), { run, steps, lines: 80_000 }, signal);
    await at.untilLive(run, signal);
    const live = await at.files();
    const over = async () => (await at.place(run, signal)).final;
    const cut = setInterval(() => at.sockets.findLast((socket) => socket.readyState === socket.OPEN)?.terminate(), 700);
    const cuts = setTimeout(() => clearInterval(cut), 4_000);
    const read = await Promise.all(steps.map((step) => readWholeLog(live, run, step, over, signal)));
    clearInterval(cut);
    clearTimeout(cuts);
    for (const { bytes, lines } of read) expect([bytes, lines]).toEqual([8_000_000, 80_000]);

    const truth = await at.files();
    for (const [index, step] of steps.entries()) {
      const { bytes, content } = await truth.openFile(run, `logs/${step}.log`, undefined, signal);
      expect(bytes).toBe(8_000_000);
      expect((await hashOf(content)).sha256).toBe(read[index]?.sha256);
    }
    const afterwards = await at.files();
    for (const [index, step] of steps.entries()) {
      const whole = await readWholeLog(afterwards, run, step, () => Promise.resolve(true), signal);
      expect(whole).toEqual(read[index]);
    }
    for (const step of steps) await readWholeLog(afterwards, run, step, () => Promise.resolve(true), signal);
  });
});

describe('a run of a command', () => {
  let run = '';

  it('shows progress and log as they come, and its files', async () => {
    run = named('short');
    await submitter().submit(commandRun(run, 'echo one; sleep 3; echo two; echo made > made.txt'), signal);
    const files = await at.files();
    const held = files.follow(run);
    let grown = 0;
    files.onGrowth(() => (grown += 1));
    await at.untilLive(run, signal);
    const text = async () => Buffer.from((await files.logChunk(run, 'command', 0, 1_000, signal)).bytes).toString();
    await at.space.until(async () => (await text()) === 'one\n', signal);
    expect(grown).toBeGreaterThan(0);
    const now = await files.artifacts(run, signal);
    expect(now.every(({ sha256 }) => sha256 === undefined)).toBe(true);
    await at.untilFinal(run, signal);
    expect(await text()).toBe('one\ntwo\n');
    await at.space.until(() => Promise.resolve(files.state(run).mode === 'ended'), signal);
    expect(files.state(run)).toEqual({ mode: 'ended', connected: false, staleSince: undefined, notes: [] });
    const artifacts = await files.artifacts(run, signal);
    expect(artifacts.map(({ path }) => path)).toContain('work/made.txt');
    const { content } = await files.openFile(run, 'work/made.txt', undefined, signal);
    expect(await hashOf(content)).toMatchObject({ bytes: 5 });
    held.dispose();
    // With the reader pod, so that the next test makes one of its own.
    await files.dispose();
  });

  it('can be read when its pod is gone', async () => {
    const readersOf = `slipway.dev/helper=reader,slipway.dev/run=${run}`;
    const { steps } = await at.untilFinal(run, signal);
    const pod = steps.get('collect')?.pod ?? '';
    await at.space.objects.remove(resources.pods, { name: pod }, signal);
    await at.space.until(async () => (await at.place(run, signal)).steps.get('collect')?.state === 'gone', signal);
    const files = await at.files();
    onTestFinished(() => files.dispose());
    expect(await files.logSize(run, 'command', signal)).toEqual({ bytes: 8, whole: true });
    const chunks = await Promise.all([
      files.logChunk(run, 'command', 0, 1_000, signal),
      files.logChunk(run, 'command', 4, 2, signal),
      files.logChunk(run, 'collect', 0, 1_000, signal),
    ]);
    expect(chunks.map(({ bytes }) => Buffer.from(bytes).toString())).toEqual([
      'one\ntwo\n',
      'tw',
      expect.stringContaining('work/made.txt'),
    ]);
    expect((await files.inputs(run, signal)).map(({ path, bytes }) => [path, bytes])).toEqual([['a.txt', 2]]);
    const readers = await at.space.objects.metadata(resources.pods, readersOf, signal);
    expect(readers.map(({ name }) => name)).toEqual([`${run}-reader`]);
    for (const path of ['../../etc/passwd', '/etc/passwd', 'output/../../x', ''])
      await expect(files.openFile(run, path, undefined, signal)).rejects.toMatchObject({ code: 'path.refused' });
    await expect(files.openFile(run, 'output/none', undefined, signal)).rejects.toMatchObject({
      code: 'artifact.notFound',
    });

    // Another machine reads through the same pod; that the first one deletes it does not disturb it.
    const others = await at.files();
    onTestFinished(() => others.dispose());
    const made = async () =>
      (await hashOf((await others.openFile(run, 'work/made.txt', undefined, signal)).content)).bytes;
    expect(await made()).toBe(5);
    let isGone = false;
    const reading = async () => {
      while (!isGone) expect(await made()).toBe(5);
    };
    const deleting = async () => {
      await files.dispose();
      const [shared] = readers;
      await at.space.until(async () => {
        const there = await at.space.objects.metadata(resources.pods, readersOf, signal);
        return there.every(({ uid }) => uid !== shared?.uid);
      }, signal);
      isGone = true;
    };
    const outcomes = await Promise.allSettled([reading(), deleting()]);
    expect(outcomes).toEqual([{ status: 'fulfilled' }, { status: 'fulfilled' }]);

    await others.dispose();
    await at.space.until(async () => {
      const left = await at.space.objects.metadata(resources.pods, readersOf, signal);
      return left.length === 0;
    }, signal);
  });
});

describe('large things', () => {
  let large = '';
  /** How many processes hand out files in the reader pod of a run. */
  const helpersOf = async (run: string): Promise<number> => {
    const count = `import glob; print(sum(b"\\0files\\0" in open(name, "rb").read() for name in glob.glob("/proc/[0-9]*/cmdline")))`;
    const { namespace } = at.space.objects;
    const where = { namespace, pod: objectNames(run).reader, container: helperContainer };
    const { stdout } = await runCommand(at.api, { ...where, command: ['python3', '-c', count] }, signal);
    return Number(Buffer.from(stdout).toString());
  };

  it('are read in ranges and as a stream, live and afterwards', async () => {
    const script =
      'truncate -s 1G big.bin && printf end >> big.bin; mkdir many; for i in $(seq 10000); do : > many/$i; done; sleep 8';
    large = named('large');
    const job = commandRun(large, script);
    // In memory, where a hole costs nothing to read.
    const profile = { ...at.profile, volume: { kind: 'perRun', size: '64Mi', storageClassName: 'tiny' } } as const;
    await at.space.submitter({ profile }).submit(job, signal);
    await at.untilLive(large, signal);
    const files = await at.files();
    const end = 1_073_741_824;
    const tail = async () => {
      const range = { start: end - 2, end: end + 100 };
      const { bytes, content } = await files.openFile(large, 'work/big.bin', range, signal);
      const parts: Uint8Array[] = [];
      for await (const part of content) parts.push(part);
      return { bytes, text: Buffer.concat(parts).toString('latin1') };
    };
    const isThere = async () => tail().catch(() => undefined);
    await at.space.until(async () => (await isThere())?.text === '\0\0end', signal);
    await at.untilFinal(large, signal);
    expect(await tail()).toEqual({ bytes: end + 3, text: '\0\0end' });
    const before = process.memoryUsage.rss();
    const part128 = { start: 0, end: 128 * 1024 * 1024 };
    const { bytes, content } = await files.openFile(large, 'work/big.bin', part128, signal);
    expect(bytes).toBe(end + 3);
    let read = 0;
    let most = before;
    for await (const part of content) {
      read += part.length;
      most = Math.max(most, process.memoryUsage.rss());
    }
    expect(read).toBe(part128.end);
    expect(most - before).toBeLessThan(64 * 1024 * 1024);
    const artifacts = await files.artifacts(large, signal);
    expect(artifacts.filter(({ path }) => path.startsWith('work/many/'))).toHaveLength(10_000);
  });

  it('show the end of a long log without fetching all of it', async () => {
    const run = named('long');
    await noisyRun(at, submitter(), { run, steps: ['noise-1'], lines: 30_000, lineBytes: 1_000 }, signal);
    await at.untilFinal(run, signal);
    const files = await at.files();
    const { bytes: size } = await files.logSize(run, 'noise-1', signal);
    expect(size).toBe(30_000_000);
    const { bytes } = await files.logChunk(run, 'noise-1', size - 2_000, 10_000, signal);
    expect(Buffer.from(bytes).toString()).toMatch(/^noise-1 0029998 x+\nnoise-1 0029999 x+\n$/);
    expect((await files.logChunk(run, 'noise-1', size, 1_000, signal)).bytes).toHaveLength(0);
    // All of it, where it is wanted, and what is not there yet while it comes.
    const whole = await readWholeLog(files, run, 'noise-1', () => Promise.resolve(true), signal);
    expect([whole.bytes, whole.lines]).toEqual([30_000_000, 30_000]);
  });

  it('can be given up in the middle', async () => {
    const files = await at.files();
    await at.untilFinal(large, signal);
    for (let times = 0; times < 6; times += 1) {
      const { content } = await files.openFile(large, 'work/big.bin', undefined, signal);
      for await (const part of content) {
        expect(part.length).toBeGreaterThan(0);
        break;
      }
    }
    const stop = new AbortController();
    const { content } = await files.openFile(large, 'work/big.bin', undefined, stop.signal);
    const reading = hashOf(content);
    stop.abort(new Error('enough'));
    await expect(reading).rejects.toThrow();
    // Nobody reads on in the pod: to send a gibibyte each to the kubelet took twice as long.
    await at.space.until(async () => (await helpersOf(large)) <= 1, AbortSignal.timeout(15_000));
    const { bytes } = await files.openFile(large, 'work/many/1', undefined, signal);
    expect(bytes).toBe(0);
  });
});

describe('files of a run that is over', () => {
  let run = '';
  beforeAll(async () => {
    run = named('over');
    const script =
      'head -c 20000000 /dev/urandom > big.bin; sha256sum < big.bin | cut -c 1-64 | tr -d "\\n" > sum; ln -s /etc etc';
    await submitter().submit(commandRun(run, script), signal);
    await at.untilFinal(run, signal);
  });

  it('come whole, and what is refused leaves the connection as it is', async () => {
    const files = await at.files();
    const open = (path: string) => files.openFile(run, path, undefined, signal);
    const big = await hashOf((await open('work/big.bin')).content);
    await expect(open('work/none')).rejects.toMatchObject({ code: 'artifact.notFound' });
    await expect(open('../../etc/passwd')).rejects.toMatchObject({ code: 'path.refused' });
    await expect(open('work/etc/passwd')).rejects.toMatchObject({ code: 'path.refused' });
    const sum: Uint8Array[] = [];
    for await (const part of (await open('work/sum')).content) sum.push(part);
    expect(big).toEqual({ bytes: 20_000_000, sha256: Buffer.concat(sum).toString() });
  });

  it('do not look whole where the connection is cut', async () => {
    const files = await at.files();
    const { bytes, content } = await files.openFile(run, 'work/big.bin', undefined, signal);
    expect(bytes).toBe(20_000_000);
    let read = 0;
    const reading = async () => {
      for await (const part of content) {
        read += part.length;
        if (read > 5_000_000) for (const socket of at.sockets) socket.terminate();
      }
    };
    await expect(reading()).rejects.toMatchObject({
      code: 'cluster.unreachable',
      message: expect.stringMatching(/"work\/big\.bin" was interrupted after \d+ of 20000000 bytes/),
    });
    expect(read).toBeLessThan(20_000_000);
    const again = await files.openFile(run, 'work/big.bin', undefined, signal);
    expect((await hashOf(again.content)).bytes).toBe(20_000_000);
  });
});

describe.concurrent('a run that is cancelled', () => {
  it('leaves its log', async () => {
    const run = named('stopped');
    const script = 'for i in $(seq 1000); do echo "line $i"; done; sleep 600';
    await submitter().submit(commandRun(run, script), signal);
    await at.untilLive(run, signal);
    const live = await at.files();
    const size = () => live.logSize(run, 'command', signal);
    await at.space.until(async () => (await size()).bytes === 8_893, signal);
    await live.release(run);
    await at.space.objects.api.patch(
      at.space.objects.path(resources.pipelineRuns, run),
      { spec: { status: 'Cancelled' } },
      { kind: 'merge' },
      objectSchema,
      signal,
    );
    await at.untilFinal(run, signal);
    const files = await at.files();
    const { bytes, lines } = await readWholeLog(files, run, 'command', () => Promise.resolve(true), signal);
    expect([bytes, lines]).toEqual([8_893, 1_000]);
  });
});

describe.concurrent('somebody who may only look', () => {
  // Goes on once it is watched, however long that takes.
  const script =
    'echo "line 1"; for i in $(seq 600); do [ -e /slipway/run/go ] && break; sleep 0.2; done; for i in 2 3 4; do echo "line $i"; sleep 1; done';
  let tries = 0;
  let api: KubernetesApi;
  beforeAll(async () => {
    api = await at.viewer(signal);
  });

  it('gets the log by the API, with a warning, and progress by step', async () => {
    const run = `watched-${(tries += 1)}`;
    await submitter().submit(commandRun(run, script), signal);
    const locator = at.locator(api);
    const files = await at.files({ api, locator });
    const { live } = await at.untilLive(run, signal);
    const first = async () => (await files.logChunk(run, 'command', 0, 100, signal)).bytes;
    await at.space.until(async () => Buffer.from(await first()).toString() === 'line 1\n', signal);
    const { namespace } = at.space.objects;
    const where = { namespace, pod: live?.pod ?? '', container: live?.container ?? '' };
    await runCommand(at.api, { ...where, command: ['touch', '/slipway/run/go'] }, signal);
    const over = async () => (await locator.locate(run, signal)).final;
    const { bytes, lines } = await readWholeLog(files, run, 'command', over, signal);
    expect([bytes, lines]).toEqual([28, 4]);
    const notes = at.notes.filter((note) => note.startsWith(run));
    expect(notes).toEqual([expect.stringMatching(/create and get on pods\/exec/)]);
    expect(await files.readProgress(run, signal)).toEqual([]);
    await expect(files.openFile(run, 'run.json', undefined, signal)).rejects.toMatchObject({
      code: 'cluster.forbidden',
      message: expect.stringMatching(/which you may not make/),
    });
  });
});

describe.concurrent('a PipelineRun that Slipway did not make', () => {
  const container = (name: string, script: string) => ({ name, image: 'testbed.local/busybox:1', script });

  it('is followed by the API, across the rotation of its log', async () => {
    const run = named('theirs');
    // Slow enough for the kubelet, which looks every ten seconds whether a log is too large.
    const line = `"%07d ${'x'.repeat(991)}\\n"`;
    const busy = `for i in $(seq 60); do awk 'BEGIN { for (i = 0; i < 300; i += 1) printf ${line}, i }'; sleep 0.3; done`;
    await at.create(
      resources.pipelineRuns,
      {
        apiVersion: 'tekton.dev/v1',
        kind: 'PipelineRun',
        metadata: { name: run },
        spec: {
          pipelineSpec: {
            tasks: [
              {
                name: 'build',
                taskSpec: { steps: [container('say', 'echo hello; sleep 2; printf end'), container('busy', busy)] },
              },
            ],
          },
        },
      },
      signal,
    );
    const files = await at.files();
    const over = async () => (await at.place(run, signal)).final;
    const [say, noise] = await Promise.all(
      ['build/say', 'build/busy'].map((step) => readWholeLog(files, run, step, over, signal)),
    );
    expect(say?.bytes).toBe('hello\nend\n'.length);
    expect(noise).toMatchObject({ bytes: 18_000_000, lines: 18_000 });
    expect(await files.artifacts(run, signal)).toEqual([]);
    await expect(files.openFile(run, 'run.json', undefined, signal)).rejects.toMatchObject({
      code: 'target.unsupported',
    });
  });
});

describe.concurrent('history', () => {
  it('has runs whose PipelineRun is gone, with their logs and files', async () => {
    const [first, second, claimName] = [named('past-1'), named('past-2'), named('team')];
    await at.create(
      resources.persistentVolumeClaims,
      {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        metadata: { name: claimName },
        spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
      },
      signal,
    );
    const profile = { ...at.profile, volume: { kind: 'claim', claimName, subPath: 'slipway' } } as const;
    const team = at.space.submitter({ profile });
    await team.submit(commandRun(first, 'echo first > first.txt; echo said'), signal);
    await at.untilFinal(first, signal);
    await team.submit(commandRun(second, 'exit 3'), signal);
    await at.untilFinal(second, signal);
    for (const name of [first, second])
      await at.space.objects.remove(resources.pipelineRuns, { name }, signal, 'Foreground');
    await at.space.until(async () => (await at.space.run(second, signal)) === undefined, signal);

    const files = await at.files({ profile });
    const past: PastRun[] = [];
    for await (const run of files.history(signal)) past.push(run);
    expect(
      past.map(({ run, results }) => [run, results.get('command')?.exitCode, results.get('collect')?.verdict]),
    ).toEqual([
      [first, 0, 'succeeded'],
      [second, 3, 'failed'],
    ]);
    expect(past[0]?.modifiedAt).toBeLessThan(past[1]?.modifiedAt ?? 0);
    const { bytes } = await files.logChunk(first, 'command', 0, 100, signal);
    expect(Buffer.from(bytes).toString()).toBe('said\n');
    const artifacts = await files.artifacts(first, signal);
    expect(artifacts.map(({ path }) => path)).toContain('work/first.txt');
  });

  it('is gone with the volumes of runs that had their own', async () => {
    const files = await at.files();
    const read = async () => {
      for await (const run of files.history(signal)) expect.unreachable(run.run);
    };
    await expect(read()).rejects.toMatchObject({ code: 'cluster.gone' });
  });
});
