import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SlipwayError } from '../protocol/index.ts';
import { encodeFrame, FrameDecoder } from './frames.ts';

function decode(decoder: FrameDecoder, ...chunks: readonly Uint8Array[]): string[] {
  return chunks.flatMap((chunk) => [...decoder.push(chunk)]);
}

describe('frames', () => {
  it('come back whole and in order however the bytes are cut', () => {
    const messages = fc.array(fc.record({ text: fc.string({ unit: 'binary' }), value: fc.jsonValue() }));
    fc.assert(
      fc.property(messages, fc.array(fc.nat(400)), (sent, cuts) => {
        const bytes = Buffer.concat(sent.map(encodeFrame));
        const edges = [0, ...cuts.filter((cut) => cut < bytes.length).sort((a, b) => a - b), bytes.length];
        const chunks = edges.slice(1).map((end, index) => bytes.subarray(edges[index], end));
        const received = decode(new FrameDecoder(), ...chunks).map((text): unknown => JSON.parse(text));
        expect(received).toEqual(JSON.parse(JSON.stringify(sent)));
      }),
    );
  });

  it('come back whole when every byte comes alone, in the middle of characters too', () => {
    const sent = { text: 'a é 中文 🧬 \n end' };
    const bytes = encodeFrame(sent);
    const received = decode(new FrameDecoder(), ...Array.from(bytes, (byte) => Uint8Array.of(byte)));
    expect(received.map((text): unknown => JSON.parse(text))).toEqual([sent]);
  });

  it('skip empty lines and take a carriage return for white space', () => {
    const bytes = new TextEncoder().encode('\n\r\n{"a":1}\r\n\n');
    expect(decode(new FrameDecoder(), bytes).map((text): unknown => JSON.parse(text))).toEqual([{ a: 1 }]);
  });

  it('are refused above the limit before the line ends, and kept at the limit', () => {
    const decoder = new FrameDecoder(10);
    expect(decode(decoder, new TextEncoder().encode('0123456789\n'))).toEqual(['0123456789']);
    expect(() => decode(decoder, new TextEncoder().encode('012345'), new TextEncoder().encode('67890'))).toThrow(
      /longer than the 10 bytes/,
    );
  });

  it('before a broken one still arrive', () => {
    const decoder = new FrameDecoder();
    const received: string[] = [];
    const read = (): void => {
      const bytes = Uint8Array.from([...encodeFrame({ a: 1 }), 0x22, 0xff, 0x22, 0x0a]);
      for (const text of decoder.push(bytes)) received.push(text);
    };
    expect(read).toThrow(SlipwayError);
    expect(received).toEqual(['{"a":1}']);
  });
});
