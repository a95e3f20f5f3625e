import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import type { GalleryWindow } from '../../panels/gallery.ts';
import { useGallery } from './browser.ts';

const gallery = useGallery();

function sent(page: Page, name: string): Promise<unknown[]> {
  return page.evaluate(
    (wanted) =>
      (globalThis as unknown as GalleryWindow).host.requested
        .filter((one) => one.name === wanted)
        .map(({ params }) => params),
    name,
  );
}

describe('the run form', () => {
  it('sends what was typed, remembers it, opens the run and closes', async () => {
    const { page, complaints } = await gallery.open('panel=form&state=new');
    await page.getByLabel('n_pcs').fill('40');
    await page.getByLabel('use_gpu').uncheck();
    expect(await page.getByRole('radio', { name: 'gpu-1x-16c-32g-1gpu' }).isChecked()).toBe(true);
    await page.getByRole('radio', { name: 'gpu-1x-24g-16c-64g' }).check();
    await page.getByLabel('helpers.py').uncheck();
    await page.keyboard.press('Control+Enter');
    await expect
      .poll(() => sent(page, 'runs/submit'))
      .toMatchObject([
        {
          context: 'team-a',
          notebookText: '{}',
          unsaved: true,
          spec: {
            notebook: 'pbmc_clustering.ipynb',
            parameters: { n_pcs: 40, use_gpu: false },
            instanceType: 'gpu-1x-24g-16c-64g',
            files: { exclude: ['helpers.py'] },
          },
        },
      ]);
    const performed = () =>
      page.evaluate(() => (globalThis as unknown as GalleryWindow).host.performed.map(({ kind }) => kind));
    await expect.poll(performed).toEqual(['openRun', 'close']);
    const keys = await page.evaluate(() => [...(globalThis as unknown as GalleryWindow).host.memory.keys()]);
    expect(keys).toEqual(['form/team-a/pbmc_clustering.ipynb']);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('leads to the value that is wrong instead of sending it', async () => {
    const { page } = await gallery.open('panel=form&state=new');
    await page.getByLabel('n_pcs').fill('50.5');
    const run = page.getByRole('button', { name: 'Run', exact: true });
    await expect.poll(() => run.getAttribute('aria-disabled')).toBe('true');
    await page.getByRole('alert').filter({ hasText: 'Needs a whole number' }).waitFor();
    const field = page.getByLabel('n_pcs');
    expect(await field.getAttribute('aria-invalid')).toBe('true');
    expect(await field.getAttribute('aria-describedby')).toBe('f-parameter.n_pcs-note');
    // A person can press it all the same.
    await run.click({ force: true });
    expect(await page.evaluate(() => document.activeElement?.shadowRoot?.activeElement?.id)).toBe('f-parameter.n_pcs');
    expect(await sent(page, 'runs/submit')).toEqual([]);
    await page.getByRole('button', { name: 'Reset' }).click();
    await expect.poll(() => run.getAttribute('aria-disabled')).toBe('false');
    await page.close();
  });

  it('says what will run where, anew for another context, and shows the manifest', async () => {
    const { page } = await gallery.open('panel=form&state=new');
    await page.getByText('23 cells on 1 GPU in team-a, then the report and the tests.').waitFor();
    await page.getByLabel('Context').selectOption('team-b');
    await page.getByText('23 cells on 1 GPU in team-b').waitFor();
    await page.getByRole('button', { name: 'Preview manifest' }).click();
    await expect.poll(() => sent(page, 'jobs/manifest')).toMatchObject([{ context: 'team-b' }]);
    await page.close();
  });

  it('keeps the values when it is closed with Escape', async () => {
    const { page } = await gallery.open('panel=form&state=new');
    await page.getByLabel('n_pcs').fill('41');
    await page.keyboard.press('Escape');
    const kept = () =>
      page.evaluate(() =>
        (globalThis as unknown as GalleryWindow).host.memory.get('form/team-a/pbmc_clustering.ipynb'),
      );
    await expect.poll(kept).toMatchObject({ parameters: { n_pcs: '41' } });
    await page.close();
  });

  it('sends a run again with what was changed, and only that', async () => {
    const { page } = await gallery.open('panel=form&state=rerun');
    await page.getByLabel('n_top_genes').fill('4000');
    await page.keyboard.press('Control+Enter');
    await expect
      .poll(() => sent(page, 'runs/rerun'))
      .toMatchObject([
        { context: 'team-a', run: 'pbmc-clustering-8b12', changes: { parameters: { n_top_genes: 4000 } } },
      ]);
    const [params] = await sent(page, 'runs/rerun');
    expect(Object.keys((params as { changes: object }).changes)).toEqual(['parameters']);
    await page.close();
  });
});
