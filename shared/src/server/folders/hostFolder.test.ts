import { describe, expect, it } from 'vitest';
import type { HostFiles } from '../session.ts';
import { hello, never, wire } from '../testing/wires.ts';
import { runNamed, standInCore } from '../testing/standInCore.ts';
import { createHostFolder } from './hostFolder.ts';

/** A host with files in memory. `answers` replaces what it says. */
function host(contents: Readonly<Record<string, Uint8Array>>, answers: Partial<HostFiles> = {}): HostFiles {
  return {
    'files/list': () =>
      Promise.resolve({
        entries: Object.entries(contents).map(([name, { length }]) => ({ name, kind: 'file' as const, bytes: length })),
      }),
    'files/stat': ({ path }) => {
      const content = contents[path];
      return Promise.resolve(content ? { kind: 'file', bytes: content.length } : { kind: 'missing', bytes: 0 });
    },
    'files/read': ({ path, offset, length }) =>
      Promise.resolve({ data: base64((contents[path] ?? new Uint8Array()).subarray(offset, offset + length)) }),
    ...answers,
  };
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

async function bytesOf(files: HostFiles, path: string): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of createHostFolder('f1', 'Drive', files).read(path, never)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const mebibyte = 1_048_576;

describe('a folder of a host', () => {
  it.each([0, 1, 1000, mebibyte - 1, mebibyte, mebibyte + 1, 3 * mebibyte])(
    'reads a file of %d bytes',
    async (bytes) => {
      const content = Buffer.alloc(bytes, 'abc');
      expect((await bytesOf(host({ 'a.bin': content }), 'a.bin')).equals(content)).toBe(true);
    },
  );

  it('never asks for more than 1 MiB at once', async () => {
    const asked: number[] = [];
    const plain = host({ a: Buffer.alloc(2_500_000) });
    const files = host(
      { a: Buffer.alloc(2_500_000) },
      {
        'files/read': (params, signal) => {
          asked.push(params.length);
          return plain['files/read'](params, signal);
        },
      },
    );
    await bytesOf(files, 'a');
    expect(Math.max(...asked)).toBe(mebibyte);
  });

  it('lists and has no path on this disk', async () => {
    const folder = createHostFolder('f1', 'Drive', host({ 'a b': new Uint8Array(3) }));
    expect(folder).toMatchObject({ label: 'Drive', diskPath: undefined });
    expect(await folder.list('', never)).toEqual([{ name: 'a b', kind: 'file', bytes: 3 }]);
    expect((await folder.stat('none', never)).kind).toBe('missing');
  });

  it.each(['..', '.', '', '../x', 'a/b', '/etc', 'a\0b'])('refuses the name %j', async (name) => {
    const entries = [{ name, kind: 'file' as const, bytes: 1 }];
    const folder = createHostFolder('f1', 'Drive', host({}, { 'files/list': () => Promise.resolve({ entries }) }));
    await expect(folder.list('', never)).rejects.toMatchObject({ code: 'protocol.invalid' });
  });

  it('refuses a name that comes twice and an answer of another shape', async () => {
    const twice = [1, 2].map((bytes) => ({ name: 'a', kind: 'file' as const, bytes }));
    const doubled = createHostFolder('f1', 'D', host({}, { 'files/list': () => Promise.resolve({ entries: twice }) }));
    await expect(doubled.list('', never)).rejects.toThrow(/twice/);
    const odd = JSON.parse('{"entries": [{"name": "a", "kind": "file", "bytes": -1}]}') as { entries: [] };
    const shapeless = createHostFolder('f1', 'D', host({}, { 'files/list': () => Promise.resolve(odd) }));
    await expect(shapeless.list('', never)).rejects.toMatchObject({ code: 'protocol.invalid' });
  });

  it.each(['../x', '/x', 'a/../b'])('does not even ask for %j', async (path) => {
    const asked: string[] = [];
    const files = host({}, { 'files/stat': (params) => Promise.reject(new Error(String(asked.push(params.path)))) });
    await expect(createHostFolder('f1', 'D', files).stat(path, never)).rejects.toMatchObject({ code: 'path.refused' });
    expect(asked).toEqual([]);
  });

  it.each([
    ['a shorter file', 10, 4],
    ['a longer file', 10, 40],
    ['a file without end', 10, 5 * mebibyte],
    ['an empty file', 10, 0],
  ])('notices %s than was said', async (_what, said, real) => {
    const files = host(
      { a: Buffer.alloc(real) },
      { 'files/stat': () => Promise.resolve({ kind: 'file', bytes: said }) },
    );
    await expect(bytesOf(files, 'a')).rejects.toMatchObject({ code: 'files.refused' });
  });

  it.each(['%%%', 'QQ', 'QUJD\n', base64(Buffer.alloc(mebibyte + 1))])(
    'refuses data that is not as asked',
    async (data) => {
      const files = host({ a: new Uint8Array(3) }, { 'files/read': () => Promise.resolve({ data }) });
      await expect(bytesOf(files, 'a')).rejects.toMatchObject({ code: 'protocol.invalid' });
    },
  );

  it('reads no folder as a file', async () => {
    const files = host({}, { 'files/stat': () => Promise.resolve({ kind: 'folder', bytes: 0 }) });
    await expect(bytesOf(files, 'a')).rejects.toMatchObject({ code: 'files.refused' });
  });

  it('works through a connection, cancel included', async () => {
    const content = Buffer.alloc(1_500_000, '中文');
    const core = standInCore((session) => ({
      'runs/get': async ({ run }, signal) => {
        if (session.hostFiles === undefined) throw new Error('no callbacks');
        const folder = createHostFolder('f1', 'Drive', session.hostFiles);
        let bytes = 0;
        for await (const chunk of folder.read(run, signal)) bytes += chunk.length;
        return runNamed(String(bytes));
      },
    }));
    const { client, log } = wire(core);
    let hang: () => void = () => undefined;
    const hanging = new Promise<void>((resolve) => (hang = resolve));
    const stopped: boolean[] = [];
    client.serveFiles({
      ...host({ big: content, slow: content }),
      'files/read': async (params, signal) => {
        if (params.path === 'big') return host({ big: content })['files/read'](params, signal);
        hang();
        return new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            stopped.push(true);
            reject(new Error('stopped'));
          });
        });
      },
    });
    await hello(client, true);
    expect((await client.request('runs/get', { run: 'big' }, never)).name).toBe('1500000');
    const controller = new AbortController();
    const reading = client.request('runs/get', { run: 'slow' }, controller.signal);
    await hanging;
    controller.abort();
    await expect(reading).rejects.toMatchObject({ code: 'cancelled' });
    await client.request('runs/list', {}, never);
    expect(stopped).toEqual([true]);
    expect(log).toEqual([]);
  });
});
