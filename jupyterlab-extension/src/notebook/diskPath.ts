/** Drives that show the server's own files under another name. */
const mirrorsOfDisk: ReadonlySet<string> = new Set(['', 'RTC']);

/**
 * Where a file or folder of the contents manager is on the server's disk; undefined where it is on none.
 * @param drive as the contents manager names it; empty for its own
 * @param localPath in that drive
 * @param contentsRoot absolute, where the contents API shows a folder of the server's disk
 */
export function diskPath(drive: string, localPath: string, contentsRoot: string | undefined): string | undefined {
  if (contentsRoot === undefined || !mirrorsOfDisk.has(drive)) return undefined;
  const path = localPath.replace(/^\/+/, '');
  return path === '' ? contentsRoot : `${contentsRoot.replace(/\/$/, '')}/${path}`;
}
