/** A part of a file that came before a cut. */
export interface Part {
  readonly bytes: number;
  /** Of those bytes, hexadecimal. */
  readonly sha256: string;
}

/**
 * Where to go on. Only behind a part that is the beginning of the file as it is now: its length says nothing, as the file may be another.
 * @param sourceHash of the file's first `part.bytes` bytes, hexadecimal
 */
export function resumeAt(part: Part, fileBytes: number, sourceHash: string | undefined): number {
  const fits = part.bytes > 0 && part.bytes <= fileBytes && part.sha256 !== '' && part.sha256 === sourceHash;
  return fits ? part.bytes : 0;
}
