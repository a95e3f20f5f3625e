import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { callbackHtml, failedPage, signedInPage, strangerPage } from './callbackPage.ts';

describe('the page at the end of a sign-in', () => {
  it('shows any text as text', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (openedBy, reason) => {
        const html = callbackHtml(failedPage(openedBy, reason));
        const tags = html.match(/<[^>]*>/g)?.map((tag) => tag.replaceAll(/ .*>/g, '>'));
        expect(tags).toEqual(
          callbackHtml(strangerPage)
            .match(/<[^>]*>/g)
            ?.map((tag) => tag.replaceAll(/ .*>/g, '>')),
        );
      }),
    );
  });

  it('says it in both languages', () => {
    expect(callbackHtml(signedInPage('VS Code'))).toMatch(/You are signed in[^]*您已登录/);
  });
});
