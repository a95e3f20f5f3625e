/**
 * Writes palettes.json: what the hosts' own themes give to the variables that the panels read.
 * `node test/panels/takePalettes.ts`, with what `npm test -- hosts` sets; again whenever a host of the tests gets newer.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Locator } from 'playwright-core';
import { tokensCss } from '@slipway/shared/panel-tokens';
import { launchBrowser } from '../integration/hosts/chromium.ts';
import { CodeServer, prepared } from '../integration/vscode/codeServer.ts';

interface Palette {
  /** The theme's name in its host. */
  readonly theme: string;
  /** The class that VS Code gives to the body of a webview; none in JupyterLab. */
  readonly class?: string;
  readonly variables: Readonly<Record<string, string>>;
}

const codeThemes: Readonly<Record<string, { readonly theme: string; readonly file: string; readonly class: string }>> =
  {
    'vscode-dark': { theme: 'Dark Modern', file: 'dark_modern', class: 'vscode-dark' },
    'vscode-light': { theme: 'Light Modern', file: 'light_modern', class: 'vscode-light' },
    'vscode-dark-2026': { theme: 'Dark 2026', file: '2026-dark', class: 'vscode-dark' },
    'vscode-light-2026': { theme: 'Light 2026', file: '2026-light', class: 'vscode-light' },
    'vscode-high-contrast': { theme: 'Default High Contrast', file: 'hc_black', class: 'vscode-high-contrast' },
    'vscode-high-contrast-light': {
      theme: 'Default High Contrast Light',
      file: 'hc_light',
      class: 'vscode-high-contrast vscode-high-contrast-light',
    },
  };
const labThemes: Readonly<Record<string, string>> = {
  'lab-light': 'theme-light-extension',
  'lab-dark': 'theme-dark-extension',
  'lab-dark-high-contrast': 'theme-dark-high-contrast-extension',
};

const read = [...new Set(tokensCss.match(/--(?:vscode|jp)-[\w-]+/g))].filter(
  (name) => !/font-(?:family|size)/.test(name),
);
const patienceMs = 60_000;

/** The colours of the workbench, which are those that it gives to webviews. */
async function codePalettes(browser: Browser): Promise<Record<string, Palette>> {
  const palettes: Record<string, Palette> = {};
  for (const [name, { theme, file, class: kind }] of Object.entries(codeThemes)) {
    const code = await CodeServer.create({
      isWhole: true,
      settings: { 'workbench.colorTheme': theme, 'window.autoDetectColorScheme': false },
    });
    try {
      await code.start();
      const page = await browser.newPage();
      await page.goto(code.url);
      const workbench = page.locator(`.monaco-workbench[class*=${JSON.stringify(file)}]`);
      await workbench.waitFor({ timeout: patienceMs });
      const variables = await variablesOf(workbench, '--vscode');
      palettes[name] = { theme, class: kind, variables };
      await page.close();
    } finally {
      await code.dispose();
    }
  }
  return palettes;
}

/** What the tokens read of an element's variables. */
function variablesOf(element: Locator, prefix: string): Promise<Record<string, string>> {
  return element.evaluate(
    (found, names) => {
      const style = getComputedStyle(found);
      const values = names.map((name): [string, string] => [name, style.getPropertyValue(name).trim()]);
      return Object.fromEntries(values.filter(([, value]) => value !== ''));
    },
    read.filter((name) => name.startsWith(prefix)),
  );
}

/** The style sheets of JupyterLab's themes, as a browser understands them. */
async function labPalettes(browser: Browser): Promise<Record<string, Palette>> {
  const folder = join(prepared('SLIPWAY_TEST_JUPYTER'), '../../share/jupyter/lab/themes/@jupyterlab');
  const palettes: Record<string, Palette> = {};
  for (const [name, theme] of Object.entries(labThemes)) {
    const page = await browser.newPage();
    await page.addStyleTag({ content: await readFile(join(folder, theme, 'index.css'), 'utf8') });
    palettes[name] = { theme, variables: await variablesOf(page.locator(':root'), '--jp') };
    await page.close();
  }
  return palettes;
}

const browser = await launchBrowser();
try {
  const palettes = { ...(await codePalettes(browser)), ...(await labPalettes(browser)) };
  await writeFile(join(import.meta.dirname, 'palettes.json'), `${JSON.stringify(palettes, null, 2)}\n`);
} finally {
  await browser.close();
}
