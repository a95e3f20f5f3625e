import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LogDecoder, parseStamp, type LogTimestamp } from './logDecoder.ts';
import { LogResumer, type FreshLine } from './logResumer.ts';

interface Written {
  /** Milliseconds since the log's start. */
  readonly at: number;
  readonly text: string;
}

const start = Date.parse('2026-11-25T19:40:00Z');
const logLine = ({ at, text }: Written) => `${new Date(start + at).toISOString()} ${text}\n`;

/** What a kubelet gives: all entries from `sinceTime` on, in the order of the file. */
function serve(file: readonly Written[], sinceTime: string | undefined): Buffer {
  const since = sinceTime === undefined ? -Infinity : Date.parse(sinceTime);
  return Buffer.from(
    file
      .filter(({ at }) => start + at >= since)
      .map(logLine)
      .join(''),
  );
}

/** Reads a log with a cut after each of `cuts` bytes, and then to its end. */
function follow(
  read: (sinceTime: string | undefined, reading: number) => Buffer,
  cuts: readonly number[],
  maxBytes: number,
): FreshLine[] {
  const resumer = new LogResumer();
  return [...cuts, undefined].flatMap((cut, reading) => {
    const decoder = new LogDecoder(maxBytes);
    if (reading > 0) resumer.restart();
    const lines = decoder.push(read(resumer.sinceTime, reading).subarray(0, cut));
    return [...lines, ...(cut === undefined ? decoder.end() : [])].flatMap((line) => {
      const fresh = line.kind === 'line' ? resumer.take(line) : undefined;
      return fresh === undefined ? [] : [fresh];
    });
  });
}

const joined = (lines: readonly FreshLine[]) =>
  lines.map(({ bytes, partial }) => Buffer.from(bytes).toString() + (partial ? '' : '\n')).join('');

/** Times that repeat, go slowly, jump, and are out of order by less than a second. */
const steps = fc.array(fc.tuple(fc.constantFrom(0, 0, 0, 1, 300, 999, 5_000), fc.constantFrom(0, 0, 0, -400)), {
  maxLength: 40,
});
const file = steps.map((list) => {
  let at = 10_000;
  return list.map(([step, back], index): Written => {
    at += step;
    return { at: at + back, text: `line ${index}` };
  });
});

describe('a log that is read anew after cuts', () => {
  it('has no gap and no double, wherever it was cut', () => {
    fc.assert(
      fc.property(file, fc.array(fc.nat(1_500), { maxLength: 6 }), (written, cuts) => {
        const lines = follow((since) => serve(written, since), cuts, 1_000);
        expect(lines.map(({ bytes }) => Buffer.from(bytes).toString())).toEqual(written.map(({ text }) => text));
        expect(lines.some(({ mayMissBefore }) => mayMissBefore)).toBe(false);
      }),
      { numRuns: 1_000 },
    );
  });

  it('has no gap and no double in lines that are too long either', () => {
    const long = file.map((list) =>
      list.map((each, index) => ({ ...each, text: `${index} `.repeat(1 + (index % 5) * 20) })),
    );
    fc.assert(
      fc.property(long, fc.array(fc.nat(4_000), { maxLength: 6 }), (written, cuts) => {
        const lines = follow((since) => serve(written, since), cuts, 30);
        expect(joined(lines)).toBe(written.map(({ text }) => `${text}\n`).join(''));
      }),
      { numRuns: 1_000 },
    );
  });

  it('says that lines may be missing where the log was rotated meanwhile', () => {
    const written = Array.from({ length: 10 }, (_, index) => ({ at: index * 100, text: `line ${index}` }));
    const rotated = (_since: string | undefined, reading: number) =>
      serve(reading === 0 ? written : written.slice(7), undefined);
    const lines = follow(rotated, [4 * 32 + 3], 1_000);
    expect(lines.map(({ bytes, mayMissBefore }) => `${Buffer.from(bytes).toString()} ${mayMissBefore}`)).toEqual([
      'line 0 false',
      'line 1 false',
      'line 2 false',
      'line 3 false',
      'line 7 true',
      'line 8 false',
      'line 9 false',
    ]);
  });

  it('does not repeat the rest of a line that was written slowly', () => {
    const text = Array.from({ length: 3_000 }, (_, index) => `\r${index}%`).join('');
    const stamp = (second: number): LogTimestamp => {
      const parsed = parseStamp(`2026-11-25T19:40:0${second}Z`);
      if (parsed === undefined) throw new Error('no timestamp');
      return parsed;
    };
    const line = (second: number, content: string) =>
      ({ kind: 'line', stamp: stamp(second), bytes: Buffer.from(content), offset: 0, partial: false }) as const;
    const resumer = new LogResumer();
    expect(resumer.take(line(1, text))).toBeDefined();
    expect(resumer.take(line(4, 'done'))).toBeDefined();
    resumer.restart();
    expect(resumer.take(line(3, text.slice(-2_000)))).toBeUndefined();
    expect(resumer.take(line(4, 'done'))).toBeUndefined();
    expect(resumer.take(line(4, 'more'))).toMatchObject({ mayMissBefore: false });
  });

  it('asks for what came from a second before the newest line on', () => {
    const resumer = new LogResumer();
    expect(resumer.sinceTime).toBeUndefined();
    const decoder = new LogDecoder();
    for (const line of decoder.push(Buffer.from('2026-11-25T19:40:07.9Z a\n2026-11-25T19:40:07.2Z b\n'))) {
      if (line.kind === 'line') resumer.take(line);
    }
    expect(resumer.sinceTime).toBe('2026-11-25T19:40:06Z');
  });
});
