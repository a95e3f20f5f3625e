import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nearestMatch } from './logSearch.ts';
import { marked } from './marks.ts';

const spans = fc.array(fc.record({ text: fc.stringMatching(/^[abAB ]{1,6}$/), style: fc.constantFrom('', 'a-r') }));

describe('search hits in a line', () => {
  it('are marked over the borders of colours, and nothing else is', () => {
    const line = [
      { text: 'GPU mem', style: 'a-r' },
      { text: 'ory Memory', style: '' },
    ];
    expect(marked(line, 'memory')).toEqual([
      { text: 'GPU ', style: 'a-r', isMatch: false },
      { text: 'mem', style: 'a-r', isMatch: true },
      { text: 'ory', style: '', isMatch: true },
      { text: ' ', style: '', isMatch: false },
      { text: 'Memory', style: '', isMatch: true },
    ]);
  });

  it('leave the text as it is, and are those that a plain search finds', () => {
    fc.assert(
      fc.property(spans, fc.stringMatching(/^[ab ]{1,3}$/), (line, find) => {
        const text = line.map((span) => span.text).join('');
        const cuts = marked(line, find);
        expect(cuts.map((cut) => cut.text).join('')).toBe(text);
        const hits = text.toLowerCase().split(find).length - 1;
        const hitText = cuts
          .filter((cut) => cut.isMatch)
          .map((cut) => cut.text)
          .join('');
        expect(hitText.toLowerCase()).toBe(find.repeat(hits));
      }),
    );
  });
});

it('the nearest match is at or after a line, or at or before it, and wraps around', () => {
  const matches = [3, 8, 20];
  expect([0, 3, 4, 21].map((line) => nearestMatch(matches, line, 1))).toEqual([0, 0, 1, 0]);
  expect([0, 3, 19, 99].map((line) => nearestMatch(matches, line, -1))).toEqual([2, 0, 1, 2]);
});
