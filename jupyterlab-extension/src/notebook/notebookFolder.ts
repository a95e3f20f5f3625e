import { PathExt } from '@jupyterlab/coreutils';
import type { Folder } from '@slipway/shared/protocol';
import { diskPath } from './diskPath.ts';

/**
 * Where the files beside a notebook are: on the server's disk, or behind the contents API.
 * @param drive as the contents manager names it; empty for its own
 * @param localPath of the notebook in that drive
 * @param contentsRoot absolute, where the contents API shows a folder of the server's disk
 */
export function notebookFolder(drive: string, localPath: string, contentsRoot: string | undefined): Folder {
  const folder = PathExt.dirname(localPath);
  const path = diskPath(drive, folder, contentsRoot);
  if (path !== undefined) return { kind: 'disk', path };
  const id = drive === '' ? folder : `${drive}:${folder}`;
  return { kind: 'host', id, label: id === '' ? '/' : id };
}
