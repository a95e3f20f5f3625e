import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { json, Machine, notebook, testPython, type JsonResult } from '../cli/slipway.ts';
import { launchBrowser } from '../hosts/chromium.ts';
import { screenshot } from '../hosts/screenshots.ts';

/** What plotly's notebook renderer does: define a module with require.js where there is one, then draw. */
const plotlyLike = `
from IPython.display import HTML
HTML('''<div id="chart">not drawn</div>
<script type="text/javascript">
  require.undef("plotlike"); define("plotlike", function () { return { draw: function (e) { e.textContent = "drawn by script"; } }; });
  require(["plotlike"], function (plot) { plot.draw(document.getElementById("chart")); });
</script>''')`;

let machine: Machine;
let browser: Browser;
let result: JsonResult;

beforeAll(async () => {
  machine = await Machine.create();
  await machine.write(
    'report.ipynb',
    notebook([
      {
        kind: 'markdown',
        source:
          '# Report\n\nInline $\\alpha^2 + \\beta$ and\n\n$$\\int_0^1 \\frac{x}{1+x}\\,dx$$\n\n\\begin{align}a &= b \\\\ c &= d\\end{align}',
      },
      plotlyLike,
      'secret_of_success = 1\nraise ValueError("the end of the road")',
    ]),
  );
  await machine.write('tests/test_report.py', 'def test_one():\n    assert True\n');
  const spec = 'notebook: report.ipynb\ntests:\n  path: tests\n  always: true\n';
  await machine.write('slipway.yaml', spec);
  result = json(await machine.slipway(['run', '-o', 'json', '--python', testPython()]));
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser.close();
  await machine.dispose();
});

/** Opens a file of the run without a network; collects whatever it tries to load from elsewhere. */
async function open(path: string): Promise<{ page: Page; outside: string[]; errors: string[] }> {
  const context = await browser.newContext({ viewport: { width: 1100, height: 1400 } });
  await context.setOffline(true);
  const page = await context.newPage();
  page.setDefaultTimeout(120_000);
  const outside: string[] = [];
  const errors: string[] = [];
  page.on('request', (request) => {
    if (!/^(file|data|blob):/.test(request.url())) outside.push(request.url());
  });
  page.on('pageerror', (error) => errors.push(error.message));
  await page.goto(pathToFileURL(join(machine.data, 'slipway/runs', result.run, path)).href);
  return { page, outside, errors };
}

describe('a report opens without a network', () => {
  it('shows maths, script-drawn output and the failing cell, and asks for nothing', async () => {
    const { page, outside, errors } = await open('output/report_output.html');
    await page.waitForSelector('mjx-container svg');
    expect(await page.locator('mjx-container svg').count()).toBeGreaterThanOrEqual(3);
    await page.waitForFunction("document.getElementById('chart').textContent === 'drawn by script'");
    const text = await page.locator('body').innerText();
    expect(text).toContain('secret_of_success = 1');
    expect(text).toContain('the end of the road');
    await screenshot(page, 'report-failed', { fullPage: true });
    expect(outside).toEqual([]);
    expect(errors).toEqual([]);
  });

  it('shows the test report with its rows', async () => {
    const { page, outside, errors } = await open('output/pytest_report.html');
    await page.waitForSelector('text=test_one');
    await screenshot(page, 'pytest-report');
    expect(outside).toEqual([]);
    expect(errors).toEqual([]);
  });
});
