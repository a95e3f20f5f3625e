import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SlipwayError } from '../../protocol/index.ts';
import type { FolderEntry, JobFolder } from '../folder.ts';
import { memoryFolder } from '../testing/memoryFolder.ts';
import type { MemoryFile } from '../testing/memoryFolder.ts';
import { chooseCompanions, chooseFiles } from './chooseCompanions.ts';
import type { CompanionOptions } from './chooseCompanions.ts';

const signal = new AbortController().signal;

function choose(
  files: Readonly<Record<string, MemoryFile>>,
  options: Partial<CompanionOptions> = {},
): Promise<unknown> {
  return chooseCompanions(memoryFolder({ 'nb.ipynb': '', ...files }), { notebook: 'nb.ipynb', ...options }, signal);
}

describe('tests', () => {
  const tree = {
    'a.py': '',
    'tests/test_a.py': '',
    'tests/data/expected_output.html': '',
    'tests/data/in.ipynb': '',
    'tests/__pycache__/x.pyc': '',
  };

  async function split(
    files: Readonly<Record<string, MemoryFile>>,
    options: Partial<CompanionOptions>,
  ): Promise<[string[], string[]]> {
    const chosen = await chooseFiles(memoryFolder(files), { notebook: 'nb.ipynb', ...options }, signal);
    return [chosen.companions.files.map(({ path }) => path), chosen.testFiles.map(({ path }) => path)];
  }

  const testFiles = ['tests/data/expected_output.html', 'tests/data/in.ipynb', 'tests/test_a.py'];

  it.each([true, false])('travel apart from the companions (asked %s)', async (asked) => {
    expect(await split(tree, { tests: { path: 'tests', asked } })).toEqual([['a.py'], testFiles]);
  });

  it.each([true, false])('travel beside an include list (asked %s)', async (asked) => {
    expect(await split(tree, { tests: { path: 'tests', asked }, files: { include: ['a.py'] } })).toEqual([
      ['a.py'],
      testFiles,
    ]);
    const deep = Object.fromEntries(Object.keys(tree).map((path) => [`x/${path}`, '']));
    expect(await split(deep, { tests: { path: 'x/tests', asked }, files: { include: ['x/a.py'] } })).toEqual([
      ['x/a.py'],
      testFiles.map((path) => `x/${path}`),
    ]);
  });

  it('travel from an ignored folder only when they were asked for', async () => {
    const ignored = { ...tree, '.slipwayignore': 'tests/\n' };
    expect(await split(ignored, { tests: { path: 'tests', asked: true } })).toEqual([['a.py'], testFiles]);
    expect(await split(ignored, { tests: { path: 'tests', asked: false } })).toEqual([['a.py'], []]);
    const hidden = { '.ci/tests/test_a.py': '', '.ci/other.py': '', 'a.py': '' };
    expect(await split(hidden, { tests: { path: '.ci/tests', asked: true } })).toEqual([
      ['a.py'],
      ['.ci/tests/test_a.py'],
    ]);
  });

  it('still obey rules for single files', async () => {
    const files = { ...tree, '.slipwayignore': '*.ipynb\n', 'tests/.env': '' };
    expect((await split(files, { tests: { path: 'tests', asked: true } }))[1]).toEqual([
      'tests/data/expected_output.html',
      'tests/test_a.py',
    ]);
  });

  it('in the job folder itself are companions', async () => {
    expect(await split({ 'test_a.py': '', 'a.py': '' }, { tests: { path: '', asked: true } })).toEqual([
      ['a.py', 'test_a.py'],
      [],
    ]);
  });
});

