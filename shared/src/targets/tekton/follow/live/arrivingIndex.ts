import { artifactIndexSchema, type Artifact } from '../../../../protocol/index.ts';

/** 10,000 artifacts take some 2 MiB; what is longer is read when it is asked for. */
const mostBytes = 16 * 1024 * 1024;

/** The index of a run's artifacts, as it comes in pieces at the end of following. */
export class ArrivingIndex {
  #parts: Uint8Array[] = [];
  #size = 0;

  add(offset: number, bytes: Uint8Array): void {
    if (offset === 0) {
      this.#parts = [];
      this.#size = 0;
    }
    // A gap: what came is of no use any more, and the next piece has a gap before it, too.
    if (offset !== this.#size || offset + bytes.length > mostBytes) return;
    // The bytes are the caller's only for now.
    this.#parts.push(Buffer.from(bytes));
    this.#size += bytes.length;
  }

  /** Undefined where none came, or none that can be read. */
  artifacts(): readonly Artifact[] | undefined {
    if (this.#size === 0) return undefined;
    try {
      const parsed = artifactIndexSchema.safeParse(JSON.parse(Buffer.concat(this.#parts).toString('utf8')));
      return parsed.success ? parsed.data.artifacts : undefined;
    } catch {
      return undefined; // No JSON.
    }
  }
}
