import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import type { GalleryWindow } from '../../panels/gallery.ts';
import { useGallery } from './browser.ts';

const gallery = useGallery();

/** Texts of the rows that are drawn. */
function rows(page: Page): Promise<string[]> {
  return page.locator('.row .x').allTextContents();
}

function footer(page: Page): Promise<string> {
  return page.locator('.lfoot').innerText();
}

describe('the log view', () => {
  it('opens at the end, follows, and stops following when it is scrolled up', async () => {
    const { page, complaints } = await gallery.open('panel=log&state=running&lines=5000');
    await page.getByText('Line 5,000 of 5,000').waitFor();
    await page.evaluate(() => (globalThis as unknown as GalleryWindow).log.append('the very last\n'));
    await page.getByText('the very last').waitFor();
    await page.locator('.scroller').focus();
    await page.keyboard.press('PageUp');
    await page.evaluate(() => (globalThis as unknown as GalleryWindow).log.append('and one more\n'));
    await expect.poll(() => footer(page)).toContain('of 5,002');
    expect((await rows(page)).join()).not.toContain('and one more');
    await page.keyboard.press('End');
    await page.getByText('and one more').waitFor();
    expect(await page.getByRole('button', { name: 'Follow' }).getAttribute('aria-pressed')).toBe('true');
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('goes to the first line although the lines before the first screen are not counted yet', async () => {
    const { page, complaints } = await gallery.open('panel=log&state=passed&lines=5000&counting=held');
    await expect.poll(async () => (await rows(page)).at(-1)).toContain('(5000)');
    await page.locator('.scroller').focus();
    await page.keyboard.press('Home');
    await expect.poll(async () => (await rows(page))[0]).toContain('(4001)');
    await page.evaluate(() => (globalThis as unknown as GalleryWindow).releaseCounting());
    await page.getByText('of 5,000').waitFor();
    await expect.poll(async () => (await rows(page))[0]).toContain('environment reused');
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('goes to any line of a million, and draws few of them', async () => {
    const { page, complaints } = await gallery.open('panel=log&state=passed&lines=1000000');
    await page.getByText('of 1,000,000').waitFor({ timeout: 120_000 });
    expect((await rows(page)).at(-1)).toContain('(1000000)');
    await page.locator('.scroller').focus();
    await page.keyboard.press('Home');
    await expect.poll(async () => (await rows(page))[0]).toContain('environment reused');
    await page.locator('.scroller').evaluate((scroller) => {
      scroller.scrollTop = (scroller.scrollHeight - scroller.clientHeight) / 2;
    });
    await expect.poll(async () => (await rows(page))[10]).toMatch(/\((49|50)\d{4}\)/);
    await page.mouse.move(500, 400);
    const before = await page.locator('.row .n').nth(8).innerText();
    await page.mouse.wheel(0, 36);
    await expect.poll(() => page.locator('.row .n').nth(8).innerText()).not.toBe(before);
    const moved =
      Number((await page.locator('.row .n').nth(8).innerText()).replaceAll(',', '')) -
      Number(before.replaceAll(',', ''));
    expect(moved).toBe(2);
    expect(await page.locator('.row').count()).toBeLessThan(80);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('searches lines that are not loaded, with keys', async () => {
    const { page } = await gallery.open('panel=log&state=passed&lines=200000');
    await page.getByText('of 200,000').waitFor({ timeout: 120_000 });
    await page.locator('.scroller').focus();
    await page.keyboard.press('Control+f');
    expect(await page.evaluate(() => document.activeElement?.shadowRoot?.activeElement?.tagName)).toBe('INPUT');
    await page.getByLabel('Search').fill('requirements.txt unchanged');
    const matches = Math.ceil(200_000 / 13).toLocaleString('en-GB');
    await expect.poll(() => page.locator('.count').innerText()).toBe(`${matches} of ${matches}`);
    await page.keyboard.press('Enter');
    await expect.poll(() => page.locator('.count').innerText()).toBe(`1 of ${matches}`);
    await page.locator('.cur mark').first().waitFor();
    expect((await page.locator('.cur .n').innerText()).trim()).toBe('1');
    await page.keyboard.press('Shift+Enter');
    await expect.poll(async () => (await page.locator('.cur .n').innerText()).trim()).not.toBe('1');
    await page.keyboard.press('Escape');
    expect(await page.evaluate(() => document.activeElement?.shadowRoot?.activeElement?.className)).toBe('scroller');
    await page.close();
  });

  it('turns times and wrapping on and off, and remembers it', async () => {
    const { page } = await gallery.open('panel=log&state=running');
    await page.locator('.row').first().waitFor();
    await page.locator('.scroller').focus();
    expect(await page.locator('.t0').first().isVisible()).toBe(true);
    await page.keyboard.press('Alt+t');
    expect(await page.locator('.t0').first().isVisible()).toBe(false);
    await page.keyboard.press('Alt+z');
    await expect.poll(() => page.locator('.spacer.wrapped').count()).toBe(1);
    // A line of several rows goes on beside the gutter, and a line after it keeps its place.
    await page.evaluate(() => {
      const { log } = globalThis as unknown as GalleryWindow;
      log.append(`${'unbroken'.repeat(100)}\na\tb\n`);
    });
    await page.getByText('a\tb').waitFor();
    const [long, last] = await page
      .locator('.row .x')
      .evaluateAll((texts) =>
        texts.slice(-2).map((text) => [...text.getClientRects()].map(({ left, top }) => [left, top] as const)),
      );
    expect(long?.length).toBeGreaterThan(1);
    expect(new Set([...(long ?? []), ...(last ?? []).slice(0, 1)].map(([left]) => Math.round(left))).size).toBe(1);
    expect(new Set(long?.map(([, top]) => top)).size).toBe(long?.length);
    const kept = await page.evaluate(() => (globalThis as unknown as GalleryWindow).host.memory.get('log.options'));
    expect(kept).toEqual({ timestamps: false, wrap: true });
    await page.close();
  });

  it('copies lines without numbers and times, and hands a download to the host', async () => {
    const { page } = await gallery.open('panel=log&state=running&lines=3');
    await page.locator('.row').nth(2).waitFor();
    await page.getByRole('button', { name: 'Copy the lines shown' }).click();
    await page.getByRole('button', { name: 'Download' }).click();
    const performed = () => page.evaluate(() => (globalThis as unknown as GalleryWindow).host.performed);
    await expect.poll(performed).toMatchObject([
      {
        kind: 'copy',
        text: [
          'environment reused: requirements.txt unchanged (sha256 9f2c41d0)',
          'python 3.12.8, kernel python3, papermill 2.7.0',
          'Tesla T4, 15.8 GB, driver 570.124, CUDA 12.8',
        ].join('\n'),
      },
      { kind: 'saveLog' },
    ]);
    await page.locator('.row .x').first().selectText();
    await page.close();
  });

  it('says as of when it is while the cluster or the core is out of reach, once, and goes on by itself', async () => {
    const { page, complaints } = await gallery.open('panel=log&state=running&lines=3');
    await page.getByText('Live', { exact: true }).waitFor();
    await page.evaluate(() => {
      const { host, log, run } = globalThis as unknown as GalleryWindow;
      const since = new Date(2026, 0, 2, 12, 3, 4).getTime();
      const reason = 'The VPN is off.';
      host.notify('context/changed', { watch: 'w1', context: run.context, state: 'stale', since, reason });
      log.break('The cluster cannot be reached.');
    });
    await page.getByText('Not reachable, as of 12:03:04').waitFor();
    await page.getByText('The VPN is off.').waitFor();
    expect(await page.getByText('The cluster cannot be reached.').count()).toBe(0);
    await page.evaluate(() => {
      const { host, log, run } = globalThis as unknown as GalleryWindow;
      log.mend();
      log.append('written meanwhile\n');
      host.notify('context/changed', { watch: 'w1', context: run.context, state: 'live', since: Date.now() });
    });
    await page.getByText('written meanwhile').waitFor();
    await page.getByText('Live', { exact: true }).waitFor();
    await page.evaluate(() => {
      const { host, log } = globalThis as unknown as GalleryWindow;
      host.connect(false);
      log.break('The core closed the connection.');
    });
    await page.getByText(/^Not connected, as of \d\d:\d\d:\d\d$/).waitFor();
    expect(await page.getByRole('alert').allInnerTexts()).toEqual([
      expect.stringMatching(/^The connection to Slipway is broken. What is shown is as of \d\d:\d\d:\d\d/),
    ]);
    await page.evaluate(() => {
      const { host, log } = globalThis as unknown as GalleryWindow;
      log.mend();
      log.append('and after the core came back\n');
      host.connect(true);
    });
    await page.getByText('and after the core came back').waitFor();
    await page.getByText('Live', { exact: true }).waitFor();
    expect(await page.getByRole('alert').count()).toBe(0);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('keeps hostile output inert', async () => {
    const { page, complaints } = await gallery.open('panel=log&state=running&lines=1');
    await page.locator('.row').first().waitFor();
    await page.evaluate(() => {
      const { log } = globalThis as unknown as GalleryWindow;
      log.append('<img src=x onerror="globalThis.attacked=1"><script>globalThis.attacked=1</script>\n');
      log.append(
        '\u001B]8;;https://evil.example/\u0007click me\u001B]8;;\u0007 \u001B]52;c;ZXZpbA==\u0007\u001B[2J\u001B[31mred\n',
      );
      log.append(`${'x'.repeat(9_000_000)}\n`);
    });
    await page.getByText('more in this line').waitFor();
    const drawn = await rows(page);
    expect(drawn[1]).toContain('<img src=x');
    expect(drawn[2]).toBe('click me red');
    expect(drawn[3]?.length).toBeLessThan(9_000);
    expect(await page.locator('.rows a, .rows img, .rows script').count()).toBe(0);
    expect(await page.locator('.a-r').first().innerText()).toBe('red');
    expect(await page.evaluate(() => 'attacked' in globalThis)).toBe(false);
    expect(complaints).toEqual([]);
    await page.close();
  });
});
