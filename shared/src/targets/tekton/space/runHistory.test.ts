import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RunEvent } from '../../../protocol/index.ts';
import { RunHistory } from './runHistory.ts';

let root: string;
let folder: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'slipway-history-'));
  folder = join(root, 'clusters/team/history');
});
afterEach(async () => {
  await rm(root, { recursive: true });
});

const ended = (time: number): readonly RunEvent[] => [
  { type: 'queued', time: 1 },
  { type: 'finished', time, state: 'succeeded' },
];

/** Gives records their ages: the first is the newest. */
async function age(...runs: readonly string[]): Promise<void> {
  for (const [index, run] of runs.entries()) {
    const at = new Date(1_700_000_000_000 - index * 1_000);
    await utimes(join(folder, `${run}.json`), at, at);
  }
}

describe('runs that ended', () => {
  it('are remembered, newest first, by another process too', async () => {
    const history = new RunHistory(folder);
    expect(await history.names()).toEqual([]);
    for (const run of ['a-1', 'b-2', 'c-3']) await history.remember(run, ended(5));
    await age('b-2', 'c-3', 'a-1');
    const other = new RunHistory(folder);
    expect(await other.names()).toEqual(['b-2', 'c-3', 'a-1']);
    expect(await other.events('c-3')).toEqual(ended(5));
    expect(await other.events('d-4')).toBeUndefined();
  });

  it('are nobody else’s to read', async () => {
    await new RunHistory(folder).remember('a-1', ended(5));
    const modes = await Promise.all([folder, join(folder, 'a-1.json')].map(async (path) => (await stat(path)).mode));
    expect(modes.map((mode) => (mode & 0o777).toString(8))).toEqual(['700', '600']);
  });

  it('are written once, and again only where there is something else to write', async () => {
    const history = new RunHistory(folder);
    await history.remember('a-1', ended(5));
    await writeFile(join(folder, 'a-1.json'), 'touched');
    await history.remember('a-1', ended(5));
    expect(await readFile(join(folder, 'a-1.json'), 'utf8')).toBe('touched');
    // Another run under the same name.
    await history.remember('a-1', ended(9));
    expect(await history.events('a-1')).toEqual(ended(9));
  });

  it('are written by several at once, as in pods whose processes have the same numbers', async () => {
    const writers = Array.from({ length: 20 }, () => new RunHistory(folder).remember('a-1', ended(5)));
    await Promise.all(writers);
    expect(await new RunHistory(folder).events('a-1')).toEqual(ended(5));
    expect(await readdir(folder)).toEqual(['a-1.json']);
  });

  it('are forgotten also while they are being written', async () => {
    const history = new RunHistory(folder);
    const writing = history.remember('a-1', ended(5));
    const forgetting = history.forget('a-1');
    await Promise.all([writing, forgetting]);
    expect(await readdir(folder)).toEqual([]);
    await history.remember('a-1', ended(5));
    expect(await history.names()).toEqual(['a-1']);
  });

  it('are kept up to a number, and the oldest go first', async () => {
    const history = new RunHistory(folder);
    const names = Array.from({ length: 1_000 }, (_, index) => `r-${index}`);
    await mkdir(folder, { recursive: true });
    await Promise.all(names.map((run) => writeFile(join(folder, `${run}.json`), '{}')));
    await age(...names);
    await history.remember('new', ended(5));
    const left = await history.names();
    expect(left).toHaveLength(1_000);
    expect(left[0]).toBe('new');
    expect(left).not.toContain('r-999');
  });

  it('are tried again where they could not be written', async () => {
    await mkdir(join(folder, '..'), { recursive: true });
    await writeFile(folder, 'a file where the folder should be');
    const history = new RunHistory(folder);
    await expect(history.remember('a-1', ended(5))).rejects.toThrow();
    await rm(folder);
    await history.remember('a-1', ended(5));
    expect(await history.events('a-1')).toEqual(ended(5));
  });
});

describe('a record', () => {
  it.each([
    ['empty', ''],
    ['cut', '{"version":1,"events":[{"type":"que'],
    ['of another version', '{"version":2,"events":[]}'],
    ['with an event that nobody knows', '{"version":1,"events":[{"type":"exploded","time":1}]}'],
    ['not text', '\u0000\uFFFD\u0001'],
    ['an array', '[]'],
    ['null', 'null'],
  ])('that is %s counts as none', async (_, content) => {
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'a-1.json'), content);
    const history = new RunHistory(folder);
    expect(await history.events('a-1')).toBeUndefined();
    await history.remember('a-1', ended(5));
    expect(await history.events('a-1')).toEqual(ended(5));
  });

  it('that is half written is not listed, nor is a link to nowhere', async () => {
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'a-1.json.123.partial'), '{');
    await symlink(join(folder, 'nowhere'), join(folder, 'b-2.json'));
    expect(await new RunHistory(folder).names()).toEqual([]);
  });
});

describe('a name that no PipelineRun can have', () => {
  it.each(['', '.', '..', '../../../escaped', 'a/b', 'a\\b', 'A', 'a\n', 'a\u0000', '-a', 'a-', 'a'.repeat(254)])(
    'is nobody’s file: %j',
    async (name) => {
      const history = new RunHistory(folder);
      await history.remember('good', ended(5));
      await history.remember(name, ended(5));
      await history.forget(name);
      expect(await history.events(name)).toBeUndefined();
      expect(await readdir(root, { recursive: true })).toEqual([
        'clusters',
        'clusters/team',
        'clusters/team/history',
        'clusters/team/history/good.json',
      ]);
    },
  );
});
