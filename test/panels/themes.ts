import read from './palettes.json' with { type: 'json' };

const sans = `-apple-system, "Segoe UI", "Inter", "Liberation Sans", "Noto Sans", "Noto Sans CJK SC", sans-serif`;
const mono = `Menlo, Consolas, "JetBrains Mono", "DejaVu Sans Mono", "Noto Sans Mono CJK SC", monospace`;

interface Palette {
  /** The class of the body of VS Code's webviews; none in JupyterLab. */
  readonly class?: string;
  readonly variables: Readonly<Record<string, string>>;
}
const palettes: Readonly<Record<keyof typeof read, Palette>> = read;

export type ThemeName = keyof typeof read;

/** The themes of the hosts that the panels are shown in. */
export const themeNames = Object.keys(read) as readonly ThemeName[];

const sheets = new WeakMap<Document, CSSStyleSheet>();

/** Gives a page the look of a host in one of its own themes, in place of one before. @throws Error for a theme that is not known */
export function applyTheme(page: Document, theme: string): void {
  const name = themeNames.find((known) => known === theme);
  if (name === undefined) throw new Error(`There is no theme ${theme}; there are ${themeNames.join(', ')}.`);
  const isCode = name.startsWith('vscode');
  const { class: kind, variables } = palettes[name];
  const palette = Object.entries(variables).map(([variable, value]) => `${variable}:${value};`);
  const fonts = isCode
    ? `--vscode-font-family:${sans};--vscode-font-size:13px;--vscode-editor-font-family:${mono};--vscode-editor-font-size:12px;`
    : `--jp-ui-font-family:${sans};--jp-ui-font-size1:13px;--jp-code-font-family:${mono};--jp-code-font-size:12px;--jp-border-radius:2px;`;
  page.body.className = kind ?? '';
  if (isCode) delete page.body.dataset.jpThemeLight;
  else page.body.dataset.jpThemeLight = String(name === 'lab-light');
  const sheet = sheets.get(page) ?? new CSSStyleSheet();
  sheet.replaceSync(
    `body{${palette.join('')}${fonts}margin:0;height:100vh;background:var(--slipway-bg)}html{height:100%}`,
  );
  if (!sheets.has(page)) page.adoptedStyleSheets = [...page.adoptedStyleSheets, sheet];
  sheets.set(page, sheet);
}
