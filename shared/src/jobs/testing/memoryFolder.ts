import type { FolderEntry, JobFolder } from '../folder.ts';

/** What a test puts into a folder: content, a size without content, a link that leaves the folder, or a device. */
export type MemoryFile = string | Uint8Array | { readonly bytes: number } | { readonly kind: 'link' | 'other' };

export interface MemoryFolder extends JobFolder {
  /** Paths that were listed and read, in order: what a test looks at to see what was touched. */
  readonly listed: string[];
  readonly reads: string[];
}

/** A folder in memory, keyed by relative path. A path that ends with `/` is an empty folder. */
export function memoryFolder(files: Readonly<Record<string, MemoryFile>>, label = 'memory'): MemoryFolder {
  const content = new Map(Object.entries(files));
  const listed: string[] = [];
  const reads: string[] = [];
  return {
    label,
    diskPath: undefined,
    listed,
    reads,
    list(path, signal) {
      signal.throwIfAborted();
      listed.push(path);
      const prefix = path === '' ? '' : `${path}/`;
      const entries = new Map<string, FolderEntry>();
      for (const [key, file] of content) {
        if (!key.startsWith(prefix) || key === prefix) continue;
        const [name = '', ...deeper] = key.slice(prefix.length).split('/');
        entries.set(name, deeper.length > 0 ? { name, kind: 'folder', bytes: 0 } : { name, ...describe(file) });
      }
      return Promise.resolve([...entries.values()]);
    },
    stat(path, signal) {
      signal.throwIfAborted();
      const file = content.get(path);
      if (file !== undefined) return Promise.resolve(describe(file));
      const isFolder = path === '' || [...content.keys()].some((key) => key.startsWith(`${path}/`));
      return Promise.resolve({ kind: isFolder ? 'folder' : 'missing', bytes: 0 });
    },
    async *read(path, signal) {
      await Promise.resolve();
      signal.throwIfAborted();
      reads.push(path);
      const file = content.get(path);
      if (typeof file === 'string') yield new TextEncoder().encode(file);
      else if (file instanceof Uint8Array) yield file;
      else throw new Error(`${path} has no content in this test`);
    },
  };
}

function describe(file: MemoryFile): { kind: FolderEntry['kind']; bytes: number } {
  if (typeof file === 'string') return { kind: 'file', bytes: new TextEncoder().encode(file).byteLength };
  if (file instanceof Uint8Array) return { kind: 'file', bytes: file.byteLength };
  return 'kind' in file ? { kind: file.kind, bytes: 0 } : { kind: 'file', bytes: file.bytes };
}
