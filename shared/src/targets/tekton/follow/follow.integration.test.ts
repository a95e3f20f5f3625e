import { createHash } from 'node:crypto';
import { appendFile, mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../kubernetes/index.ts';
import { ConnectionPool } from './files/connectionPool.ts';
import { ExecHealth } from './live/execHealth.ts';
import { RunFollower } from './live/runFollower.ts';
import type { RunPlace } from './runPlace.ts';
import { RunSpool } from './spool/runSpool.ts';
import { LocalHelper } from './testing/localHelper.ts';

const python = process.env.SLIPWAY_TEST_PYTHON ?? 'python3';
const { signal } = new AbortController();
const where = { pod: 'here', container: 'here' };
let folder: string;
let run: string;
let helper: LocalHelper;
let pool: ConnectionPool;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-verbs-'));
  run = join(folder, 'run');
  for (const below of ['logs', 'output', 'results', 'inputs', 'work'])
    await mkdir(join(run, below), { recursive: true });
  await writeFile(join(run, 'run.json'), JSON.stringify({ version: 1, run: 'run', steps: ['command'], outputs: [] }));
  helper = new LocalHelper(python, run);
  pool = new ConnectionPool(where, helper.start, systemClock);
});
afterEach(async () => {
  pool.close();
  helper.dispose();
  await rm(folder, { recursive: true, maxRetries: 20, retryDelay: 100 });
});

async function open(path: string, range?: { start: number; end: number }) {
  const connection = await pool.take(signal);
  try {
    return await connection.open(path, range, () => pool.giveBack(connection), signal);
  } catch (error) {
    pool.giveBack(connection);
    throw error;
  }
}

async function text(content: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const part of content) parts.push(part);
  return Buffer.concat(parts).toString();
}

describe('files of a run, through the real helper', () => {
  it('come in ranges, one after the other over one connection', async () => {
    await writeFile(join(run, 'output/a ü.txt'), '0123456789');
    for (const [range, expected] of [
      [undefined, '0123456789'],
      [{ start: 3, end: 5 }, '34'],
      [{ start: 8, end: 100 }, '89'],
      [{ start: 100, end: 200 }, ''],
      [{ start: 4, end: 4 }, ''],
    ] as const) {
      const { bytes, content } = await open('output/a ü.txt', range);
      expect([bytes, await text(content)]).toEqual([10, expected]);
    }
    expect(helper.children).toHaveLength(1);
  });

  it('are not there, or refused, and the connection goes on', async () => {
    await writeFile(join(folder, 'secret'), 'x');
    await symlink(join(folder, 'secret'), join(run, 'output/out'));
    await symlink('/etc', join(run, 'output/etc'));
    await mkdir(join(run, 'output/folder'));
    for (const path of ['output/out', 'output/etc/passwd', '../secret', '/etc/passwd'])
      await expect(open(path)).rejects.toMatchObject({ code: 'path.refused' });
    for (const path of ['output/none', 'output/folder', 'run.json/x'])
      await expect(open(path)).rejects.toMatchObject({ code: 'artifact.notFound' });
    // A refusal breaks nothing.
    expect(await text((await open('run.json')).content)).toContain('"command"');
  });

  it('end with a clear error where the connection is cut', async () => {
    await writeFile(join(run, 'output/big'), '');
    await truncate(join(run, 'output/big'), 200_000_000);
    const { content } = await open('output/big');
    let read = 0;
    const reading = (async () => {
      for await (const part of content) {
        if (read === 0) helper.children[0]?.kill('SIGKILL');
        read += part.length;
      }
    })();
    await expect(reading).rejects.toMatchObject({
      code: 'cluster.unreachable',
      message: expect.stringMatching(/"output\/big" was interrupted after \d+ of 200000000 bytes/),
    });
    expect(read).toBeLessThan(200_000_000);
    expect(await text((await open('run.json')).content)).toContain('"command"');
  });

  it('end with a clear error where the file gets shorter under the reader', async () => {
    await writeFile(join(run, 'output/big'), '');
    await truncate(join(run, 'output/big'), 50_000_000);
    const { content } = await open('output/big');
    const reading = (async () => {
      for await (const part of content) {
        expect(part.length).toBeGreaterThan(0);
        await truncate(join(run, 'output/big'), 10);
      }
    })();
    await expect(reading).rejects.toMatchObject({ message: expect.stringContaining('became shorter') });
  });

  it('are four at a time, and none of those given up holds a place', async () => {
    await writeFile(join(run, 'output/big'), '');
    await truncate(join(run, 'output/big'), 20_000_000);
    const reads = Array.from({ length: 12 }, async (_, index) => {
      const { content } = await open('output/big');
      let read = 0;
      for await (const part of content) {
        read += part.length;
        if (index % 2 === 0) break;
      }
      return read;
    });
    const read = await Promise.all(reads);
    expect(read.filter((_, index) => index % 2 === 1)).toEqual(Array(6).fill(20_000_000));
  });

  it('are listed, all ten thousand', async () => {
    for (let index = 0; index < 10_000; index += 1) await writeFile(join(run, `output/${index}.txt`), '');
    const connection = await pool.take(signal);
    const { artifacts } = await connection.ask({ list: true }, signal);
    expect(artifacts).toHaveLength(10_000);
    pool.giveBack(connection);
  });

  it('tell of the runs of a volume', async () => {
    await mkdir(join(folder, 'other'));
    pool = new ConnectionPool(where, new LocalHelper(python, folder).start, systemClock);
    const connection = await pool.take(signal);
    const names: unknown[] = [];
    for await (const answer of connection.askLines({ runs: true }, signal)) names.push(answer.run);
    expect(names).toEqual(['run']);
    pool.giveBack(connection);
  });
});

describe('following the real helper', () => {
  it('reads every byte once while it is cut again and again', async () => {
    const spool = await RunSpool.open(join(folder, 'spool'), 'uid');
    const place: RunPlace = {
      uid: 'uid',
      own: true,
      final: false,
      live: where,
      steps: new Map([['command', { ...where, state: 'running' }]]),
      logSizes: undefined,
    };
    const follower = new RunFollower({
      run: 'run',
      spool,
      locator: { locate: () => Promise.resolve(place) },
      startHelper: helper.start,
      followContainer: () => Promise.reject(new Error('not to be read')),
      health: new ExecHealth(systemClock),
      clock: systemClock,
      random: Math.random,
      onNews: () => undefined,
      onNote: (note) => expect.unreachable(note),
    });
    const hash = createHash('sha256');
    for (let part = 0; part < 40; part += 1) {
      const lines = Array.from({ length: 2_000 }, (_, line) => `${part} ${line} ${'x'.repeat(80)}\n`).join('');
      hash.update(lines);
      await appendFile(join(run, 'logs/command.log'), lines);
      await appendFile(join(run, 'progress.jsonl'), `{"type":"stepNote","step":"command","text":"${part}","time":1}\n`);
      if (part % 8 === 7) helper.children.at(-1)?.kill('SIGKILL');
      await systemClock.sleep(20, signal);
    }
    await writeFile(join(run, 'results/collect.json'), '{}');
    await writeFile(join(run, 'results/collect.ended'), '');
    const log = await spool.log('command');
    while (!log.sealed) await systemClock.sleep(20, signal);
    const { bytes } = await log.read(0, 100_000_000);
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(hash.digest('hex'));
    expect(spool.progress).toHaveLength(40);
    expect(helper.children.length).toBeGreaterThan(2);
    await follower.stop();
    await spool.close();
  });
});
