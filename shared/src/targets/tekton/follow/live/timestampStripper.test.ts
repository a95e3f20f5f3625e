import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TimestampStripper } from './timestampStripper.ts';

const line = fc.record({
  ms: fc.nat(3_000).map((ms) => 1_764_000_000_000 + ms),
  content: fc.uint8Array({ maxLength: 60 }).map((bytes) => bytes.filter((byte) => byte !== 10)),
});

function strip(chunks: readonly Uint8Array[]): { bytes: Buffer; times: [number, number][] } {
  const stripper = new TimestampStripper();
  const pieces = chunks.flatMap((chunk) => stripper.push(chunk));
  stripper.end();
  const times: [number, number][] = [];
  let offset = 0;
  for (const { time, bytes } of pieces) {
    if (times.at(-1)?.[1] !== time) times.push([offset, time]);
    offset += bytes.length;
  }
  return { bytes: Buffer.concat(pieces.map(({ bytes }) => bytes)), times };
}

describe('taking the times off a log', () => {
  it('leaves its bytes, however it is cut', () => {
    fc.assert(
      fc.property(fc.array(line, { maxLength: 10 }), fc.boolean(), fc.array(fc.nat(2_000)), (lines, whole, cuts) => {
        const ends = (index: number) => (whole || index < lines.length - 1 ? '\n' : '');
        const stamped = Buffer.concat(
          lines.flatMap(({ ms, content }, index) => [
            Buffer.from(`${new Date(ms).toISOString().replace('Z', '123456Z')} `),
            content,
            Buffer.from(ends(index)),
          ]),
        );
        const plain = Buffer.concat(lines.flatMap(({ content }, index) => [content, Buffer.from(ends(index))]));
        const places = [...new Set([0, ...cuts.map((cut) => cut % (stamped.length + 1)), stamped.length])].sort(
          (one, other) => one - other,
        );
        const chunks = places.slice(0, -1).map((start, index) => stamped.subarray(start, places[index + 1]));
        const one = strip(chunks);
        const other = strip([...stamped].map((byte) => Uint8Array.of(byte)));
        expect(one.bytes.equals(plain)).toBe(true);
        expect(other.bytes.equals(plain)).toBe(true);
        expect(other.times).toEqual(one.times);
      }),
    );
  });

  it.each([
    'unable to retrieve container logs for containerd://abc',
    'no-time-here but words\n',
    '2026-13-45T99:00:00Z x\n',
    '2026-11-25',
    '\n',
  ])('refuses %j, which is no log', (text) => {
    for (const chunks of [[Buffer.from(text)], [...Buffer.from(text)].map((byte) => Uint8Array.of(byte))])
      expect(() => strip(chunks)).toThrow(expect.objectContaining({ code: 'cluster.protocol' }));
  });
});
