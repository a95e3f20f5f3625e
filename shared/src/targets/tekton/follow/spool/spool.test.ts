import { appendFile, mkdir, mkdtemp, readFile, rm, stat, symlink, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Artifact } from '../../../../protocol/index.ts';
import { RunSpool } from './runSpool.ts';
import { SpooledLog } from './spooledLog.ts';
import { SpoolStore, spoolsToDrop } from './spoolStore.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-spool-'));
});
afterEach(() => rm(folder, { recursive: true }));

const text = async (log: SpooledLog) => Buffer.from((await log.read(0, 1_000_000)).bytes).toString('latin1');

describe('a spooled log', () => {
  it('holds every byte once, whoever of two writes it, in whatever pieces', async () => {
    const content = Buffer.from(Array.from({ length: 400 }, (_, at) => 1 + (at % 250)));
    const piece = fc.record({ who: fc.nat(1), length: fc.integer({ min: 1, max: 60 }), overlap: fc.nat(30) });
    let round = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 40 }), async (pieces) => {
        const base = join(folder, `log-${(round += 1)}`);
        const logs = [await SpooledLog.open(base), await SpooledLog.open(base)];
        let time = 1_000;
        for (const { who, length, overlap } of pieces) {
          const log = logs[who];
          if (log === undefined) throw new Error('there are two');
          const start = Math.max(0, log.size - overlap);
          await log.append(start, content.subarray(start, start + length), (time += 1));
        }
        const size = Math.max(...logs.map((log) => log.size));
        await Promise.all(logs.map((log) => log.close()));
        const again = await SpooledLog.open(base);
        expect(again.size).toBe(size);
        const { bytes, times } = await again.read(0, 1_000);
        expect(Buffer.from(bytes).equals(content.subarray(0, size))).toBe(true);
        const offsets = times.map(([offset]) => offset);
        expect(offsets).toEqual([...new Set(offsets)].sort((one, other) => one - other));
        if (size > 0) expect(offsets[0]).toBe(0);
        await again.close();
      }),
    );
  });

  it('loses nothing to looks for what others have added while it is written and sealed', async () => {
    const piece = Buffer.from(Array.from({ length: 50_000 }, (_, at) => 1 + (at % 250)));
    for (let round = 0; round < 40; round += 1) {
      const log = await SpooledLog.open(join(folder, `looked-at-${round}`));
      const work: Promise<unknown>[] = [];
      for (let at = 0; at < 8; at += 1) {
        work.push(log.append(at * piece.length, piece, 1_000 + at));
        work.push(new Promise((resolve) => setTimeout(resolve, 0)).then(() => log.refresh()));
        if (at === 7) work.push(log.seal());
        await new Promise((resolve) => setImmediate(resolve));
        work.push(log.refresh());
      }
      await Promise.all(work);
      const { bytes } = await log.read(0, 1_000_000);
      expect([log.size, log.sealed]).toEqual([8 * piece.length, true]);
      expect(Buffer.concat(Array.from({ length: 8 }, () => piece)).equals(bytes)).toBe(true);
      await log.close();
    }
  });

  it('is the same whether pieces come together or one by one', async () => {
    const piece = fc.record({
      length: fc.nat(20),
      time: fc.option(fc.integer({ min: 1, max: 60 }), { nil: undefined }),
    });
    let round = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 30 }), fc.nat(50), async (pieces, known) => {
        const whole = await SpooledLog.open(join(folder, `whole-${(round += 1)}`));
        const single = await SpooledLog.open(join(folder, `single-${round}`));
        for (const log of [whole, single]) await log.append(0, Buffer.alloc(known, 'k'), 5);
        const seen = pieces.map(({ length, time }) => ({ bytes: Buffer.alloc(length, 'x'), time }));
        await whole.appendAll(0, seen);
        let offset = 0;
        for (const { bytes, time } of seen) {
          await single.append(offset, bytes, time);
          offset += bytes.length;
        }
        expect(await whole.read(0, 1_000)).toEqual(await single.read(0, 1_000));
        await Promise.all([whole.close(), single.close()]);
      }),
      { numRuns: 40 },
    );
  });

  it('refuses a gap', async () => {
    const log = await SpooledLog.open(join(folder, 'a'));
    await log.append(0, Buffer.from('abc'), 1);
    await expect(log.append(4, Buffer.from('e'), 2)).rejects.toThrow(RangeError);
    expect(await text(log)).toBe('abc');
    await log.close();
  });

  it('gives the time of the mark before a piece and of those in it', async () => {
    const log = await SpooledLog.open(join(folder, 'a'));
    await log.append(0, Buffer.from('first\n'), 10);
    await log.append(6, Buffer.from('second\n'), 10);
    await log.append(13, Buffer.from('third\n'), 20);
    expect((await log.read(8, 100)).times).toEqual([
      [0, 10],
      [13, 20],
    ]);
    await log.close();
  });

  it('is whole when sealed, also when it ends in zero bytes, and torn when its size does not fit', async () => {
    const base = join(folder, 'a');
    const log = await SpooledLog.open(base);
    await log.append(0, Buffer.from('end\0\0'), 1);
    await log.seal();
    await log.close();
    const again = await SpooledLog.open(base);
    expect([again.sealed, again.size]).toEqual([true, 5]);
    await again.close();
    for (const tear of [
      () => truncate(`${base}.log`, 3),
      () => appendFile(`${base}.log`, 'x'),
      () => writeFile(`${base}.size`, ''),
      () => writeFile(`${base}.size`, '5'),
    ]) {
      const whole = await SpooledLog.open(base);
      if (!whole.sealed) await whole.append(0, Buffer.from('end\0\0'), 1);
      await whole.seal();
      await whole.close();
      await tear();
      const torn = await SpooledLog.open(base);
      expect([torn.sealed, torn.size]).toEqual([false, 0]);
      await torn.close();
    }
  });

  it('reads zero bytes at the end again, for they may never have been written', async () => {
    const base = join(folder, 'a');
    await writeFile(`${base}.log`, Buffer.concat([Buffer.from('abc'), Buffer.alloc(200_000)]));
    const log = await SpooledLog.open(base);
    expect(log.size).toBe(3);
    await log.append(3, Buffer.from('def'), 1);
    expect(await text(log)).toBe('abcdef');
    await log.close();
  });

  it('goes on after a mark that was cut', async () => {
    const base = join(folder, 'a');
    await writeFile(`${base}.log`, 'abcdef');
    await writeFile(`${base}.times`, '0 10\n3');
    const log = await SpooledLog.open(base);
    await log.append(6, Buffer.from('g'), 30);
    expect((await log.read(0, 100)).times).toEqual([
      [0, 10],
      [6, 30],
    ]);
    await log.close();
  });

  it('takes the place of another one under its readers', async () => {
    const log = await SpooledLog.open(join(folder, 'a'));
    await log.append(0, Buffer.from('old'), 1);
    const other = await SpooledLog.open(join(folder, 'b'));
    await other.append(0, Buffer.from('new one'), 2);
    const readings = Array.from({ length: 20 }, () => text(log));
    await log.replace(other);
    for (const reading of await Promise.all(readings)) expect(['old', 'new', 'new one']).toContain(reading);
    expect(await text(log)).toBe('new one');
    await log.close();
  });

  it('follows no link', async () => {
    await writeFile(join(folder, 'mine'), 'secret');
    await symlink(join(folder, 'mine'), join(folder, 'a.log'));
    await expect(SpooledLog.open(join(folder, 'a'))).rejects.toMatchObject({ code: 'ELOOP' });
  });
});

