import { PathExt } from '@jupyterlab/coreutils';
import type { Folder } from '@slipway/shared/protocol';

/** Drives that show the server's own files under another name. */
const mirrorsOfDisk: ReadonlySet<string> = new Set(['', 'RTC']);

/**
 * Where the files beside a notebook are: on the server's disk, or behind the contents API.
 * @param drive as the contents manager names it; empty for its own
 * @param localPath of the notebook in that drive
 * @param contentsRoot absolute, where the contents API shows a folder of the server's disk
 */
export function notebookFolder(drive: string, localPath: string, contentsRoot: string | undefined): Folder {
  const folder = PathExt.dirname(localPath);
  if (contentsRoot !== undefined && mirrorsOfDisk.has(drive)) {
    return { kind: 'disk', path: folder === '' ? contentsRoot : `${contentsRoot.replace(/\/$/, '')}/${folder}` };
  }
  const id = drive === '' ? folder : `${drive}:${folder}`;
  return { kind: 'host', id, label: id === '' ? '/' : id };
}
