import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { excerptOf, parseStatus, retryAfterMs } from './status.ts';

describe('parseStatus', () => {
  it('takes a Status, also with fields of a wrong type', () => {
    expect(parseStatus('{"kind":"Status","message":"m","reason":7,"details":{"causes":3,"name":"n"}}')).toEqual({
      kind: 'Status',
      message: 'm',
      reason: undefined,
      details: { name: 'n', causes: undefined },
    });
  });

  it('takes nothing else, and never fails', () => {
    for (const text of ['', '{}', '[]', 'null', '<html>', '{"kind":"Pod"}']) expect(parseStatus(text)).toBeUndefined();
    fc.assert(fc.property(fc.string(), (text) => void parseStatus(text)));
    fc.assert(fc.property(fc.json(), (text) => void parseStatus(text)));
  });
});

describe('excerptOf', () => {
  it('is the title of a page, or its words', () => {
    expect(excerptOf('<html><title>502 Bad\n Gateway</title><body>x')).toBe('502 Bad Gateway');
    expect(excerptOf('<body><style>a{}</style><p>Please <b>sign in</b></p>')).toBe('Please sign in');
    expect(excerptOf('<script>never closed')).toBe('');
    expect(excerptOf('plain\u0000 words\n')).toBe('plain words');
  });

  it('is short and of one line', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.nat(2000), (text, times) => {
        const excerpt = excerptOf(text.repeat(times));
        expect(excerpt.length).toBeLessThanOrEqual(301);
        expect(excerpt).not.toMatch(/\p{Cc}/u);
      }),
    );
  });
});

describe('retryAfterMs', () => {
  it.each([
    ['3', 3000],
    ['0', 0],
    ['-1', 0],
    ['Wed, 25 Nov 2026 12:00:05 GMT', 5000],
    ['Wed, 25 Nov 2026 11:00:00 GMT', 0],
    ['soon', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('%j is %j', (header, ms) => {
    expect(retryAfterMs(header, Date.UTC(2026, 10, 25, 12))).toBe(ms);
  });
});
