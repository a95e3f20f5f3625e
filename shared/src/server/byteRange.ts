import type { ByteRange } from '../targets/index.ts';

export type RangeAnswer =
  | { readonly kind: 'whole' }
  | { readonly kind: 'part'; readonly range: ByteRange }
  /** Nothing of the file lies in it: 416. */
  | { readonly kind: 'outside' };

/**
 * What a `Range` header asks of a file (RFC 9110, 14.2). One range of bytes is served; several at once, other units and
 * what is malformed are answered with the whole file, as that text allows.
 */
export function chooseRange(header: string | undefined, bytes: number): RangeAnswer {
  const match = /^bytes=[ \t]*(\d*)-(\d*)[ \t]*$/i.exec(header ?? '');
  const first = match?.[1];
  const last = match?.[2];
  if (first === undefined || last === undefined || (first === '' && last === '')) return { kind: 'whole' };
  if (first === '') {
    const length = Math.min(Number(last), bytes);
    return length === 0 ? { kind: 'outside' } : { kind: 'part', range: { start: bytes - length, end: bytes } };
  }
  const start = Number(first);
  if (last !== '' && Number(last) < start) return { kind: 'whole' };
  if (start >= bytes) return { kind: 'outside' };
  return { kind: 'part', range: { start, end: last === '' ? bytes : Math.min(Number(last) + 1, bytes) } };
}
