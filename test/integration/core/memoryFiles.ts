import type { HostFiles } from '../../../shared/src/server/index.ts';

/** A host's folder that exists in memory only, as an editor's virtual file system has it. */
export function memoryFiles(files: Readonly<Record<string, string>>): HostFiles {
  const under = (path: string): string => (path === '' ? '' : `${path}/`);
  const isFolder = (path: string): boolean =>
    path === '' || Object.keys(files).some((name) => name.startsWith(under(path)));
  const bytesOf = (path: string): number => Buffer.byteLength(files[path] ?? '');
  return {
    'files/list': ({ path }) => {
      const names = Object.keys(files)
        .filter((name) => name.startsWith(under(path)))
        .map((name) => name.slice(under(path).length).split('/')[0] ?? '');
      const entries = [...new Set(names)].map((name) => {
        const full = under(path) + name;
        return { name, kind: full in files ? ('file' as const) : ('folder' as const), bytes: bytesOf(full) };
      });
      return Promise.resolve({ entries });
    },
    'files/stat': ({ path }) => {
      const kind = path in files ? 'file' : isFolder(path) ? 'folder' : 'missing';
      return Promise.resolve({ kind, bytes: bytesOf(path) });
    },
    'files/read': ({ path, offset, length }) => {
      const content = Buffer.from(files[path] ?? '');
      return Promise.resolve({ data: content.subarray(offset, offset + length).toString('base64') });
    },
  };
}
