import { SlipwayError } from '../protocol/index.ts';

const maxPathLength = 4096;

/** Why a path cannot be inside the job's folder, or undefined when it can. */
function refusal(path: string): string | undefined {
  if (path === '') return 'it is empty';
  if (path.length > maxPathLength) return `it is longer than ${maxPathLength} characters`;
  if (path.includes('\0')) return 'it contains a null character';
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(path)) return 'it is a URL';
  if (/^[a-z]:/i.test(path)) return 'it starts with a drive letter';
  if (/^[\\/]/.test(path)) return 'it is absolute';
  if (/^~[^\\/]*\//.test(path) || path === '~') return 'it starts in a home folder';
  if (path.split(/[\\/]/).includes('..')) return 'it leaves the folder with ".."';
  return undefined;
}

/**
 * Checks a path or glob that somebody wrote into a job, and returns it without `.` and empty segments. The folder
 * itself comes back as the empty string.
 * @param what names the field in the error: `notebook`, `files.include`.
 * @throws SlipwayError `path.refused`
 */
export function checkRelativePath(path: string, what: string): string {
  const plain = path
    .split('/')
    .filter((segment) => segment !== '' && segment !== '.')
    .join('/');
  // Without its "./" a path may turn out to start with a drive letter.
  const reason = refusal(path) ?? (plain === '' ? undefined : refusal(plain));
  if (reason === undefined) return plain;
  throw new SlipwayError('path.refused', `${what}: ${quoted(path)} is refused because ${reason}.`, {
    action: 'Give a path relative to the job folder, with forward slashes, to something inside it.',
  });
}

/** True for a name that a folder may list: one segment that cannot lead elsewhere on any system. */
export function isSafeName(name: string): boolean {
  return name !== '.' && !name.includes('/') && refusal(name) === undefined;
}

export function joinPath(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`;
}

/** The folder of a path; the empty string for a name alone. */
export function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** True when `path` is `folder` or lies under it. Everything lies under the empty path. */
export function isWithin(path: string, folder: string): boolean {
  return folder === '' || path === folder || path.startsWith(`${folder}/`);
}

/** A user's text for a message: on one line, in quotes, at most 80 characters. */
export function quoted(text: string): string {
  const characters = Array.from(text.slice(0, 200));
  return JSON.stringify(characters.length > 80 ? `${characters.slice(0, 79).join('')}…` : text);
}
