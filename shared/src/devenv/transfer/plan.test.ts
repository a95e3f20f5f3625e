import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Ledger } from './ledger.ts';
import { foldedNames, plainNames } from './names.ts';
import { planTransfer, type PlanOptions } from './plan.ts';
import type { Skipped, Tree, TreeEntry } from './tree.ts';

const file = (path: string, more: Partial<TreeEntry> = {}): TreeEntry => ({
  path,
  kind: 'file',
  bytes: 10,
  mtimeMs: 1_000_000,
  mode: 0o644,
  ...more,
});
const folder = (path: string): TreeEntry => file(path, { kind: 'folder', mode: 0o755 });
const link = (path: string, target: string): TreeEntry => file(path, { kind: 'link', target });
const tree = (entries: readonly TreeEntry[], skipped: readonly Skipped[] = []): Tree => ({
  entries,
  skipped,
  partBytes: 0,
});
const plan = (source: Tree, destination: Tree, options: Partial<PlanOptions> = {}) =>
  planTransfer(source, destination, { delete: false, names: plainNames, ignored: () => undefined, ...options });
const pathsOf = (entries: readonly TreeEntry[]): string[] => entries.map(({ path }) => path);

describe('what a transfer does', () => {
  it('sends what is missing, or has another size; asks where only the time differs', () => {
    const source = tree([
      folder('a'),
      file('a/new'),
      file('longer', { bytes: 11 }),
      file('later', { mtimeMs: 5_000 }),
      file('same'),
    ]);
    const made = plan(source, tree([file('longer'), file('later'), file('same')]));
    expect(pathsOf(made.folders)).toEqual(['a']);
    expect(pathsOf(made.files)).toEqual(['a/new', 'longer']);
    expect(pathsOf(made.doubtful)).toEqual(['later']);
    expect(made.unchangedFiles).toBe(1);
  });

  it('takes times as the same that differ by a rounding, and changes modes alone', () => {
    const made = plan(tree([file('a', { mode: 0o755, mtimeMs: 1_000_001 })]), tree([file('a')]));
    expect(made).toMatchObject({ files: [], doubtful: [], unchangedFiles: 1, modes: [{ path: 'a', mode: 0o755 }] });
  });

  it('takes times as the same that differ by what an end cannot keep', () => {
    const source = tree([file('a', { mtimeMs: 7_999 }), file('b', { mtimeMs: 8_000 }), file('c', { mtimeMs: -1 })]);
    const there = tree(['a', 'b', 'c'].map((path) => file(path, { mtimeMs: path === 'c' ? 0 : 7_000 })));
    expect(pathsOf(plan(source, there, { timesMs: 1_000 }).doubtful)).toEqual(['b', 'c']);
    expect(pathsOf(plan(source, there).doubtful)).toEqual(['a', 'b']);
  });

  it('puts nothing where something else is, and tells of the outermost', () => {
    const source = tree([folder('a'), folder('a/b'), file('a/b/c'), file('d'), link('e', 'd')]);
    const made = plan(source, tree([link('a', '/etc'), folder('d'), folder('e')]));
    expect(made).toMatchObject({ folders: [], files: [], links: [] });
    expect(made.skipped).toEqual([
      { path: 'a', reason: 'a link is in its place' },
      { path: 'd', reason: 'a folder is in its place' },
      { path: 'e', reason: 'a folder is in its place' },
    ]);
  });

  it('leaves devices and links that lead out, and what lies in what no folder is', () => {
    const source = tree([link('out', '../x'), file('out/passwd'), file('pipe', { kind: 'other' })]);
    expect(plan(source, tree([]))).toMatchObject({
      files: [],
      links: [],
      skipped: [
        { path: 'out', reason: 'it is a link that leads out' },
        { path: 'pipe', reason: 'it is a device, a socket or a pipe' },
      ],
    });
  });

  it('takes the first of names that the destination does not tell apart', () => {
    const source = tree([file('Data'), folder('data'), file('data/x')]);
    const made = plan(source, tree([]), { names: foldedNames });
    expect(pathsOf(made.files)).toEqual(['Data']);
    expect(made.skipped).toEqual([{ path: 'data', reason: 'its name is the same as that of Data there' }]);
  });

  it('deletes inner things first, and neither what rules leave alone nor what could not be looked at', () => {
    const destination = tree([
      folder('old'),
      file('old/a'),
      folder('kept'),
      folder('kept/.git'),
      file('kept/.git/x'),
      folder('unread'),
      file('unread/a'),
      file('here'),
    ]);
    const made = plan(tree([file('here')], [{ path: 'unread', reason: 'permission denied' }]), destination, {
      delete: true,
      ignored: (path, kind) => (kind === 'folder' && path.endsWith('.git') ? 'version control' : undefined),
    });
    expect(made.deletions).toEqual(['old/a', 'old']);
    expect(plan(tree([]), destination).deletions).toEqual([]);
  });

  const anyPath = fc
    .array(
      fc.oneof(fc.constantFrom('a', 'b', '..', '.', '', 'A', '-rf', 'x\ny', 'n\0l'), fc.string({ maxLength: 4 })),
      { minLength: 1, maxLength: 4 },
    )
    .map((parts) => parts.join('/'));
  const anyEntry = fc
    .record({ path: anyPath, kind: fc.constantFrom('file', 'folder', 'link', 'other'), target: anyPath })
    .map(({ path, kind, target }) => file(path, { kind, ...(kind === 'link' && { target }) }));

  it('never writes outside, nor through anything but a folder of the source, whatever is listed', () => {
    fc.assert(
      fc.property(fc.array(anyEntry, { maxLength: 12 }), fc.array(anyEntry, { maxLength: 6 }), (source, there) => {
        const made = plan(tree(source), tree(there), { delete: true });
        const folders = new Set([
          ...pathsOf(made.folders),
          ...there.filter(({ kind }) => kind === 'folder').map(({ path }) => path),
        ]);
        for (const { path } of [...made.files, ...made.doubtful, ...made.links, ...made.folders]) {
          const parts = path.split('/');
          expect(parts.some((part) => part === '' || part === '.' || part === '..' || part.includes('\0'))).toBe(false);
          for (let depth = 1; depth < parts.length; depth++) expect(folders).toContain(parts.slice(0, depth).join('/'));
        }
        for (const path of made.deletions) expect(pathsOf(source)).not.toContain(path);
      }),
    );
  });

  /** What grows with the square of the number of files does not end within the test's time. */
  it('takes a hundred thousand files: each is in one place of the plan', () => {
    const folders = Array.from({ length: 1_000 }, (_, index) => `d${index % 100}/e${index}`);
    const outer = Array.from({ length: 100 }, (_, index) => folder(`d${index}`));
    const all = folders.flatMap((path) => Array.from({ length: 100 }, (_, index) => `${path}/file-${index}`));
    const source = tree([...outer, ...folders.map(folder), ...all.map((path) => file(path))]);
    const later = { mtimeMs: 5_000 };
    const found = all.flatMap((path, index) => (index % 4 === 0 ? [] : [file(path, index % 4 === 1 ? later : {})]));
    const extra = all.map((path) => file(`${path}.old`));
    const destination = tree([...outer, ...folders.map(folder), ...found, ...extra]);
    const made = plan(source, destination, { delete: true, names: foldedNames });
    expect(made).toMatchObject({ folders: [], links: [], modes: [], skipped: [], unchangedFiles: 50_000 });
    expect([made.files.length, made.doubtful.length, made.deletions.length]).toEqual([25_000, 25_000, 100_000]);
    const gone = plan(tree([]), destination, { delete: true }).deletions;
    expect(new Set(gone).size).toBe(destination.entries.length);
    const places = new Map(gone.map((path, index) => [path, index]));
    for (const path of folders) expect(places.get(path)).toBeLessThan(places.get(path.split('/')[0] ?? '') ?? 0);

    const ledger = new Ledger();
    for (const isSecondTry of [false, true]) {
      ledger.begin();
      if (!isSecondTry) ledger.expect(made.files);
      for (const entry of made.files) {
        if (isSecondTry) ledger.confirmSent(0, entry);
        else ledger.sent(0, entry);
      }
      ledger.skip(extra.map(({ path }) => ({ path, reason: 'x' })));
      ledger.unchanged(made.unchangedFiles + (isSecondTry ? made.files.length : 0), 0);
    }
    const outcome = ledger.outcome(1);
    expect(outcome).toMatchObject({ files: 25_000, bytes: 250_000, unchangedFiles: 50_000 });
    expect(outcome.skipped).toHaveLength(1_001);
    expect(outcome.skipped.at(-1)).toEqual({ path: '…', reason: '99000 more' });
  });
});
