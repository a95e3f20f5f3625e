import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changedByEnd, changedByFollowing, changedByStop, parseLastEnd, type LastEnd, type PodEnd } from './lastEnd.ts';

const at = Date.parse('2026-11-27T10:00:00Z');
const memory = 'its node put it out: The node was low on resource: memory.';
const end = (pod: string, reason = memory): PodEnd => ({ pod, reason, at });
const known = (pod: string, followed = false): LastEnd => ({ ...end(pod), followed });
const read = (change: string | null | undefined): LastEnd | undefined => parseLastEnd(change ?? undefined);

describe('how a pod ended', () => {
  it('is noted when it is seen, once for each pod, and read back as it was', () => {
    const noted = changedByEnd(undefined, end('a'));
    expect(noted).toBe(`{"pod":"a","reason":"${memory}","time":"2026-11-27T10:00:00.000Z"}`);
    expect(read(noted)).toEqual(known('a'));
    expect(changedByEnd(read(noted), end('a'))).toBeUndefined();
    expect(read(changedByEnd(read(noted), end('b')))).toEqual(known('b'));
    expect(changedByEnd(known('a'), undefined)).toBeUndefined();
  });

  it('is no longer why there is no pod once another one was started, and stays to be read', () => {
    expect(read(changedByFollowing(known('a'), undefined))).toEqual(known('a', true));
    // Nobody but who starts the next one may have seen it.
    expect(read(changedByFollowing(undefined, end('a')))).toEqual(known('a', true));
    expect(read(changedByFollowing(known('a', true), end('b')))).toEqual(known('b', true));
    // Most starts write nothing.
    expect(changedByFollowing(undefined, undefined)).toBeUndefined();
    expect(changedByFollowing(known('a', true), undefined)).toBeUndefined();
    expect(changedByFollowing(known('a', true), end('a'))).toBeUndefined();
    // Who sees it late does not make it the reason again.
    expect(changedByEnd(known('a', true), end('a'))).toBeUndefined();
  });

  it('is forgotten when somebody stops what came after it', () => {
    expect(changedByStop(known('a', true), undefined)).toBeNull();
    expect(changedByStop(undefined, undefined)).toBeUndefined();
    // What is stopped had ended already.
    expect(read(changedByStop(known('a', true), end('b')))).toEqual(known('b'));
  });
});

describe('an annotation that anybody may have written', () => {
  it.each([
    undefined,
    '',
    'null',
    '[]',
    '{"pod":"a"}',
    '{"pod":"a","reason":"x","time":"yesterday"}',
    '{"pod":"a","reason":"\\u0000\\u202e","time":"2026-11-27T10:00:00Z"}',
    `{"pod":"a","reason":"${'x'.repeat(9_000)}","time":"2026-11-27T10:00:00Z"}`,
  ])('says nothing where it is %j', (text) => {
    expect(parseLastEnd(text)).toBeUndefined();
  });

  it('becomes one line without control characters, of at most 500', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 3_000 }), (reason) => {
        const text = JSON.stringify({ pod: 'a', reason, time: '2026-11-27T10:00:00Z' });
        const words = parseLastEnd(text)?.reason ?? '';
        expect(words).not.toMatch(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u);
        expect(Array.from(words).length).toBeLessThanOrEqual(500);
      }),
    );
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void parseLastEnd(text)));
  });
});
