/** The page of a panel. Scripts need the nonce; nothing is loaded from anywhere but the extension. */
export function panelPage(options: {
  readonly script: string;
  readonly cspSource: string;
  readonly nonce: string;
  readonly locale: string;
}): string {
  const { script, cspSource, nonce, locale } = options;
  const policy = `default-src 'none'; script-src 'nonce-${nonce}'; style-src ${cspSource} 'nonce-${nonce}'; font-src ${cspSource}`;
  return `<!DOCTYPE html>
<html lang="${escaped(locale)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<style nonce="${nonce}">
html, body { height: 100%; }
body { padding: 0; overflow: hidden; }
slipway-run-detail, slipway-log-view, slipway-run-form { height: 100vh; overflow: auto; }
</style>
</head>
<body><script type="module" nonce="${nonce}" src="${escaped(script)}"></script></body>
</html>`;
}

/** The policy for what a run has made: its own scripts run without an origin, and nothing reaches the network. */
const reportPolicy =
  "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; font-src data:; connect-src 'none'";

/** The policy of the page around a report, which a `srcdoc` frame inherits beside its own. */
export function reportPage(report: string, note: string): string {
  const meta = `<meta http-equiv="Content-Security-Policy" content="${reportPolicy}">`;
  // The first head tag wins; where there is none, what comes first is made one.
  const inner = /<head[\s>]/i.test(report) ? report.replace(/<head(\s[^>]*)?>/i, (head) => head + meta) : meta + report;
  return `<!DOCTYPE html>
<html>
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${reportPolicy}">
<style>
html, body { height: 100%; margin: 0; padding: 0; }
body { display: flex; flex-direction: column; }
iframe { flex: 1; border: 0; width: 100%; background: #ffffff; }
p { margin: 0; padding: 4px 12px; font-size: 12px; color: var(--vscode-foreground); }
</style>
</head>
<body><iframe sandbox="allow-scripts" srcdoc="${escaped(inner)}"></iframe><p>${escaped(note)}</p></body>
</html>`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
