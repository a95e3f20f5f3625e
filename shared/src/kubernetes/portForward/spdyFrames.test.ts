import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutAt } from '../bytes/testing/cuts.ts';
import {
  dataFrames,
  dataHeader,
  finFrame,
  pingFrame,
  SpdyFrameReader,
  synStreamFrame,
  type SpdyFrame,
} from './spdyFrames.ts';

const read = (...pieces: readonly Uint8Array[]): SpdyFrame[] => {
  const reader = new SpdyFrameReader();
  return pieces.flatMap((piece) => reader.read(piece));
};

/** Data of one stream as one frame, however it came. */
const joined = (frames: readonly SpdyFrame[]): SpdyFrame[] =>
  frames.reduce<SpdyFrame[]>((all, frame) => {
    const last = all.at(-1);
    if (frame.kind !== 'data') return [...all, frame];
    if (last?.kind !== 'data' || last.stream !== frame.stream) return [...all, frame];
    return [...all.slice(0, -1), { ...last, bytes: Buffer.concat([last.bytes, frame.bytes]) }];
  }, []);

describe('a stream that is opened', () => {
  const headers = { streamtype: 'data', port: '22' };

  it('names its headers without compressing them', () => {
    const frame = synStreamFrame(3, headers, { isFirst: true });
    expect(frame.subarray(0, 4)).toEqual(Buffer.from([0x80, 3, 0, 1]));
    expect(frame.readUIntBE(5, 3)).toBe(frame.length - 8);
    expect(frame.readUInt32BE(8)).toBe(3);
    // The Adler-32 of SPDY/3's dictionary.
    expect(frame.subarray(18, 24).toString('hex')).toBe('78bbe3c6a7c2');
    const block = frame.subarray(29, -5);
    expect(frame.subarray(24, 29)).toEqual(Buffer.from([0, block.length, 0, ~block.length & 0xff, 0xff]));
    expect(block.toString('latin1')).toBe('\0\0\0\x02\0\0\0\x0astreamtype\0\0\0\x04data\0\0\0\x04port\0\0\0\x0222');
  });

  it('begins the compression once for each connection', () => {
    const [first, second] = [true, false].map((isFirst) => synStreamFrame(3, headers, { isFirst }));
    expect((first?.length ?? 0) - (second?.length ?? 0)).toBe(6);
  });
});

describe('data that is written', () => {
  it('is the same at the other end, whatever pieces it comes in, in few frames', () => {
    const pieces = fc.array(fc.oneof(fc.nat(40), fc.nat(200_000)).map((bytes) => Buffer.alloc(bytes, bytes % 251)));
    fc.assert(
      fc.property(pieces, (data) => {
        const all = Buffer.concat(data);
        const wire = dataFrames(3, data);
        const carried: SpdyFrame[] = all.length === 0 ? [] : [{ kind: 'data', stream: 3, bytes: all }];
        expect(joined(read(...wire))).toEqual(carried);
        const headers = Buffer.concat(wire).length - all.length;
        expect(headers).toBe(8 * Math.ceil(all.length / 65_536));
      }),
      { numRuns: 40 },
    );
  });
});

describe('what the other side says', () => {
  it.each<[string, Buffer, SpdyFrame[]]>([
    [
      'data of a stream',
      Buffer.concat([dataHeader(3, 2), Buffer.from('hi')]),
      [{ kind: 'data', stream: 3, bytes: Buffer.from('hi') }],
    ],
    ['the end of a stream', finFrame(3), [{ kind: 'end', stream: 3 }]],
    ['an empty piece', dataHeader(3, 0), []],
    ['a ping', pingFrame(2), [{ kind: 'ping', id: 2 }]],
    ['a reply', Buffer.from('800300020000000400000003', 'hex'), [{ kind: 'reply', stream: 3 }]],
    [
      'a reply that ends the stream',
      Buffer.from('800300020100000400000003', 'hex'),
      [
        { kind: 'reply', stream: 3 },
        { kind: 'end', stream: 3 },
      ],
    ],
    ['a reset', Buffer.from('80030003000000080000000300000001', 'hex'), [{ kind: 'reset', stream: 3, status: 1 }]],
    ['that it goes', Buffer.from('80030007000000080000000300000000', 'hex'), [{ kind: 'goAway' }]],
    ['settings, which change nothing', Buffer.from('80030004000000040000000000', 'hex').subarray(0, 12), []],
    ['another version', Buffer.from('8002000200000004', 'hex'), [{ kind: 'garbage' }]],
    ['a reply without a stream', Buffer.from('8003000200000000', 'hex'), [{ kind: 'garbage' }]],
    ['a control frame without end', Buffer.from('80030002 00ffffff'.replace(' ', ''), 'hex'), [{ kind: 'garbage' }]],
  ])('may be %s', (_name, bytes, frames) => {
    expect(read(bytes)).toEqual(frames);
  });

  it('ends with garbage', () => {
    const garbage = Buffer.from('8002000200000004', 'hex');
    expect(read(garbage, finFrame(3))).toEqual([{ kind: 'garbage' }]);
  });

  it('is the same however it is cut', () => {
    const frame = fc.oneof(
      fc.record({ stream: fc.constantFrom(1, 3), bytes: fc.uint8Array({ minLength: 1 }) }).map(({ stream, bytes }) => ({
        wire: Buffer.concat([dataHeader(stream, bytes.length), bytes]),
        said: { kind: 'data', stream, bytes: Buffer.from(bytes) } as const,
      })),
      fc.constantFrom(1, 3).map((stream) => ({ wire: finFrame(stream), said: { kind: 'end', stream } as const })),
      fc.nat().map((id) => ({ wire: pingFrame(id), said: { kind: 'ping', id } as const })),
    );
    fc.assert(
      fc.property(fc.array(frame), fc.array(fc.nat(300)), (frames, cuts) => {
        const all = Buffer.concat(frames.map(({ wire }) => wire));
        expect(joined(read(...cutAt(all, cuts)))).toEqual(joined(frames.map(({ said }) => said)));
      }),
    );
  });

  it('may be anything', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array()), (pieces) => {
        const frames = read(...pieces);
        expect(frames.filter(({ kind }) => kind === 'garbage').length).toBeLessThanOrEqual(pieces.length);
      }),
    );
  });
});
