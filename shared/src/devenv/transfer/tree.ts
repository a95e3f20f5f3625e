import { createHash } from 'node:crypto';

/** What a file tree consists of, at either end of a transfer. */
export interface TreeEntry {
  /** Relative to the root of the transfer, with `/`; never empty, absolute or with `..`. */
  readonly path: string;
  /** `other`: a device, a socket, a pipe. */
  readonly kind: 'file' | 'folder' | 'link' | 'other';
  readonly bytes: number;
  /** Epoch ms, whole. */
  readonly mtimeMs: number;
  /** Permission bits. */
  readonly mode: number;
  /** Of a link. */
  readonly target?: string;
}

/** Something that stays where it is, and why. */
export interface Skipped {
  readonly path: string;
  readonly reason: string;
}

/** What was found below a root. */
export interface Tree {
  readonly entries: readonly TreeEntry[];
  readonly skipped: readonly Skipped[];
  /** Bytes in parts of files that are not whole yet. */
  readonly partBytes: number;
}

/** Beginning of the names of parts: files that are not whole yet. No listing shows them. */
export const partPrefix = '.slipway-part-';
/** The name of the part of a big file, by which every transfer finds it. @param path of the file */
export function partName(path: string): string {
  const name = createHash('sha256').update(path.slice(path.lastIndexOf('/') + 1));
  return `${partPrefix}${name.digest('hex').slice(0, 24)}`;
}
/** Parts that nobody went on with for so long are deleted when they are met. */
export const oldPartMs = 7 * 86_400_000;
/** Where looking at a tree stops: a transfer holds what it knows of every file in memory, some 200 bytes each. */
export const mostEntries = 1_000_000;
/** Smaller files go in one piece and are sent anew after a cut; larger ones go on where they were. */
export const wholeBytes = 262_144;

/**
 * Times are kept to the millisecond, and not every file system does so exactly.
 * @param exactMs how exactly the less exact end knows them; it leaves off the rest
 */
export function sameTime(a: number, b: number, exactMs = 1): boolean {
  return exactMs === 1 ? Math.abs(a - b) <= 1 : Math.floor(a / exactMs) === Math.floor(b / exactMs);
}
