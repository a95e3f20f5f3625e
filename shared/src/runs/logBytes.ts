/**
 * How many bytes at the end of `bytes[0, end)` begin a UTF-8 character without ending it: 0 to 3.
 * RFC 3629: the lead byte tells the length of the sequence.
 */
export function incompleteTail(bytes: Uint8Array, end: number): number {
  for (let back = 1; back <= 3 && back <= end; back += 1) {
    const byte = bytes[end - back] ?? 0;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) {
      const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
      return byte <= 0xf4 && length > back ? back : 0;
    }
  }
  return 0;
}

/** The largest place in (start, end] that does not split a UTF-8 character; `end` where there is none. */
export function cutAtCharacter(bytes: Uint8Array, start: number, end: number): number {
  const cut = end - incompleteTail(bytes, end);
  return cut > start ? cut : end;
}
