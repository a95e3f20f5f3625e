import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SlipwayError } from '../../../../protocol/index.ts';
import { FrameParser, type FramePiece } from './frameParser.ts';

const frame = fc.record({
  path: fc.constantFrom('progress.jsonl', 'logs/notebook.log', 'logs/ü"\n.log'),
  offset: fc.nat(1_000_000),
  bytes: fc.uint8Array({ maxLength: 200 }),
  time: fc.nat(2_000_000_000_000),
});

function encode(frames: readonly FramePiece[]): Buffer {
  return Buffer.concat(
    frames.flatMap(({ path, offset, bytes, time }) => [
      Buffer.from(`${JSON.stringify({ path, offset, length: bytes.length, time })}\n`),
      bytes,
    ]),
  );
}

/** Joins what belongs together, so that cuts do not show. */
function join(pieces: readonly FramePiece[]): { path: string; offset: number; text: string; time: number }[] {
  const joined: { path: string; offset: number; text: string; time: number }[] = [];
  let end: FramePiece | undefined;
  for (const piece of pieces) {
    const last = joined.at(-1);
    const text = Buffer.from(piece.bytes).toString('latin1');
    const follows = end?.path === piece.path && end.offset + end.bytes.length === piece.offset;
    if (last !== undefined && follows && last.time === piece.time) last.text += text;
    else joined.push({ path: piece.path, offset: piece.offset, text, time: piece.time });
    end = piece;
  }
  return joined;
}

function parse(chunks: readonly Uint8Array[]): FramePiece[] {
  const parser = new FrameParser();
  return chunks.flatMap((chunk) => parser.push(chunk));
}

describe('frames', () => {
  it('come out the same however they are cut', () => {
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 8 }), fc.array(fc.nat(2_000)), (frames, cuts) => {
        const whole = encode(frames);
        const places = [...new Set([0, ...cuts.map((cut) => cut % (whole.length + 1)), whole.length])].sort(
          (one, other) => one - other,
        );
        const chunks = places.slice(0, -1).map((start, index) => whole.subarray(start, places[index + 1]));
        expect(join(parse(chunks))).toEqual(join(frames));
        expect(join(parse([...whole].map((byte) => Uint8Array.of(byte))))).toEqual(join(frames));
      }),
    );
  });

  it('hand an empty frame on as a sign of life', () => {
    const alive = { path: '', offset: 0, bytes: Uint8Array.of(), time: 7 };
    expect(parse([encode([alive, alive])])).toEqual([alive, alive]);
  });

  it.each([
    ['text', 'bash: python3: command not found\n'],
    ['a number', '17\n'],
    ['a list', '[]\n'],
    ['null', 'null\n'],
    ['no path', '{"offset":0,"length":1,"time":1}\n'],
    ['a negative offset', '{"path":"a","offset":-1,"length":1,"time":1}\n'],
    ['a fraction', '{"path":"a","offset":0.5,"length":1,"time":1}\n'],
    ['a huge length', '{"path":"a","offset":0,"length":16777217,"time":1}\n'],
    ['an end beyond all numbers', '{"path":"a","offset":9007199254740991,"length":1,"time":1}\n'],
    ['a time that is none', '{"path":"a","offset":0,"length":1,"time":"now"}\n'],
    ['an endless line', 'x'.repeat(5_000)],
  ])('refuse %s', (_, text) => {
    const refused = (chunks: readonly Uint8Array[]) => {
      try {
        parse(chunks);
        return undefined;
      } catch (error) {
        return SlipwayError.is(error) ? error.code : error;
      }
    };
    expect(refused([Buffer.from(text)])).toBe('cluster.protocol');
    expect(refused([...Buffer.from(text)].map((byte) => Uint8Array.of(byte)))).toBe('cluster.protocol');
  });

  it('never do anything but give pieces or refuse', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 300 })), (chunks) => {
        try {
          for (const piece of parse(chunks)) expect(piece.bytes.length).toBeLessThanOrEqual(300);
        } catch (error) {
          expect(SlipwayError.is(error, 'cluster.protocol')).toBe(true);
        }
      }),
    );
  });
});