describe('limits', () => {
  it('stops at too many files and names where they are', async () => {
    const files = Object.fromEntries(Array.from({ length: 12 }, (_, index) => [`data/${index}`, 'x']));
    const error = await choose(files, { limits: { files: 10 } }).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(SlipwayError);
    expect(error).toMatchObject({ code: 'files.refused', action: expect.stringContaining('.slipwayignore') as string });
    expect(String(error)).toContain('more than 10 files');
    expect(String(error)).toContain('"data/"');
  });

  it('stops at too many bytes', async () => {
    const error = await choose({ 'd/a': { bytes: 2 * 1024 ** 3 }, 'd/b': { bytes: 1 } }).catch(
      (caught: unknown) => caught,
    );
    expect(error).toMatchObject({
      code: 'files.refused',
      message: expect.stringContaining('more than 2.1 GB') as string,
    });
  });

  it('does not walk a home folder to its end', async () => {
    let lists = 0;
    const endless: JobFolder = {
      label: 'home',
      diskPath: undefined,
      list: () => {
        lists += 1;
        const names = Array.from({ length: 50 }, (_, index): FolderEntry => ({
          name: `d${index}`,
          kind: 'folder',
          bytes: 0,
        }));
        return Promise.resolve(names);
      },
      stat: () => Promise.resolve({ kind: 'folder', bytes: 0 }),
      read: () => {
        throw new Error('nothing is read');
      },
    };
    await expect(chooseCompanions(endless, { notebook: 'a.ipynb' }, signal)).rejects.toMatchObject({
      code: 'files.refused',
    });
    expect(lists).toBeLessThan(500);
  });

  it('stops when it is told to', async () => {
    const abort = new AbortController();
    const folder = memoryFolder({ 'a/b': '', 'c/d': '' });
    const list = folder.list.bind(folder);
    const stopping: JobFolder = {
      ...folder,
      list: (path, given) => {
        if (path === 'a') abort.abort();
        return list(path, path === 'a' ? signal : given);
      },
    };
    await expect(chooseCompanions(stopping, { notebook: 'nb.ipynb' }, abort.signal)).rejects.toMatchObject({
      name: 'AbortError',
    });
    expect(folder.listed).toEqual(['', 'a']);
  });
});

describe('whatever a folder says', () => {
  it('no path leaves it, comes twice, or is both taken and left', async () => {
    const name = fc.oneof(
      fc.constantFrom(
        '..',
        '.',
        '',
        'a',
        'b.py',
        '.git',
        '.env',
        'x_output.html',
        'tests',
        '.slipwayignore',
        'C:\\x',
        '..\\up',
        'a/b',
        '../up',
        '/abs',
        'n\0',
        'line\nbreak',
        '-x',
        '中',
      ),
      fc.string({ unit: 'binary', maxLength: 5 }),
    );
    const entry = fc.record({
      name,
      kind: fc.constantFrom<FolderEntry['kind']>('file', 'folder', 'link', 'other'),
      bytes: fc.nat(1e9),
    });
    const listing = fc.uniqueArray(entry, { selector: (found) => found.name, maxLength: 6 });
    const glob = fc.constantFrom('**', '*', 'a', 'tests/**', '*.py', '!*', '{a,b}*', '.*', 'a/**/b');
    await fc.assert(
      fc.asyncProperty(
        fc.array(listing, { minLength: 1, maxLength: 6 }),
        fc.option(fc.array(glob, { maxLength: 3 })),
        fc.array(glob, { maxLength: 1 }),
        async (listings, include, exclude) => {
          let turn = 0;
          const folder: JobFolder = {
            label: 'hostile',
            diskPath: undefined,
            list: () => {
              turn += 1;
              return Promise.resolve(listings[turn - 1] ?? []);
            },
            stat: () => Promise.resolve({ kind: 'folder', bytes: 0 }),
            read: async function* () {
              yield await Promise.resolve(new TextEncoder().encode('*.csv\n!a\n[\n\\\n'));
            },
          };
          const files = { ...(include !== null && { include }), exclude };
          try {
            const { companions, testFiles } = await chooseFiles(
              folder,
              { notebook: 'nb.ipynb', files, tests: { path: 'tests', asked: true } },
              signal,
            );
            const taken = [...companions.files, ...testFiles].map(({ path }) => path);
            expect(new Set(taken).size).toBe(taken.length);
            const left = new Set(companions.ignored.map(({ path }) => path));
            for (const path of taken) {
              expect(path).not.toMatch(/(^|[\\/])\.\.?([\\/]|$)|^[\\/]|^[A-Za-z]:|\0/);
              expect(path.split('/')).not.toContain('');
              expect(left.has(path)).toBe(false);
            }
          } catch (error) {
            expect(SlipwayError.is(error, 'files.refused')).toBe(true);
          }
        },
      ),
      { numRuns: 1000 },
    );
  });
});
