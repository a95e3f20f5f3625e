/** The wire format that OpenSSH's key files and public key blobs are made of (RFC 4251, section 5). */

/** A string: its length, then its bytes. */
export function sshString(value: string | Uint8Array): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([sshNumber(bytes.length), bytes]);
}

export function sshNumber(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** Reads what others wrote: every answer is undefined once something does not fit. */
export class WireReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  number(): number | undefined {
    const start = this.#take(4);
    return start === undefined ? undefined : this.#bytes.readUInt32BE(start);
  }

  string(): Buffer | undefined {
    const length = this.number();
    if (length === undefined) return undefined;
    const start = this.#take(length);
    return start === undefined ? undefined : this.#bytes.subarray(start, start + length);
  }

  /** All that was not read yet. */
  rest(): Buffer {
    return this.#bytes.subarray(this.#at);
  }

  #take(length: number): number | undefined {
    if (length > this.#bytes.length - this.#at) {
      this.#at = this.#bytes.length;
      return undefined;
    }
    const start = this.#at;
    this.#at += length;
    return start;
  }
}
