import picomatch from 'picomatch/posix.js';
import { checkRelativePath, isWithin } from '../paths.ts';

/** A glob of `files.include` or `files.exclude`. A glob that matches a folder means everything in it. */
export interface PathGlob {
  /** As it was written. */
  readonly text: string;
  /** The folder or file that the glob names before its first wildcard; the empty string for none. */
  readonly base: string;
  /** True when its last part says more than "any file": only such a glob may bring a secret. */
  readonly names: boolean;
  matches(path: string): boolean;
}

/**
 * @param hidden whether wildcards match names with a leading dot
 * @throws SlipwayError `path.refused` for a glob that could leave the folder
 */
export function pathGlob(text: string, field: string, hidden: boolean): PathGlob {
  // Braces and groups are opened first, so that none of their choices leads out.
  checkRelativePath(text.replace(/[{}(),|]/g, '/').replace(/^\/+/, './'), field);
  const glob = checkRelativePath(text, field) || '**';
  const matcher = picomatch([glob, `${glob}/**`], { dot: hidden, nonegate: true });
  const { base, isGlob } = picomatch.scan(glob);
  const last = glob.slice(glob.lastIndexOf('/') + 1);
  return {
    text,
    base: isGlob ? base : glob,
    names: !/^[*.]*$/.test(last),
    matches: (path) => path === glob || matcher(path),
  };
}

/** True when the glob names this folder, or something in it, without a wildcard: then the folder is meant. */
export function leadsInto(glob: PathGlob, folder: string): boolean {
  return glob.base !== '' && isWithin(glob.base, folder);
}

/** True when the glob may match something in the folder. */
export function mayMatchIn(glob: PathGlob, folder: string): boolean {
  return leadsInto(glob, folder) || isWithin(folder, glob.base);
}
