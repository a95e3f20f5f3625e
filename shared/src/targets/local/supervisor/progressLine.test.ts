import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runEventSchema } from '../../../protocol/index.ts';
import { cutText, parseProgressLine } from './progressLine.ts';

const context = { step: 'notebook', stepStartedAt: 1_000, now: 2_000 } as const;
const parse = (value: unknown) => parseProgressLine(JSON.stringify(value), context);

describe('parseProgressLine', () => {
  it('takes what the contract names', () => {
    expect(parse({ type: 'cellsCounted', cells: [{ id: 'a', label: 'x' }], time: 1_500 })).toEqual({
      type: 'cellsCounted',
      cells: [{ id: 'a', label: 'x' }],
      time: 1_500,
    });
    expect(parse({ type: 'cellStarted', id: 'a', time: 1_500, extra: 1 })).toEqual({
      type: 'cellStarted',
      id: 'a',
      time: 1_500,
    });
    expect(parse({ type: 'cellFinished', id: 'a', failed: true, time: 1_500 })).toMatchObject({ failed: true });
    expect(parse({ type: 'stepNote', step: 'notebook', text: 't', time: 1_500 })).toMatchObject({ text: 't' });
  });

  it.each([
    { type: 'finished', state: 'succeeded', time: 1 },
    { type: 'stepFinished', step: 'notebook', state: 'succeeded' },
    { type: 'cellStarted', id: 5 },
    { type: 'cellStarted', id: 'x'.repeat(2_000) },
    { type: 'cellFinished', id: 'a', failed: 'no' },
    { type: 'cellsCounted', cells: [{ id: 'a' }] },
    { type: 'cellsCounted', cells: 'all' },
    { type: 'stepNote', step: 'test', text: 'of another step' },
    { type: 'stepNote', step: 'notebook', text: ['t'] },
    ['cellStarted'],
    null,
  ])('ignores %j', (value) => expect(parse(value)).toBeUndefined());

  it('keeps the time within the step', () => {
    expect(parse({ type: 'cellStarted', id: 'a', time: 5 })).toMatchObject({ time: 1_000 });
    expect(parse({ type: 'cellStarted', id: 'a', time: 1e300 })).toMatchObject({ time: 2_000 });
    expect(parse({ type: 'cellStarted', id: 'a', time: 'soon' })).toMatchObject({ time: 2_000 });
  });

  it('makes a valid event of any line, or none', () => {
    const value = fc.oneof(
      fc.json(),
      fc.string(),
      fc
        .record({
          type: fc.constantFrom('cellsCounted', 'cellStarted', 'cellFinished', 'stepNote', 'x'),
          id: fc.oneof(fc.string(), fc.integer()),
          failed: fc.oneof(fc.boolean(), fc.string()),
          step: fc.constantFrom('notebook', 'test', 'nope'),
          text: fc.string({ maxLength: 2_000 }),
          time: fc.oneof(fc.double(), fc.string()),
          cells: fc.array(fc.record({ id: fc.string(), label: fc.string({ maxLength: 1_000 }) })),
        })
        .map((record) => JSON.stringify(record)),
    );
    fc.assert(
      fc.property(value, (line) => {
        const event = parseProgressLine(line, context);
        if (event !== undefined) expect(runEventSchema.parse(event)).toEqual(event);
      }),
    );
  });

  it('cuts a long text without cutting a character', () => {
    expect(cutText('𝄞'.repeat(600))).toBe('𝄞'.repeat(500));
    expect(cutText('short')).toBe('short');
  });
});
