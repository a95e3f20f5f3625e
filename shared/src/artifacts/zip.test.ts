import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { collect, readZip } from './testing/readZip.ts';
import { safeEntryName, type ZipEntry, zipEntries } from './zip.ts';

const never = new AbortController().signal;
const time = new Date(Date.UTC(2026, 10, 21));

/** Counts which entries are open, and how many bytes they gave. */
class Source {
  open = 0;
  mostOpen = 0;
  given = 0;

  entry(path: string, chunks: number, chunkBytes = 10, after?: () => Promise<void>): ZipEntry {
    return {
      path,
      stored: true,
      open: (signal) => Promise.resolve(this.#content(chunks, chunkBytes, after, signal)),
    };
  }

  async *#content(chunks: number, chunkBytes: number, after: (() => Promise<void>) | undefined, signal: AbortSignal) {
    this.mostOpen = Math.max(this.mostOpen, ++this.open);
    try {
      for (let left = chunks; left > 0; left--) {
        signal.throwIfAborted();
        await Promise.resolve();
        this.given += chunkBytes;
        yield new Uint8Array(chunkBytes).fill(97);
      }
      await after?.();
    } finally {
      this.open--;
    }
  }
}

describe('zipEntries', () => {
  it('packs what it is given, in that order, compressed unless told otherwise', async () => {
    const text = new TextEncoder().encode('text\n'.repeat(1000));
    const entries: ZipEntry[] = ['output/b.txt', 'output/a.png', 'work/leer'].map((path) => ({
      path,
      stored: path.endsWith('.png'),
      open: () => Promise.resolve(chunksOf(path === 'work/leer' ? [] : [text])),
    }));
    const zip = await collect(zipEntries(entries, time, never));
    const members = readZip(zip);
    expect(members.map(({ name, stored }) => [name, stored])).toEqual([
      ['output/b.txt', false],
      ['output/a.png', true],
      ['work/leer', false],
    ]);
    const written = 'text\n'.repeat(1000);
    expect(members.map(({ content }) => content.toString())).toEqual([written, written, '']);
    expect(zip.equals(await collect(zipEntries(entries, time, never)))).toBe(true);
  });

  it('packs nothing into an empty zip file', async () => {
    expect(readZip(await collect(zipEntries([], time, never)))).toEqual([]);
  });

  it('packs 10,000 files with one open at a time', async () => {
    const source = new Source();
    const entries = Array.from({ length: 10_000 }, (_, at) => source.entry(`work/part-${at}`, 1));
    const members = readZip(await collect(zipEntries(entries, time, never)));
    expect(members).toHaveLength(10_000);
    expect(members[9_999]?.name).toBe('work/part-9999');
    expect(source.mostOpen).toBe(1);
    expect(source.open).toBe(0);
  });

  it('reads no further ahead than a little when nobody takes the bytes', async () => {
    const source = new Source();
    const chunk = 64 * 1024;
    let taken = 0;
    let furthest = 0;
    for await (const bytes of zipEntries([source.entry('big', 1024, chunk)], time, never)) {
      taken += bytes.byteLength;
      furthest = Math.max(furthest, source.given - taken);
      if (taken < 4 * chunk) await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(taken).toBeGreaterThan(1024 * chunk);
    expect(furthest).toBeLessThan(32 * chunk);
  });

  it('closes everything when its reader leaves', async () => {
    const source = new Source();
    const reading = zipEntries([source.entry('a', 1e6, 65_536), source.entry('b', 1)], time, never);
    while (source.open === 0) await reading.next();
    await reading.return();
    expect(source.open).toBe(0);
  });

  it('closes everything on abort, also while an entry is stuck, and rejects with the reason', async () => {
    const source = new Source();
    const controller = new AbortController();
    const untilAborted = () =>
      new Promise<void>((_resolve, reject) => {
        controller.signal.addEventListener('abort', () => reject(new Error('stopped')));
      });
    const stuck = source.entry('stuck', 1, 10, untilAborted);
    const reading = collect(zipEntries([stuck], time, controller.signal));
    while (source.open === 0) await new Promise((resolve) => setImmediate(resolve));
    const reason = new Error('the person went away');
    controller.abort(reason);
    await expect(reading).rejects.toBe(reason);
    expect(source.open).toBe(0);
  });

  it('opens nothing when it was aborted before', async () => {
    const source = new Source();
    await expect(
      collect(zipEntries([source.entry('a', 1)], time, AbortSignal.abort(new Error('before')))),
    ).rejects.toThrow('before');
    expect(source.mostOpen).toBe(0);
  });

  it('fails with the error of an entry, so that half a zip file is never taken for a whole one', async () => {
    const source = new Source();
    const gone: ZipEntry = { path: 'gone', stored: false, open: () => Promise.reject(new Error('it is gone')) };
    const breaks = source.entry('breaks', 1, 10, () => Promise.reject(new Error('read error')));
    await expect(collect(zipEntries([source.entry('a', 1), gone], time, never))).rejects.toThrow('it is gone');
    await expect(collect(zipEntries([breaks, source.entry('b', 1)], time, never))).rejects.toThrow('read error');
    expect(source.open).toBe(0);
  });

  it('gives entries that would be unpacked over each other names of their own', async () => {
    const source = new Source();
    const paths = ['a/x.txt', 'a//x.txt', 'A/X.txt', 'a\\x.txt', 'a_x.txt', 'a/b', './a/b'];
    const members = readZip(
      await collect(
        zipEntries(
          paths.map((path) => source.entry(path, 1)),
          time,
          never,
        ),
      ),
    );
    expect(members.map(({ name }) => name)).toEqual([
      'a/x.txt',
      'a/x (2).txt',
      'A/X (3).txt',
      'a_x.txt',
      'a_x (2).txt',
      'a/b',
      'a/b (2)',
    ]);
  });
});

describe('safeEntryName', () => {
  it.each([
    ['output/analysis_output.html', 'output/analysis_output.html'],
    ['output/中文 (1).png', 'output/中文 (1).png'],
    ['/etc/passwd', 'etc/passwd'],
    ['../../etc/passwd', '__/__/etc/passwd'],
    ['C:\\Windows\\x', 'C__Windows_x'],
    ['work/nul.txt', 'work/_nul.txt'],
    ['work/a\nb', 'work/a_b'],
    ['work/dots...', 'work/dots___'],
    ['-rf', '-rf'],
    ['', '_'],
    ['///', '_'],
  ])('makes %j to %j', (path, name) => {
    expect(safeEntryName(path)).toBe(name);
  });

  it('never leaves the folder into which it is unpacked, on any system', () => {
    const segment = fc.oneof(
      fc.constantFrom('..', '.', '', 'C:', '\\', '~', 'con', 'a. '),
      fc.string({ unit: 'binary' }),
    );
    fc.assert(
      fc.property(
        fc.array(segment).map((parts) => parts.join('/')),
        (path) => {
          const name = safeEntryName(path);
          expect(name).not.toMatch(/^\/|\\|:|\p{Cc}|\p{Cs}/u);
          for (const part of name.split('/')) {
            expect(part).not.toBe('');
            expect(part).not.toMatch(/^\.+$|[. ]$/);
          }
          expect(safeEntryName(name)).toBe(name);
        },
      ),
    );
  });
});

async function* chunksOf(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array, void, undefined> {
  await Promise.resolve();
  yield* chunks;
}
