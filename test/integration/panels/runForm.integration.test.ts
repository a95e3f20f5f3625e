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

  it('can be used from its opening to Run with the keyboard alone', async () => {
    const { page } = await gallery.open('panel=form&state=new');
    const focused = () =>
      page.evaluate(() => {
        const element = document.activeElement?.shadowRoot?.activeElement;
        return element?.id !== '' && element?.id !== undefined ? element.id : (element?.textContent.trim() ?? '');
      });
    await expect.poll(focused).toBe('f-parameter.dataset');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    expect(await focused()).toBe('f-parameter.n_pcs');
    await page.keyboard.press('Control+A');
    await page.keyboard.type('44');
    const reached: string[] = [];
    while ((await focused()) !== 'run' && reached.length < 60) {
      await page.keyboard.press('Tab');
      const where = await focused();
      reached.push(where);
      if (where === 'f-dataset') await page.keyboard.type('s3://cells/pbmc3k/');
      if (where === 'f-datasetSecret') await page.keyboard.type('minio-ada');
      if (where === 'f-parameter.use_gpu') await page.keyboard.press('Space');
      const isSize = await page.getByRole('radio', { name: 'gpu-1x-16c-32g-1gpu' }).evaluate((radio) => {
        const root = radio.getRootNode();
        return root instanceof ShadowRoot && root.activeElement === radio;
      });
      if (isSize) await page.keyboard.press('ArrowDown');
    }
    expect(reached).toEqual(
      expect.arrayContaining(['f-context', 'f-image', 'f-dataset', 'f-datasetSecret', 'f-datasetEndpoint', 'f-tests']),
    );
    await page.keyboard.press('Enter');
    await expect
      .poll(() => sent(page, 'runs/submit'))
      .toMatchObject([
        {
          spec: {
            parameters: { n_pcs: 44, use_gpu: false },
            instanceType: 'gpu-1x-24g-16c-64g',
            dataset: { url: 's3://cells/pbmc3k/', secret: 'minio-ada' },
          },
        },
      ]);
    await page.close();
  });

  it('takes no focus from somebody who has gone elsewhere before it was there', async () => {
    const { page } = await gallery.open('panel=form&state=late');
    await page.evaluate(() => {
      const elsewhere = document.createElement('input');
      document.body.append(elsewhere);
      elsewhere.focus();
      (globalThis as unknown as GalleryWindow).release();
    });
    await page.getByLabel('n_pcs').waitFor();
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('INPUT');
    await page.close();
  });

  it('asks for a Secret where one is taken, offers those there are, and says what is wrong with a source', async () => {
    const { page, complaints } = await gallery.open('panel=form&state=new');
    const source = page.getByLabel('Dataset', { exact: true });
    await source.fill('https://ada:word@data.example.com/cells.h5ad');
    await page.getByRole('alert').filter({ hasText: 'without user name and password' }).waitFor();
    expect(await page.getByLabel('Secret').count()).toBe(0);
    expect(await sent(page, 'contexts/secrets')).toEqual([]);
    await source.fill('hf://datasets/owner/cells');
    await page.getByLabel('Secret').waitFor();
    await expect.poll(() => sent(page, 'contexts/secrets')).toEqual([{ context: 'team-a' }]);
    await expect
      .poll(() =>
        page.locator('datalist#secrets option').evaluateAll((all) => all.map((one) => one.getAttribute('value'))),
      )
      .toEqual(['hub-token', 'minio-ada']);
    await page.getByLabel('Secret').fill('Not A Name');
    await page.getByRole('button', { name: 'Secret' }).click();
    expect(await page.evaluate(() => document.activeElement?.shadowRoot?.activeElement?.id)).toBe('f-datasetSecret');
    expect(complaints).toEqual([]);
    await page.close();
    const without = await gallery.open('panel=form&state=no-secrets');
    await without.page.getByLabel('Dataset', { exact: true }).fill('s3://cells/a');
    await without.page.getByText('The names of Secrets cannot be listed here.').waitFor();
    await without.page.close();
  });

  it('has room for every type and for names that are too long, however narrow it is', async () => {
    const { page } = await gallery.open('panel=form&state=types&theme=lab-dark', 240);
    await page.getByLabel('limits').waitFor();
    const tooWide = await page.locator('slipway-run-form').evaluate((form) => form.scrollWidth - form.clientWidth);
    expect(tooWide).toBe(0);
    await page.close();
  });
});
