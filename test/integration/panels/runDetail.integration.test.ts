import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import type { HostAction } from '@slipway/shared/panels';
import type { GalleryWindow } from '../../panels/gallery.ts';
import { useGallery } from './browser.ts';

const gallery = useGallery();

/** What the panel asked of its host so far. */
function performed(page: Page): Promise<readonly HostAction[]> {
  return page.evaluate(() => (globalThis as unknown as GalleryWindow).host.performed);
}

function requested(page: Page): Promise<readonly string[]> {
  return page.evaluate(() => (globalThis as unknown as GalleryWindow).host.requested.map(({ name }) => name));
}

it('lists ten thousand artifacts some at a time', async () => {
  const { page, complaints } = await gallery.open('state=many&theme=lab-light');
  const rows = page.locator('.files tbody tr');
  await page.getByText('and 9800 more').waitFor();
  expect(await rows.count()).toBe(200);
  await page.getByRole('button', { name: 'Show more' }).click();
  await page.getByText('and 9600 more').waitFor();
  expect(await rows.count()).toBe(400);
  // Names that are too long are cut, not let out of the page.
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBe(0);
  expect(complaints).toEqual([]);
  await page.close();
});

describe('the run detail', () => {
  it.each(['running', 'failed', 'queued', 'passed', 'cancelled', 'error', 'stale', 'long'])(
    'draws a run that is %s under a policy without inline styles and scripts',
    async (state) => {
      const { page, complaints } = await gallery.open(`state=${state}&theme=vscode-dark`);
      await page.waitForSelector(state === 'error' ? '.note' : '.tabs [aria-selected=true]');
      expect(complaints).toEqual([]);
      await page.close();
    },
  );

  it('reads the whole failing cell where the run has only some lines of it', async () => {
    const { page } = await gallery.open('state=partial');
    const numbers = page.locator('.src > div > span:first-child');
    await page.getByRole('button', { name: 'Show the whole cell' }).click();
    await expect.poll(() => numbers.first().innerText()).toBe('1');
    expect(await page.locator('.src').innerText()).toContain('step_60 =');
    const bounds = async (selector: string) =>
      (await page.locator(selector).first().boundingBox()) ?? { y: 0, height: 0 };
    const inSight = async () => {
      const [source, raised] = [await bounds('.src'), await bounds('.src .bad')];
      return raised.y >= source.y && raised.y + raised.height <= source.y + source.height;
    };
    await expect.poll(inSight).toBe(true);
    await page.getByRole('button', { name: 'Show less' }).click();
    expect(await numbers.first().innerText()).toBe('56');
    expect((await requested(page)).filter((name) => name === 'artifacts/failedCell')).toHaveLength(1);
    await page.close();
  });

  it.each([
    ['gone', 'The volume results is gone.'],
    ['lost', 'The run left no more of this cell.'],
  ])('says why no more of the failing cell can be shown: %s', async (cell, words) => {
    const { page } = await gallery.open(`state=partial&cell=${cell}`);
    await page.getByRole('button', { name: 'Show the whole cell' }).click();
    await page.getByText(words).waitFor();
    expect(await page.locator('.src').innerText()).toContain('step_58 =');
    await page.close();
  });

  it('says first why a run failed, and offers what helps', async () => {
    const { page } = await gallery.open('state=failed');
    await page.getByRole('heading', { name: 'The GPU ran out of memory in cell 7' }).waitFor();
    expect(await page.locator('.src .bad').first().innerText()).toContain('rsc.pp.scale(adata, max_value=10)');
    expect(await page.locator('.b.p').allInnerTexts()).toEqual(['Open failing cell']);
    await page.getByRole('button', { name: 'Open failing cell' }).click();
    await page.getByRole('button', { name: 'Show the whole cell' }).click();
    expect(await page.locator('.src').innerText()).toContain('# normalise and reduce');
    await page.getByRole('button', { name: 'Retry from notebook' }).click();
    await expect
      .poll(() => performed(page))
      .toMatchObject([
        { kind: 'openFailedCell', run: 'pbmc-clustering-8b12' },
        { kind: 'openRun', run: 'pbmc-clustering-9c02' },
      ]);
    await page.close();
  });

  it('begins with the header where a failed run opens with little room, and gives long names what there is', async () => {
    const { page } = await gallery.open('state=failed', 674, 330);
    await page.waitForFunction(() =>
      document.activeElement?.shadowRoot?.activeElement?.textContent.includes('failing'),
    );
    const name = page.locator('.head h1');
    expect((await name.boundingBox())?.y).toBeGreaterThan(0);
    expect((await name.boundingBox())?.width).toBeGreaterThan(200);
    // What stands beside the state is not shown by its first letters.
    const bottomOf = async (part: string): Promise<number> =>
      page.locator(`.head ${part}`).evaluate((element) => element.getBoundingClientRect().bottom);
    expect(await page.locator('.head .state b').isVisible()).toBe(true);
    const beside = await page.locator('.head .state .muted').boundingBox();
    expect(beside?.y).toBeGreaterThanOrEqual(await bottomOf('.state'));
    await page.close();
  });

  it('goes on with the run that it watches, and keeps a chosen tab', async () => {
    const { page } = await gallery.open('state=running');
    await page.getByText('cell 7 of 23').first().waitFor();
    expect(await page.getByRole('tab', { selected: true }).innerText()).toBe('Logs');
    await page.getByRole('tab', { name: 'Artifacts' }).click();
    await page.evaluate(() => {
      const { host, run } = globalThis as unknown as GalleryWindow;
      host.notify('run/changed', { watch: 'w1', run: { ...run, state: 'succeeded', finishedAt: Date.now() } });
      // Late news of an ended run changes nothing.
      host.notify('run/changed', { watch: 'w1', run });
    });
    await page.getByText('Passed', { exact: true }).first().waitFor();
    expect(await page.getByRole('tab', { selected: true }).innerText()).toBe('Artifacts');
    expect(await page.getByRole('button', { name: 'Cancel' }).count()).toBe(0);
    await page.close();
  });

  it('shows the overview when the run ends, but leaves who works in its log there', async () => {
    const end = (page: Page): Promise<void> =>
      page.evaluate(() => {
        const { host, run } = globalThis as unknown as GalleryWindow;
        host.notify('run/changed', { watch: 'w1', run: { ...run, state: 'succeeded', finishedAt: Date.now() } });
      });
    const selected = (page: Page): Promise<string> => page.getByRole('tab', { selected: true }).innerText();
    for (const work of ['nothing', 'keys', 'wheel', 'pointer']) {
      const { page } = await gallery.open('state=running');
      await page.getByText('cell 7 of 23').first().waitFor();
      const log = page.locator('.scroller');
      await log.locator('.row').first().waitFor();
      if (work === 'keys') await log.press('Home');
      if (work === 'pointer') await log.click();
      if (work === 'wheel') {
        await log.hover();
        await page.mouse.wheel(0, -200);
      }
      await end(page);
      await page.getByText('Passed', { exact: true }).first().waitFor();
      expect(await selected(page), work).toBe(work === 'nothing' ? 'Overview' : 'Logs');
      await page.close();
    }
  });

  it('asks before it stops a running notebook, and asks anew after the connection was broken', async () => {
    const { page } = await gallery.open('state=running');
    await page.getByRole('button', { name: 'Cancel' }).click();
    expect(await requested(page)).not.toContain('runs/cancel');
    const dialog = page.getByRole('alertdialog');
    await dialog.getByRole('button', { name: 'Keep running' }).click();
    expect(await dialog.count()).toBe(0);
    await page.getByRole('button', { name: 'Cancel' }).click();
    await dialog.getByRole('button', { name: 'Cancel the run' }).click();
    await page.getByRole('button', { name: 'Cancelling…' }).waitFor();
    const before = (await requested(page)).filter((name) => name === 'runs/watch').length;
    await page.evaluate(() => (globalThis as unknown as GalleryWindow).host.connect(false));
    await page.getByText('The connection to Slipway is broken').waitFor();
    await page.evaluate(() => (globalThis as unknown as GalleryWindow).host.connect(true));
    await expect
      .poll(async () => (await requested(page)).filter((name) => name === 'runs/watch').length)
      .toBe(before + 1);
    await page.close();
  });

  it('never shows what may be out of date as if it were now', async () => {
    const { page } = await gallery.open('state=stale');
    await page.getByText(/^Running at \d\d:/).waitFor();
    expect(await page.locator('.graph .c-passed, .graph .c-running').count()).toBe(0);
    expect(await page.getByRole('button', { name: 'Cancel' }).isDisabled()).toBe(true);
    await page.getByRole('tab', { name: 'Artifacts' }).click();
    await page.close();
  });

  it('tells a loss once, the log with it, and leaves the look of a run that has ended', async () => {
    const { page } = await gallery.open('state=running');
    await page.getByText('Live', { exact: true }).waitFor();
    await page.evaluate(() => {
      const { host, log } = globalThis as unknown as GalleryWindow;
      host.connect(false);
      log.break('The core closed the connection.');
    });
    await page.getByText(/^Not connected, as of/).waitFor();
    expect(await page.getByRole('alert').count()).toBe(1);
    await page.close();
    const { page: over } = await gallery.open('state=failed');
    await over.locator('.state .c-failed').waitFor();
    await over.evaluate(() => (globalThis as unknown as GalleryWindow).host.connect(false));
    await over.getByText('The connection to Slipway is broken.', { exact: true }).waitFor();
    expect(await over.locator('.state .c-failed').count()).toBe(1);
    expect(await over.locator('.graph .c-neutral').count()).toBe(
      await over.locator('.graph [aria-label*="kipped"]').count(),
    );
    await over.close();
  });

  it('can be used with keys alone: one stop for the steps, one for the tabs', async () => {
    const { page } = await gallery.open('state=failed');
    await page.locator('.node').first().focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    expect(await page.getByRole('tab', { selected: true }).innerText()).toBe('Logs');
    expect(await page.locator('slipway-log-view select').inputValue()).toBe('notebook');
    await page.locator('.node').nth(2).focus();
    await page.keyboard.press('Tab');
    expect(await focusedText(page)).toBe('Logs');
    await page.keyboard.press('End');
    await page.keyboard.press('Enter');
    expect(await page.getByRole('tab', { selected: true }).innerText()).toBe('Parameters');
    await page.close();
  });

  it('tells screen readers what a step did, and its state by itself', async () => {
    const { page } = await gallery.open('state=failed');
    await page.getByRole('button', { name: 'prepare, Passed, 6.0s, environment reused' }).waitFor();
    await page.getByRole('button', { name: 'test, Skipped, the notebook failed' }).waitFor();
    expect(await page.locator('[role=status]').first().innerText()).toBe('Failed');
    await page.close();
  });

  it.each(['state=long', 'state=running', 'state=passed&locale=zh-cn', 'panel=form&state=new'])(
    'never scrolls sideways, however narrow: %s',
    async (query) => {
      const { page } = await gallery.open(query);
      await page.waitForSelector(query.includes('form') ? '.fcol' : '.graph');
      for (const width of [280, 320, 480, 640, 860, 1200]) {
        await page.setViewportSize({ width, height: 800 });
        const overflow = await page.evaluate(() => {
          const { panel } = globalThis as unknown as GalleryWindow;
          return panel.scrollWidth - panel.clientWidth;
        });
        expect(overflow, `${width}`).toBe(0);
      }
      await page.close();
    },
  );

  it('reaches the tabs that have no room under "More"', async () => {
    const { page } = await gallery.open('state=passed', 320);
    await page.getByRole('button', { name: 'More' }).click();
    await page.getByRole('menuitem', { name: 'Tests' }).click();
    await page.getByText('test_umap_matches_cpu').waitFor();
    await page.close();
  });

  it('speaks Chinese, and leaves names as they are', async () => {
    const { page } = await gallery.open('state=failed&locale=zh-cn');
    await page.getByRole('tab', { name: '概览' }).waitFor();
    await page.getByRole('button', { name: '从 notebook 步骤重试' }).waitFor();
    expect(await page.locator('slipway-run-detail').getAttribute('lang')).toBe('zh-CN');
    await page.close();
  });

  it('says why it does not know the pages about a run, which hide nothing of the run itself', async () => {
    const { page, complaints } = await gallery.open('state=no-pages');
    await page.getByText('The cluster cannot be asked.').waitFor();
    await page.getByRole('tab', { name: 'Logs' }).waitFor();
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('shows hostile names, evidence, cells and paths as text', async () => {
    const { page, complaints } = await gallery.open('state=hostile');
    await page.waitForSelector('.find');
    await page.getByRole('tab', { name: /Artifacts/ }).click();
    await page.waitForSelector('.files');
    await page.getByRole('tab', { name: /Tests/ }).click();
    await page.waitForSelector('.cases');
    await page.getByRole('tab', { name: 'Parameters' }).click();
    await page.waitForSelector('.kvs');
    expect(await page.evaluate(() => 'attacked' in globalThis)).toBe(false);
    expect(await page.locator('img, script:not([nonce]), iframe').count()).toBe(0);
    // The team's own pages, and no other.
    expect(
      await page
        .locator('a')
        .evaluateAll((links: { getAttribute(name: string): string | null }[]) =>
          links.map((link) => link.getAttribute('href')),
        ),
    ).toEqual([expect.stringMatching(/^https:\/\/grafana\.example\.com\//)]);
    const text = await page.locator('slipway-run-detail .sw').first().innerText();
    expect(text).not.toMatch(/\p{Bidi_Control}|\u0007|\u001B/u);
    expect(text).toContain('<img src=x');
    expect(complaints).toEqual([]);
    await page.close();
  });
});

function focusedText(page: Page): Promise<string | undefined> {
  return page.evaluate(() => document.activeElement?.shadowRoot?.activeElement?.textContent.trim());
}