describe('the spool of a run', () => {
  const artifact: Artifact = {
    path: 'output/a.txt',
    bytes: 1,
    sha256: 'a'.repeat(64),
    mediaType: 'text/plain',
    role: 'file',
  };

  it('is private, and there again after a restart', async () => {
    const store = new SpoolStore(join(folder, 'cache'), 1e9, () => 1e12);
    const spool = await store.open('run-1', 'uid-1');
    await (await spool.log('notebook')).append(0, Buffer.from('hello\n'), 5);
    await spool.appendProgress(0, Buffer.from('{"a":1}\n{"b"'));
    await spool.keepArtifacts([artifact]);
    await spool.close();
    const again = await store.open('run-1', 'uid-1');
    await again.appendProgress(7, Buffer.from('\n{"b":2}\n'));
    expect(again.progress).toEqual(['{"a":1}', '{"b":2}']);
    expect(await text(await again.log('notebook'))).toBe('hello\n');
    expect(await again.artifacts()).toEqual([artifact]);
    for (const path of ['cache', 'cache/run-1', 'cache/run-1/logs'])
      expect((await stat(join(folder, path))).mode & 0o777).toBe(0o700);
    for (const path of ['state.json', 'progress.jsonl', 'artifacts.json', 'logs/notebook.log', 'logs/notebook.times'])
      expect((await stat(join(folder, 'cache/run-1', path))).mode & 0o777).toBe(0o600);
    await again.close();
  });

  it.each([
    ['of another run of that name', () => undefined],
    ['whose state is cut', () => writeFile(join(folder, 'run-1/state.json'), '{"version":1,')],
    ['of another version', () => writeFile(join(folder, 'run-1/state.json'), '{"version":2,"uid":"uid-1"}')],
    ['without a state', () => rm(join(folder, 'run-1/state.json'))],
  ])('is made anew where there is one %s', async (why, damage) => {
    const path = join(folder, 'run-1');
    const spool = await RunSpool.open(path, 'uid-1');
    const log = await spool.log('notebook');
    await log.append(0, Buffer.from('old'), 5);
    await damage();
    const fresh = await RunSpool.open(path, why.startsWith('of another run') ? 'uid-2' : 'uid-1');
    expect((await fresh.log('notebook')).size).toBe(0);
    // Whoever had it open reads on what was there.
    expect(await text(log)).toBe('old');
    await Promise.all([spool.close(), fresh.close()]);
  });

  it('takes no name that is a path', async () => {
    const store = new SpoolStore(folder, 1e9, () => 1e12);
    for (const run of ['', '.', '..', '../x', 'a/b', '/etc', 'A', 'a\0', '.hidden', 'a'.repeat(254)])
      await expect(store.open(run, 'u')).rejects.toMatchObject({ code: 'run.notFound' });
    const spool = await store.open('foreign.run', 'u');
    for (const step of ['..', '../x', '/x', 'a//b', 'a/../b', 'A', 'a\0b', ''])
      expect(() => spool.log(step)).toThrow(expect.objectContaining({ code: 'run.notFound' }));
    await (await spool.log('build/compile')).append(0, Buffer.from('x'), 1);
    expect(await readFile(join(folder, 'foreign.run/logs/build%2Fcompile.log'), 'utf8')).toBe('x');
    await spool.close();
  });
});

