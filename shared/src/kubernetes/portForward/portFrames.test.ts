import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutAt } from '../bytes/testing/cuts.ts';
import { PortFrameReader } from './portFrames.ts';

const message = (channel: number, bytes: Uint8Array) => Uint8Array.from([channel, ...bytes]);

describe('the messages of a port-forward', () => {
  it('begin with the port on each channel', () => {
    const reader = new PortFrameReader();
    expect(reader.read(Uint8Array.of(0, 22, 0))).toEqual([{ kind: 'port', port: 22 }]);
    expect(reader.read(Uint8Array.of(1, 0x90, 0x1f))).toEqual([{ kind: 'port', port: 8080 }]);
    expect(reader.read(Uint8Array.of(0, 65, 66))).toEqual([{ kind: 'data', bytes: Uint8Array.of(65, 66) }]);
    expect(reader.read(Uint8Array.of(1, 67))).toEqual([{ kind: 'error', bytes: Uint8Array.of(67) }]);
  });

  it('are garbage on other channels', () => {
    expect(new PortFrameReader().read(Uint8Array.of())).toEqual([{ kind: 'garbage' }]);
    expect(new PortFrameReader().read(Uint8Array.of(4, 1))).toEqual([{ kind: 'garbage' }]);
  });

  it('are the same however they are cut', () => {
    fc.assert(
      fc.property(
        fc.nat(65_535),
        fc.uint8Array(),
        fc.array(fc.nat(60)),
        fc.constantFrom(0, 1),
        (port, bytes, cuts, channel) => {
          const reader = new PortFrameReader();
          const all = Uint8Array.from([port & 0xff, port >> 8, ...bytes]);
          const frames = cutAt(all, cuts).flatMap((piece) => reader.read(message(channel, piece)));
          expect(frames[0]).toEqual({ kind: 'port', port });
          const data = frames.slice(1).map((frame) => ('bytes' in frame ? frame.bytes : Uint8Array.of()));
          expect(Buffer.concat(data)).toEqual(Buffer.from(bytes));
          expect(frames.slice(1).every(({ kind }) => kind === (channel === 0 ? 'data' : 'error'))).toBe(true);
        },
      ),
    );
  });
});
