import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NotedTimes } from './notedTimes.ts';

function timesOf(text: string, pieceBytes = text.length): NotedTimes {
  const times = new NotedTimes();
  const bytes = Buffer.from(text, 'latin1');
  for (let at = 0; at < bytes.length; at += pieceBytes) times.push(bytes.subarray(at, at + pieceBytes));
  return times;
}

function divided(times: NotedTimes, offset: number, text: string): [string, number | undefined][] {
  return times.divide(offset, Buffer.from(text)).map(({ bytes, time }) => [Buffer.from(bytes).toString(), time]);
}

describe('noted times', () => {
  it('cut a log where they were noted', () => {
    const times = timesOf('0 100\n4 200\n10 300\n');
    expect(divided(times, 0, 'one\ntwo\n')).toEqual([
      ['one\n', 100],
      ['two\n', 200],
    ]);
    expect(divided(times, 8, '..three')).toEqual([
      ['..', 200],
      ['three', 300],
    ]);
    expect(divided(times, 15, 'end')).toEqual([['end', 300]]);
  });

  it('say nothing of what came before the first', () => {
    expect(divided(timesOf('3 100\n'), 0, 'abcdef')).toEqual([
      ['abc', undefined],
      ['def', 100],
    ]);
    expect(divided(new NotedTimes(), 7, 'abc')).toEqual([['abc', undefined]]);
  });

  it.each([
    'x\n',
    '4\n',
    '4 \n',
    '-1 200\n',
    '4 200 1\n',
    '4 200\r\n',
    '4 1e3\n',
    `${'4'.repeat(80)} 200\n`,
    '4 200',
    '4 90\n',
    '0 200\n',
  ])('pass over %j', (line) => {
    expect(divided(timesOf(`0 100\n${line}${line.endsWith('\n') ? '6 300\n' : ''}`), 0, 'abcdef')).toEqual([
      ['abcdef', 100],
    ]);
  });

  it('are the same however they and the log are cut', () => {
    const mark = fc.tuple(fc.nat(300), fc.nat(1_000));
    const line = fc.oneof(
      mark.map(([offset, time]) => `${offset} ${time}`),
      fc.string({ maxLength: 90 }).filter((text) => !text.includes('\n')),
    );
    fc.assert(
      fc.property(
        fc.array(line),
        fc.integer({ min: 1, max: 80 }),
        fc.integer({ min: 1, max: 80 }),
        (lines, cut, part) => {
          const text = lines.map((one) => `${one}\n`).join('');
          const log = Buffer.alloc(300, 'x');
          const at = (times: NotedTimes, step: number): (number | undefined)[] => {
            const found: (number | undefined)[] = [];
            for (let offset = 0; offset < log.length; offset += step) {
              for (const { bytes, time } of times.divide(offset, log.subarray(offset, offset + step))) {
                found.push(...Array.from(bytes, () => time));
              }
            }
            return found;
          };
          const whole = at(timesOf(text), log.length);
          expect(whole).toHaveLength(log.length);
          expect(at(timesOf(text, cut), part)).toEqual(whole);
          const known = whole.filter((time) => time !== undefined);
          expect(known).toEqual([...known].sort((one, other) => one - other));
        },
      ),
    );
  });
});
