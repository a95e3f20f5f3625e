/** Draws the gallery: `node test/panels/shots.ts FOLDER [NAME …]`. The browser is that of SLIPWAY_TEST_BROWSER. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { launchBrowser } from '../integration/hosts/chromium.ts';
import { serveGallery } from './galleryPage.ts';

const shots: readonly (readonly [name: string, query: string, width: number, height: number])[] = [
  ['running-vscode-dark', 'state=running&theme=vscode-dark', 1000, 800],
  ['failed-vscode-light', 'state=failed&theme=vscode-light', 1000, 840],
  ['queued-vscode-dark', 'state=queued&theme=vscode-dark', 1000, 700],
  ['passed-lab-light', 'state=passed&theme=lab-light', 1120, 900],
  ['failed-zh-cn-vscode-light', 'state=failed&theme=vscode-light&locale=zh-cn', 1000, 840],
  ['failed-narrow-lab-dark', 'state=failed&theme=lab-dark', 320, 1080],
  ['failed-280-lab-dark', 'state=long&theme=lab-dark', 280, 1080],
  ['running-narrow-lab-light', 'state=running&theme=lab-light', 320, 1000],
  ['partial-vscode-light', 'state=partial&theme=vscode-light', 1000, 840],
  ['partial-gone-lab-dark', 'state=partial&cell=gone&theme=lab-dark', 420, 1080],
  ['unknown-lab-dark', 'state=unknown&theme=lab-dark', 1000, 840],
  ['long-vscode-dark', 'state=long&theme=vscode-dark', 700, 840],
  ['stale-vscode-dark', 'state=stale&theme=vscode-dark', 1000, 600],
  ['error-vscode-dark', 'state=error&theme=vscode-dark', 1000, 300],
  ['cancelled-high-contrast', 'state=cancelled&theme=vscode-high-contrast', 1000, 700],
  ['failed-high-contrast', 'state=failed&theme=vscode-high-contrast', 1000, 840],
  ['running-zh-cn-lab-dark', 'state=running&theme=lab-dark&locale=zh-cn', 1000, 800],
  ['form-vscode-dark', 'panel=form&state=new&theme=vscode-dark', 1000, 940],
  ['form-lab-light', 'panel=form&state=invalid&theme=lab-light', 1000, 980],
  ['form-narrow-zh-cn-lab-dark', 'panel=form&state=new&theme=lab-dark&locale=zh-cn', 320, 1300],
  ['form-rerun-vscode-light', 'panel=form&state=rerun&theme=vscode-light', 800, 940],
  ['form-high-contrast', 'panel=form&state=types&theme=vscode-high-contrast', 1000, 1100],
  ['form-240-lab-dark', 'panel=form&state=types&theme=lab-dark', 240, 1600],
  ['many-artifacts-lab-light', 'state=many&theme=lab-light', 1000, 900],
  ['names-vscode-dark-2026', 'state=names&theme=vscode-dark-2026', 1000, 900],
  ['names-240-lab-light', 'state=names&theme=lab-light&locale=zh-cn', 240, 1300],
  ['log-lab-light', 'panel=log&state=running&theme=lab-light', 1000, 500],
];

const [folder = '', ...wanted] = process.argv.slice(2);
await mkdir(folder, { recursive: true });
const server = await serveGallery();
const browser = await launchBrowser();
try {
  for (const [name, query, width, height] of shots) {
    if (wanted.length > 0 && !wanted.some((part) => name.includes(part))) continue;
    const page = await browser.newPage({ viewport: { width, height }, deviceScaleFactor: 2 });
    page.on('console', (message) => process.stderr.write(`${name}: ${message.text()}\n`));
    page.on('pageerror', (error) => process.stderr.write(`${name}: ${error.stack ?? error.message}\n`));
    await page.goto(`${server.url}?${query}`);
    await page.waitForTimeout(700);
    if (query.includes('state=invalid')) await page.fill('[id="f-parameter.n_pcs"]', '50.5');
    if (query.includes('state=partial')) await page.getByRole('button', { name: 'Show the whole cell' }).click();
    if (query.includes('state=partial')) await page.waitForTimeout(300);
    await page.screenshot({ path: join(folder, `${name}.png`) });
    await page.close();
  }
} finally {
  await browser.close();
  await server.close();
}
