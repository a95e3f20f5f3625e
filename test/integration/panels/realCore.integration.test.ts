import { mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NotificationName, RequestName, RequestParams } from '@slipway/shared/protocol';
import { Machine, notebook, testPython } from '../cli/slipway.ts';
import { startCore, type CoreProcess } from '../core/coreProcess.ts';
import { launchBrowser } from '../hosts/chromium.ts';
import { serveGallery, type GalleryServer } from '../../panels/galleryPage.ts';
import type { BridgeWindow } from '../../panels/bridgePage.ts';

/** Lines of a log that is far too long to be sent. */
const manyLines = 900_000;
const never = new AbortController().signal;
let machine: Machine;
let core: CoreProcess;
let browser: Browser;
let server: GalleryServer;

beforeAll(async () => {
  machine = await Machine.create();
  core = await startCore(machine.environment);
  server = await serveGallery('bridgePage.ts');
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser.close();
  await server.close();
  await core.stop();
  await machine.dispose();
});

/** A page whose panel speaks to the real core. */
async function open(query: Record<string, string>): Promise<{ page: Page; complaints: string[] }> {
  const page = await browser.newPage({ viewport: { width: 1000, height: 900 } });
  page.setDefaultTimeout(120_000);
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  await page.exposeFunction('askCore', async (name: RequestName, params: string) => {
    try {
      const asked = JSON.parse(params) as RequestParams<RequestName>;
      return { result: JSON.stringify(await core.client.request(name, asked, never)) };
    } catch (error) {
      return { failure: error instanceof Error ? error.message : String(error) };
    }
  });
  const names: NotificationName[] = ['run/changed', 'run/deleted', 'context/changed', 'submit/progress'];
  const told = names.map((name) =>
    core.client.onNotification(name, (params) => {
      page
        .evaluate(([what, text]) => (globalThis as unknown as BridgeWindow).tell(what, text), [
          name,
          JSON.stringify(params),
        ] as const)
        .catch((error: unknown) => complaints.push(String(error)));
    }),
  );
  page.on('close', () => {
    for (const listener of told) listener.dispose();
  });
  await page.goto(`${server.url}?${new URLSearchParams(query).toString()}`);
  return { page, complaints };
}

/** What the page's panel asked of its host so far. */
function performedIn(page: Page): Promise<readonly unknown[]> {
  return page.evaluate(() => (globalThis as unknown as BridgeWindow).performed);
}

describe('the panels on a real core', () => {
  it('send a notebook from the form and show how it fails, cell by cell, with its log', async () => {
    const cells = [
      { kind: 'code' as const, source: 'rows = 3', tags: ['parameters'] },
      'import time\nfor row in range(rows):\n    print("row", row)\n    time.sleep(0.2)',
      'total = rows * 2\nraise ValueError(f"the end after {total}")',
    ];
    await machine.write('panels.ipynb', notebook(cells));
    await machine.write('helpers.py', '#'.repeat(2_048));
    const folder = machine.work;
    const form = await open({ panel: 'form', folder, notebook: 'panels.ipynb', python: testPython() });
    await form.page.getByLabel('rows').fill('5');
    await form.page.getByText('3 cells on this machine, then the report.').waitFor();
    const kernel = form.page.getByRole('row', { name: /^Kernel/ });
    expect(await kernel.innerText()).toMatch(/python3/);
    expect(await form.page.getByRole('row', { name: /^Python/ }).innerText()).toMatch(/3\.\d+\.\d+/);
    expect(await form.page.getByRole('listitem').filter({ hasText: 'helpers.py' }).innerText()).toMatch(/2\.0 kB/);
    await form.page.getByLabel('helpers.py').uncheck();
    await form.page.keyboard.press('Escape');
    await expect.poll(() => performedIn(form.page)).toMatchObject([{ kind: 'close' }]);
    await form.page.reload();
    await form.page.getByLabel('rows').waitFor();
    expect(await form.page.getByLabel('rows').inputValue()).toBe('5');
    expect(await form.page.getByLabel('helpers.py').isChecked()).toBe(false);
    await form.page.getByLabel('rows').press('Control+Enter');
    const performed = () => performedIn(form.page);
    await expect
      .poll(performed, { timeout: 120_000 })
      .toMatchObject([{ kind: 'openRun', context: 'local' }, { kind: 'close' }]);
    expect(form.complaints).toEqual([]);
    const [{ run = '' } = {}] = (await performed()) as { run?: string }[];
    await form.page.close();

    const detail = await open({ run });
    const { page } = detail;
    await page
      .getByText(/^(Queued|Submitting|Running|Failed)$/)
      .first()
      .waitFor();
    await page.getByRole('heading', { name: /Cell 3|ValueError|cell 3/ }).waitFor({ timeout: 180_000 });
    expect(await page.locator('.src .bad').first().innerText()).toContain('raise ValueError');
    await page.getByRole('button', { name: 'Retry from notebook' }).waitFor();
    await page.getByRole('tab', { name: 'Parameters' }).click();
    await expect.poll(() => page.locator('.kvs').first().innerText()).toMatch(/rows\s+5/);
    await page.getByRole('tab', { name: /Artifacts/ }).click();
    await page
      .getByRole('button', { name: /panels_output\.html/ })
      .first()
      .waitFor();
    await page.getByRole('tab', { name: 'Logs' }).click();
    await page.locator('.row').first().waitFor();
    await page.getByLabel('Search').fill('row 4');
    await page.locator('.row.cur mark').waitFor();
    expect(await page.locator('.row.cur .x').innerText()).toBe('row 4');
    expect(detail.complaints).toEqual([]);
    await page.close();
  });

  it('open a running step at its end, however long it is, and go on live', async () => {
    const go = join(await mkdtemp(join(machine.folder, 'told-')), 'go');
    const command = `seq 1 ${manyLines}; until [ -e "${go}" ]; do sleep 0.1; done; echo the very last`;
    const started = await core.client.request(
      'runs/submit',
      {
        context: 'local',
        folder: { kind: 'disk', path: machine.work },
        spec: { command, files: { include: [] } },
      },
      never,
    );
    const written = async () => {
      const tail = await core.client.request('logs/tail', { run: started.name, lines: 1, steps: ['command'] }, never);
      return tail.batches.map(({ data }) => data).join('');
    };
    await expect.poll(written, { timeout: 120_000 }).toBe(`${manyLines}\n`);
    const { page, complaints } = await open({ run: started.name });
    await page.getByText(new RegExp(`^${manyLines}$`)).waitFor();
    await expect.poll(() => page.locator('.lfoot').innerText(), { timeout: 120_000 }).toMatch(/of 900,\d{3}/);
    // Who works in the log is left there when the run ends.
    await page.locator('.scroller').press('End');
    await writeFile(go, '');
    await page.getByText('the very last').waitFor({ timeout: 120_000 });
    await page.locator('.scroller').press('Home');
    await expect.poll(() => page.locator('.row .x').allInnerTexts()).toContain('1');
    expect(complaints).toEqual([]);
    await page.close();
  });
});
