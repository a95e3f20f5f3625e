import { expect, it } from 'vitest';
import { panelPage, reportPage } from './webviewPage.ts';

it('gives panels no script but those with the nonce, and nothing from the network', () => {
  const page = panelPage({ script: 'https://x/panels.js', cspSource: 'https://x', nonce: 'abc', locale: 'en' });
  expect(page).toContain(
    "default-src 'none'; script-src 'nonce-abc'; style-src https://x 'nonce-abc'; font-src https://x",
  );
  expect(page).not.toContain('unsafe');
});

it('keeps a report inside its frame, whatever is in it, and puts its policy before its scripts', () => {
  const page = reportPage('<!DOCTYPE html><html><head lang="x"><script>1</script></head>"></iframe>', 'a<b');
  expect(page.match(/<\/iframe>/g)).toHaveLength(1);
  expect(page).toContain('sandbox="allow-scripts"');
  expect(page.indexOf('&lt;head')).toBeLessThan(page.indexOf('&lt;meta'));
  expect(page.indexOf('&lt;meta')).toBeLessThan(page.indexOf('&lt;script'));
  expect(page).toContain('<p>a&lt;b</p>');
});

it('puts the policy first where there is no head', () => {
  expect(reportPage('<header>a</header>', '')).toContain('srcdoc="&lt;meta');
});
