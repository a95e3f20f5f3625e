import { SlipwayError } from '../../protocol/index.ts';

/**
 * The parts of a path in a job's folder; none for the folder itself.
 * @throws SlipwayError `path.refused` for what is absolute, climbs, or has empty parts
 */
export function folderParts(path: string): readonly string[] {
  if (path === '') return [];
  const parts = path.split('/');
  if (parts.some((part) => !isPlainName(part))) {
    throw new SlipwayError('path.refused', `The path ${JSON.stringify(path)} is not a plain path inside the folder.`, {
      action: 'Name a file relative to the folder, without "..".',
    });
  }
  return parts;
}

/** True for a name that stays one name wherever it is put into a path. */
export function isPlainName(name: string): boolean {
  return name !== '' && name !== '.' && name !== '..' && !name.includes('/') && !name.includes('\0');
}

export function isCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && codes.includes(error.code);
}
