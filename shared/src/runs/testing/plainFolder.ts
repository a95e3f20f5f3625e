import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { JobFolder } from '../../jobs/index.ts';

/** A folder on disk without the care for links that the real one takes: for tests on files of their own. */
export function plainFolder(root: string): JobFolder {
  const statusOf = async (path: string) => {
    const status = await stat(join(root, path)).catch(() => undefined);
    if (status === undefined) return { kind: 'missing', bytes: 0 } as const;
    return status.isDirectory()
      ? ({ kind: 'folder', bytes: 0 } as const)
      : ({ kind: 'file', bytes: status.size } as const);
  };
  return {
    label: root,
    diskPath: root,
    list: async (path) => {
      const entries = await readdir(join(root, path), { withFileTypes: true });
      return Promise.all(
        entries.map(async (entry) => {
          const { bytes } = await statusOf(join(path, entry.name));
          return { name: entry.name, kind: entry.isDirectory() ? ('folder' as const) : ('file' as const), bytes };
        }),
      );
    },
    stat: statusOf,
    read: (path) => createReadStream(join(root, path)),
  };
}
