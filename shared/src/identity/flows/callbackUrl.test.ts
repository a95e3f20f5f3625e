import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SlipwayError } from '../../protocol/index.ts';
import { parseCallback } from './callbackUrl.ts';
import { PendingCallbacks } from './pendingCallbacks.ts';

const word = fc.string({ minLength: 1, maxLength: 100 });

describe('the address that a sign-in ends at', () => {
  it.each([
    'http://127.0.0.1:1234/oauth/callback?code=c&state=s',
    '  <https://hub.example/hub/user-redirect/slipway/oauth/callback?state=s&code=c#>\r\n',
    '"vscode://slipway.slipway/oauth?state=s&\n  code=c"',
    '/oauth/callback?code=c&state=s',
    '?code=c&state=s',
    'code=c&state=s',
  ])('is understood: %j', (text) => {
    const { state, parameters } = parseCallback(text);
    expect([state, parameters.get('code')]).toEqual(['s', 'c']);
  });

  it.each([
    '',
    'http://127.0.0.1:1234/oauth/callback',
    '?code=c',
    '?state=s',
    '?code=c&state=s&state=t',
    '?code=&state=s',
    `?code=c&state=${'s'.repeat(100_000)}`,
    'http://[?code=c&state=s',
  ])('is something else: %j', (text) => {
    expect(() => parseCallback(text)).toThrow('This is not the address that a sign-in ends at');
  });

  it('carries any code and state', () => {
    fc.assert(
      fc.property(word, word, (code, state) => {
        const url = `http://127.0.0.1/?${new URLSearchParams({ code, state }).toString()}`;
        const parsed = parseCallback(url);
        expect(parsed.state).toBe(new URL(url).searchParams.get('state'));
        expect(parsed.parameters.get('code')).toBe(new URL(url).searchParams.get('code'));
      }),
    );
  });

  it('fails only by name, whatever it is', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.webUrl({ withQueryParameters: true })), (text) => {
        try {
          parseCallback(text);
        } catch (error) {
          expect(SlipwayError.is(error, 'signIn.failed')).toBe(true);
        }
      }),
    );
  });

  it('goes to the sign-in that waits for it, once', () => {
    const pending = new PendingCallbacks();
    const got: string[] = [];
    const waiting = pending.expect('a', (parameters) => got.push(`a ${parameters.get('code') ?? ''}`));
    pending.expect('b', (parameters) => got.push(`b ${parameters.get('code') ?? ''}`));
    pending.complete('?state=b&code=1');
    expect(() => pending.complete('?state=b&code=1')).toThrow('No sign-in waits for this answer');
    waiting.dispose();
    expect(() => pending.complete('?state=a&code=1')).toThrow('No sign-in waits for this answer');
    expect(got).toEqual(['b 1']);
  });
});