describe('room for spools', () => {
  it('is made by dropping what was used longest ago, never what is in use', () => {
    const use = fc.record({ name: fc.uuid(), bytes: fc.nat(1_000), usedAt: fc.nat(2_000_000) });
    fc.assert(
      fc.property(fc.array(use, { maxLength: 12 }), fc.nat(4_000), (spools, limit) => {
        const now = 2_000_000;
        const dropped = new Set(spoolsToDrop(spools, limit, now));
        const kept = spools.filter(({ name }) => !dropped.has(name));
        const oldestKept = Math.min(...kept.map(({ usedAt }) => usedAt));
        const gone = spools.filter(({ name }) => dropped.has(name));
        for (const spool of gone) expect(spool.usedAt).toBeLessThanOrEqual(oldestKept);
        const free = kept.filter(({ usedAt }) => now - usedAt >= 600_000);
        const total = kept.reduce((sum, { bytes }) => sum + bytes, 0);
        expect(total <= limit || free.length === 0).toBe(true);
        // No more than needed: with the last one back it would be too much.
        const last = gone.toSorted((one, other) => one.usedAt - other.usedAt).at(-1);
        if (last !== undefined) expect(total + last.bytes).toBeGreaterThan(limit);
      }),
    );
  });

  it('is made on the disk', async () => {
    const now = Date.now();
    const store = new SpoolStore(folder, 250, () => now);
    for (const [age, run] of ['newest', 'middle', 'oldest'].entries()) {
      const spool = await store.open(run, 'u');
      await (await spool.log('notebook')).append(0, Buffer.alloc(100, 'x'), 1);
      await spool.touch(now - (age + 1) * 3_600_000);
      await spool.close();
    }
    const left = join(folder, 'x.0123456789ab.old');
    await mkdir(left);
    await utimes(left, 1, 1);
    await store.trim();
    expect((await stat(join(folder, 'newest'))).isDirectory()).toBe(true);
    await expect(stat(join(folder, 'oldest'))).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(stat(left)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
