import type { Tree, TreeEntry } from './tree.ts';

/** The file system at the other end, however it is reached. Everything fails with a SlipwayError or a RemoteRefusal. */
export interface RemoteEnd {
  /**
   * Opens what a person named: absolute, below the home folder with `~/`, or relative to the workspace. Links in that path are followed,
   * none below it are.
   * @param make makes the folder where it is missing
   * @returns undefined where there is nothing
   */
  openRoot(path: string, make: boolean): Promise<RemoteRoot | undefined>;
  close(): void;
}

/** A folder at the other end, which nothing leaves; paths are relative to it. */
export interface RemoteRoot {
  /** Absolute. */
  readonly path: string;
  /** What the person named was no folder but this in it. */
  readonly name: string | undefined;
  /** How exactly times are known and kept there, ms: the rest is left off. */
  readonly timesMs: number;
  /**
   * @param options `only`: names at the top to look at; undefined: all. `prune`: folders that are listed and not looked into; where there
   * are such, hidden ones are neither. `keepsParts`: also old parts stay.
   */
  list(options: RemoteListing): Promise<Tree>;
  makeFolder(path: string, mode: number): Promise<void>;
  makeLink(path: string, target: string): Promise<void>;
  /** A file, a link, or an empty folder; false where it was not there, or not empty. */
  remove(path: string): Promise<boolean>;
  setTimes(path: string, facts: Pick<TreeEntry, 'mode' | 'mtimeMs'>): Promise<void>;
  /** SHA-256, hexadecimal; of the first `bytes` where given. */
  hash(path: string, bytes?: number): Promise<string>;
  /** What is there of a big file: the whole one, and the part that came before a cut. */
  part(path: string, bytes: number): Promise<RemotePart>;
  /** Resolves when the first piece may come. */
  put(file: PutFile): Promise<Put>;
  /** @param take told the pieces in order; the next one waits for it */
  get(file: GetFile, take: (piece: Buffer) => Promise<void> | void): Promise<Got>;
  space(): Promise<Space>;
}

export interface RemoteListing {
  readonly only: readonly string[] | undefined;
  readonly prune: readonly string[];
  readonly keepsParts: boolean;
}

export interface RemotePart {
  readonly found: Omit<TreeEntry, 'path'> | undefined;
  readonly bytes: number;
  /** Of those bytes. */
  readonly sha256: string;
}

export interface PutFile {
  readonly path: string;
  readonly bytes: number;
  readonly mode: number;
  readonly mtimeMs: number;
  /** The part that is there is kept up to here. */
  readonly offset: number;
  /** The part outlives a cut. */
  readonly resumable: boolean;
}

/** A file on its way to the other end. */
export interface Put {
  /** Resolves when more may come. */
  write(piece: Uint8Array): Promise<void>;
  /** @param sha256 of the whole file */
  finish(sha256: Buffer): Promise<void>;
  /** It is not what was announced: nothing of it stays. */
  abandon(): Promise<void>;
  /** Resolves when it has its final name; asked for once. */
  readonly stored: Promise<void>;
}

export interface GetFile {
  readonly path: string;
  /** As it was listed. */
  readonly bytes: number;
  readonly offset: number;
  /** Of the first `offset` bytes as they are here. */
  readonly sha256: string;
}

export interface Got {
  readonly bytes: number;
  readonly mode: number;
  readonly mtimeMs: number;
  /** Of the whole file. */
  readonly sha256: Buffer;
  /** False where it changed while it was read. */
  readonly whole: boolean;
}

export interface Space {
  readonly free: number;
  readonly total: number;
}

/** Why the other end did not do something. */
export type RefusalReason =
  | 'changed'
  | 'checksum'
  | 'part'
  | 'busy'
  | 'folder'
  | 'link'
  | 'path'
  | 'many'
  | 'space'
  | 'denied'
  | 'missing'
  | 'other';

/** Something about one file that the other end could not do; the session goes on. */
export class RemoteRefusal extends Error {
  readonly reason: RefusalReason;
  /** For `space`. */
  readonly space: Space | undefined;

  constructor(reason: RefusalReason, text: string, space?: Space) {
    super(text);
    this.name = 'RemoteRefusal';
    this.reason = reason;
    this.space = space;
  }
}
