import type { Locator } from 'playwright-core';
import { context } from '../cluster/clusterMachine.ts';
import { isVisible } from '../hosts/visible.ts';
import type { LabPage } from '../jupyterlab/labPage.ts';
import type { CodePage } from '../vscode/codePage.ts';

/** How long anything may take on a machine that does other things besides, in milliseconds. */
export const patienceMs = 180_000;

/** From now on JupyterLab's button runs there. */
export async function runInLab(lab: LabPage, name: string): Promise<void> {
  const row = lab.sidePanel.locator(`.slipway-context[data-context="${name}"]`);
  await row.click();
  await lab.sidePanel.locator(`.slipway-context[data-context="${name}"][aria-checked="true"]`).waitFor();
}

/** From now on VS Code's button runs there. */
export async function runInCode(code: CodePage, name: string): Promise<void> {
  const row = code.row(new RegExp(`^${name}`)).first();
  const chosen = code.row(new RegExp(`^${name}.*runs go here`)).first();
  await row.waitFor({ timeout: patienceMs });
  // The window remembers what the test before has chosen.
  if (await chosen.isVisible()) return;
  await row.hover();
  await row.getByRole('button', { name: 'Run here from now on' }).click();
  await chosen.waitFor({ timeout: patienceMs });
}

/** Presses the button of JupyterLab; resolves to the name of the run. */
export async function pressInLab(lab: LabPage): Promise<string> {
  const known = await runsInLab(lab);
  await lab.runButton.click();
  return newRun(lab, known);
}

/** The names of all rows, as they stood at one instant. */
export function runsInLab(lab: LabPage): Promise<readonly string[]> {
  return lab.sidePanel
    .locator('.slipway-row')
    .evaluateAll((rows: { getAttribute(name: string): string | null }[]) =>
      rows.map((row) => row.getAttribute('data-run') ?? ''),
    );
}

/** The name of a run that is not among those, once JupyterLab shows it. @param notebook where others' runs come to the same space */
export async function newRun(lab: LabPage, known: readonly string[], notebook = ''): Promise<string> {
  const others = known.map((name) => `:not([data-run="${name}"])`).join('');
  const row = lab.sidePanel.locator(`.slipway-row${others}`).filter({ hasText: notebook }).first();
  await row.waitFor({ timeout: patienceMs });
  return (await row.getAttribute('data-run')) ?? '';
}

export function rowInLab(lab: LabPage, run: string): Locator {
  return lab.sidePanel.locator(`[data-run="${run}"]`);
}

/** The detail of a run in JupyterLab, opened from its row. */
export async function detailInLab(lab: LabPage, run: string): Promise<Locator> {
  // By the keyboard: JupyterLab's notices lie above the end of the panel.
  await rowInLab(lab, run).locator('.slipway-row-open').press('Enter');
  const detail = lab.detail.filter({ hasText: run }).filter({ visible: true });
  await detail.waitFor({ timeout: patienceMs });
  return detail;
}

/** The detail of a run in VS Code, opened from its row in the tree; it stands in a frame of a webview's frame. */
export async function detailInCode(code: CodePage, row: RegExp, run: string): Promise<Locator> {
  for (const end = Date.now() + patienceMs; Date.now() < end;) {
    // A tree that is drawn anew under the pointer swallows a click.
    await code.row(row).first().click();
    for (const again = Date.now() + 15_000; Date.now() < again;) {
      for (const frame of code.page.frames()) {
        const detail = frame.locator('slipway-run-detail').filter({ hasText: run });
        if (await isVisible(detail)) return detail;
      }
      await code.page.waitForTimeout(200);
    }
  }
  throw new Error(`VS Code shows no detail of ${run}.`);
}

/** Waits until the card that says why a run failed has a text; names what it showed instead. */
export async function findingIn(detail: Locator, text: RegExp): Promise<void> {
  const card = detail.locator('.find');
  try {
    await card.getByText(text).first().waitFor({ timeout: patienceMs });
  } catch (error) {
    const shown = (await card.allInnerTexts()).join('\n') || (await detail.innerText());
    throw new Error(`The card does not say ${String(text)}, but:\n${shown}`, { cause: error });
  }
}

/** How many lines of the log in a run's detail have a text, once all of it was read. */
export async function linesWith(detail: Locator, text: string): Promise<number> {
  await detail.getByRole('tab', { name: 'Logs' }).click();
  const view = detail.locator('slipway-log-view');
  await view.getByText('Complete').waitFor({ timeout: patienceMs });
  await view.getByLabel('Search', { exact: true }).fill(text);
  const count = view.getByText(/^\d+ of \d+$/);
  await count.waitFor({ timeout: patienceMs });
  return Number(/of (\d+)/.exec((await count.textContent()) ?? '')?.[1]);
}

export { context as cluster };
