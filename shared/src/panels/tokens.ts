/**
 * What each host's own variables mean for the panels, which read nothing but `--slipway-*`. Values that a theme may leave
 * out have another to fall back on. Muted text is mixed because some themes give it the text's own colour; light themes'
 * state colours are pulled towards the text until they reach 3:1 on white, VS Code's terminal colours until log text reaches
 * 4.5:1, as its terminal does with them.
 */
export const tokensCss = `
body.vscode-dark, body.vscode-light, body.vscode-high-contrast, body.vscode-high-contrast-light {
  --slipway-font: var(--vscode-font-family);
  --slipway-font-size: var(--vscode-font-size);
  --slipway-mono: var(--vscode-editor-font-family);
  --slipway-mono-size: var(--vscode-editor-font-size);
  --slipway-row: 22px;
  --slipway-radius: 2px;
  --slipway-bg: var(--vscode-editor-background);
  --slipway-bg-raised: var(--vscode-sideBar-background);
  --slipway-bg-input: var(--vscode-input-background);
  --slipway-bg-hover: var(--vscode-list-hoverBackground);
  --slipway-bg-selected: var(--vscode-list-activeSelectionBackground);
  --slipway-bg-mark: var(--vscode-inputValidation-errorBackground);
  --slipway-bg-find: var(--vscode-editor-findMatchHighlightBackground);
  --slipway-fg-find: currentcolor;
  --slipway-fg: var(--vscode-foreground);
  --slipway-fg-muted: color-mix(in srgb, var(--vscode-foreground) 74%, var(--vscode-editor-background));
  --slipway-fg-selected: var(--vscode-list-activeSelectionForeground);
  --slipway-link: var(--vscode-textLink-foreground);
  --slipway-border: var(--vscode-widget-border, var(--vscode-contrastBorder, var(--vscode-panel-border)));
  --slipway-border-input: var(--vscode-input-border, var(--vscode-contrastBorder, var(--vscode-panel-border)));
  --slipway-border-tick: color-mix(in srgb, var(--vscode-foreground) 60%, var(--vscode-editor-background));
  --slipway-focus: var(--vscode-focusBorder);
  --slipway-button-bg: var(--vscode-button-background);
  --slipway-button-fg: var(--vscode-button-foreground);
  --slipway-button2-bg: var(--vscode-button-secondaryBackground);
  --slipway-button2-fg: var(--vscode-button-secondaryForeground, var(--vscode-foreground));
  --slipway-button-border: var(--vscode-button-border, var(--vscode-contrastBorder, transparent));
  --slipway-passed: var(--vscode-testing-iconPassed);
  --slipway-failed: var(--vscode-testing-iconFailed);
  --slipway-running: var(--vscode-charts-blue);
  --slipway-waiting: var(--vscode-testing-iconQueued);
  --slipway-neutral: var(--vscode-testing-iconSkipped);
  --slipway-ansi-share: 62%;
  --slipway-ansi-red: color-mix(in srgb, var(--vscode-terminal-ansiRed) var(--slipway-ansi-share), var(--vscode-foreground));
  --slipway-ansi-green: color-mix(in srgb, var(--vscode-terminal-ansiGreen) var(--slipway-ansi-share), var(--vscode-foreground));
  --slipway-ansi-yellow: color-mix(in srgb, var(--vscode-terminal-ansiYellow) var(--slipway-ansi-share), var(--vscode-foreground));
  --slipway-ansi-blue: color-mix(in srgb, var(--vscode-terminal-ansiBlue) var(--slipway-ansi-share), var(--vscode-foreground));
  --slipway-ansi-magenta: color-mix(in srgb, var(--vscode-terminal-ansiMagenta) var(--slipway-ansi-share), var(--vscode-foreground));
  --slipway-ansi-cyan: color-mix(in srgb, var(--vscode-terminal-ansiCyan) var(--slipway-ansi-share), var(--vscode-foreground));
  --slipway-ansi-black: color-mix(in srgb, var(--vscode-terminal-ansiBrightBlack) var(--slipway-ansi-share), var(--vscode-foreground));
  --slipway-ansi-white: var(--vscode-foreground);
}
body.vscode-dark { --slipway-ansi-white: var(--vscode-terminal-ansiBrightWhite); }
body.vscode-light {
  --slipway-passed: color-mix(in srgb, var(--vscode-testing-iconPassed) 62%, var(--vscode-foreground));
  --slipway-waiting: color-mix(in srgb, var(--vscode-testing-iconQueued) 68%, var(--vscode-foreground));
}
body.vscode-high-contrast, body.vscode-high-contrast-light {
  --slipway-ansi-share: 54%;
  --slipway-fg-muted: var(--vscode-foreground);
  --slipway-border: var(--vscode-contrastBorder);
  --slipway-border-input: var(--vscode-contrastBorder);
  --slipway-border-tick: var(--vscode-contrastBorder);
  --slipway-button2-bg: var(--vscode-button-secondaryBackground, var(--vscode-editor-background));
}
body[data-jp-theme-light] {
  --slipway-font: var(--jp-ui-font-family);
  --slipway-font-size: var(--jp-ui-font-size1);
  --slipway-mono: var(--jp-code-font-family);
  --slipway-mono-size: var(--jp-code-font-size);
  --slipway-row: 24px;
  --slipway-radius: var(--jp-border-radius);
  --slipway-bg: var(--jp-layout-color1);
  --slipway-bg-raised: var(--jp-cell-editor-background);
  --slipway-bg-input: var(--jp-layout-color1);
  --slipway-bg-hover: var(--jp-layout-color2);
  --slipway-bg-selected: var(--jp-brand-color3);
  --slipway-bg-mark: var(--jp-rendermime-error-background);
  --slipway-bg-find: var(--jp-search-unselected-match-background-color);
  --slipway-fg-find: var(--jp-search-unselected-match-color);
  --slipway-fg: var(--jp-ui-font-color1);
  --slipway-fg-muted: color-mix(in srgb, var(--jp-ui-font-color2) 88%, var(--jp-ui-font-color0));
  --slipway-fg-selected: var(--jp-ui-font-color0);
  --slipway-link: var(--jp-content-link-color);
  --slipway-border: var(--jp-border-color2);
  --slipway-border-input: var(--jp-border-color1);
  --slipway-border-tick: color-mix(in srgb, var(--jp-ui-font-color0) 55%, var(--jp-layout-color1));
  --slipway-focus: var(--jp-brand-color1);
  --slipway-button-bg: var(--jp-brand-color0);
  --slipway-button-fg: #ffffff;
  --slipway-button2-bg: var(--jp-layout-color2);
  --slipway-button2-fg: var(--jp-ui-font-color1);
  --slipway-button-border: transparent;
  --slipway-passed: var(--jp-success-color0);
  --slipway-failed: var(--jp-error-color0);
  --slipway-running: var(--jp-brand-color1);
  --slipway-waiting: var(--jp-warn-color0);
  --slipway-neutral: var(--jp-ui-font-color2);
  --slipway-ansi-red: #c62828;
  --slipway-ansi-green: #2e7d32;
  --slipway-ansi-yellow: #8a6d00;
  --slipway-ansi-blue: #1565c0;
  --slipway-ansi-magenta: #8e24aa;
  --slipway-ansi-cyan: #00707d;
  --slipway-ansi-black: #6b6b6b;
  --slipway-ansi-white: #212121;
}
body[data-jp-theme-light='true'] { --slipway-waiting: color-mix(in srgb, var(--jp-warn-color0) 74%, #000000); }
body[data-jp-theme-light='false'] {
  --slipway-passed: color-mix(in srgb, var(--jp-success-color0) 68%, var(--jp-ui-font-color0));
  --slipway-failed: color-mix(in srgb, var(--jp-error-color0) 68%, var(--jp-ui-font-color0));
  --slipway-ansi-red: #ef5350;
  --slipway-ansi-green: #66bb6a;
  --slipway-ansi-yellow: #ffd54f;
  --slipway-ansi-blue: #64b5f6;
  --slipway-ansi-magenta: #ce93d8;
  --slipway-ansi-cyan: #4dd0e1;
  --slipway-ansi-black: #9e9e9e;
  --slipway-ansi-white: #ffffff;
}
`;

const adopted = new WeakSet<Document>();

/** Puts the tokens into a page, once. A style sheet that is adopted needs no permission of a content security policy. */
export function adoptTokens(page: Document): void {
  if (adopted.has(page)) return;
  adopted.add(page);
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(tokensCss);
  page.adoptedStyleSheets = [...page.adoptedStyleSheets, sheet];
}
