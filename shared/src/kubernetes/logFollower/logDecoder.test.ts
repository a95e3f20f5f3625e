import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutAt } from '../bytes/testing/cuts.ts';
import { LogDecoder, parseStamp, type DecodedLine } from './logDecoder.ts';

const decode = (bytes: Uint8Array, cuts: readonly number[], maxBytes?: number): DecodedLine[] => {
  const decoder = new LogDecoder(maxBytes);
  return [...cutAt(bytes, cuts).flatMap((chunk) => decoder.push(chunk)), ...decoder.end()];
};
const words = (line: DecodedLine) =>
  line.kind === 'notice'
    ? line.text
    : `${line.stamp.text}|${Buffer.from(line.bytes).toString('latin1')}|${line.partial}`;

describe('a timestamp', () => {
  it.each([
    ['2026-11-25T19:40:00.123456789Z', 1_795_635_600, 123_456_789],
    ['2026-11-25T19:40:00.1Z', 1_795_635_600, 100_000_000],
    ['2026-11-25T19:40:00Z', 1_795_635_600, 0],
    ['2026-11-25T21:40:00.000000001+02:00', 1_795_635_600, 1],
  ])('%s', (text, second, nanosecond) => {
    expect(parseStamp(text)).toEqual({ second, nanosecond, text });
  });

  it.each(['', 'x', '2026-13-45T19:40:00Z', '2026-11-25 19:40:00Z', '2026-11-25T19:40:00.1234567890Z'])(
    'is not %j',
    (text) => {
      expect(parseStamp(text)).toBeUndefined();
    },
  );
});

describe('a log with timestamps', () => {
  it('is lines with their time, however it was cut', () => {
    const content = fc.stringMatching(/^[ -~]{0,12}$/);
    fc.assert(
      fc.property(fc.array(content), fc.array(fc.nat(2_000)), (contents, cuts) => {
        const text = contents.map(
          (each, index) => `2026-11-25T19:40:00.${String(index + 1).padStart(9, '0')}Z ${each}\n`,
        );
        expect(decode(Buffer.from(text.join('')), cuts).map(words)).toEqual(
          text.map((line, index) => `${line.slice(0, 30)}|${contents[index] ?? ''}|false`),
        );
      }),
    );
  });

  it('keeps bytes as they are, and an empty line', () => {
    const log = Buffer.concat([
      Buffer.from('2026-11-25T19:40:00Z '),
      Buffer.from([0xff, 0, 13]),
      Buffer.from('\n2026-11-25T19:40:00Z \n'),
    ]);
    expect(decode(log, [3, 22]).map(words)).toEqual([
      '2026-11-25T19:40:00Z|\xff\0\r|false',
      '2026-11-25T19:40:00Z||false',
    ]);
  });

  it('marks the parts of a line that is too long', () => {
    const log = Buffer.from(`2026-11-25T19:40:00Z ${'x'.repeat(100)}\n2026-11-25T19:40:01Z y\n`);
    const lines = decode(log, [10, 50], 20).filter((line) => line.kind === 'line');
    expect(lines.map(({ offset, partial, bytes }) => [offset, partial, bytes.length])).toEqual([
      [0, true, 35],
      [35, true, 56],
      [91, false, 9],
      [0, false, 1],
    ]);
  });

  it('tells what the kubelet says', () => {
    expect(decode(Buffer.from('unable to retrieve container logs for containerd://1\n'), [])).toEqual([
      { kind: 'notice', text: 'unable to retrieve container logs for containerd://1' },
    ]);
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.array(fc.nat(200)), (bytes, cuts) => {
        expect(decode(bytes, cuts, 10)).toEqual(decode(bytes, [], 10));
      }),
    );
  });
});
