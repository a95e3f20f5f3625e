import type { BrowserContext, FrameLocator, Locator, Page } from 'playwright-core';
import { screenshot } from '../hosts/screenshots.ts';

/** What JupyterLab shows of itself to the page where it is told to. */
interface LabWindow {
  readonly jupyterapp: { readonly commands: { execute(command: string, args: object): Promise<unknown> } };
}

/** Where a Jupyter server is found, and what it asks for. */
export interface Address {
  /** Ends with a slash. */
  readonly url: string;
  readonly token: string;
}

/** A person in front of JupyterLab, signed in with the token as its URL has it. */
export class LabPage {
  readonly page: Page;
  /** What the page wrote to its console as errors. */
  readonly errors: string[] = [];

  private constructor(page: Page) {
    this.page = page;
    // Playwright's thirty seconds are too few for a machine that does other things besides.
    page.setDefaultTimeout(120_000);
    page.on('pageerror', (error) => {
      // JupyterLab's own, where two tabs open at the same moment.
      if (!String(error).includes('Window name candidate')) this.errors.push(String(error));
    });
  }

  /** @param path of what opens in JupyterLab, such as `tree/a.ipynb` */
  static async open(context: BrowserContext, server: Address, path: string): Promise<LabPage> {
    const lab = new LabPage(await context.newPage());
    await lab.page.goto(`${server.url}${path}?reset&token=${server.token}`);
    return lab;
  }

  /** A page that is on its way to JupyterLab already. */
  static of(page: Page): LabPage {
    return new LabPage(page);
  }

  get runButton(): Locator {
    return this.page.locator('[data-jp-item-name="slipway-run"] >> visible=true').first();
  }

  /** The notebook in front; others may be behind it. */
  get notebook(): Locator {
    return this.page.locator('.jp-NotebookPanel:not(.lm-mod-hidden) .jp-Notebook');
  }

  get sidePanel(): Locator {
    return this.page.locator('#slipway-side-panel');
  }

  get statusItem(): Locator {
    return this.page.locator('.slipway-status-item');
  }

  /** The run's tab in front; others may be behind it. */
  get detail(): Locator {
    return this.page.locator('slipway-run-detail >> visible=true');
  }

  /** Waits until the run's tab in front shows a text. @throws Error with all that the tab and the status bar show instead */
  async runShows(text: string, timeoutMs: number): Promise<void> {
    try {
      await this.detail.getByText(text).first().waitFor({ timeout: timeoutMs });
    } catch (error) {
      const all = await this.page.locator('slipway-run-detail').count();
      const shown = await this.detail.first().innerText({ timeout: 5_000 }).catch(String);
      const status = await this.statusItem.innerText({ timeout: 5_000 }).catch(String);
      const instead = `${all} runs open; in front: ${shown.replaceAll(/\s+/g, ' ').slice(0, 500)}; status bar: ${status}`;
      throw new Error(`The run does not show "${text}" after ${timeoutMs / 1000} s. ${instead}`, { cause: error });
    }
  }

  /** The document of the report that is open, in its frame in a page that keeps it there. */
  get report(): FrameLocator {
    return this.page.frameLocator('.slipway-report iframe').frameLocator('iframe');
  }

  /** Waits until JupyterLab and the extension in it are there. */
  async runsReady(): Promise<void> {
    await this.page.locator('.jp-SideBar.jp-mod-right [data-id="slipway-side-panel"]').waitFor({ timeout: 120_000 });
  }

  /**
   * Opens a notebook in this page, as the file browser does, but starts no kernel for it: none has a part in a run, and each takes a
   * second of a processor. Notebooks that a page is opened with have theirs.
   * @param path as the contents manager names it
   */
  async openNotebook(path: string): Promise<void> {
    await this.runsReady();
    await this.page.evaluate(
      async (wanted) => {
        // What it returns is of the page, and too large to be taken out of it.
        await (globalThis as unknown as LabWindow).jupyterapp.commands.execute('docmanager:open', wanted);
      },
      { path, kernelPreference: { shouldStart: false, canStart: false, autoStartDefault: false } },
    );
    await this.notebookReady();
  }

  /** Waits until the notebook can be typed into. */
  async notebookReady(): Promise<void> {
    await this.notebook.locator('.cm-content').first().waitFor({ timeout: 120_000 });
    // It goes when the layout of the last time is there again, which may bring another tab to the front.
    await this.page.locator('#jupyterlab-splash').waitFor({ state: 'detached', timeout: 120_000 });
    await this.runButton.waitFor({ timeout: 120_000 });
    await this.page.locator('.jp-NotebookPanel .jp-Spinner').waitFor({ state: 'detached', timeout: 120_000 });
    // The button is there before its command is, and a click on it would be lost.
    await this.runButton.locator('jp-button[aria-disabled="false"]').waitFor({ timeout: 120_000 });
  }

  /** Replaces the source of a cell, counted from 0, as somebody types it; nothing is saved. */
  async typeInto(cell: number, source: string): Promise<void> {
    const editor = this.notebook.locator('.jp-Cell .cm-content').nth(cell);
    await editor.click();
    await this.page.keyboard.press('Control+A');
    await this.page.keyboard.press('Delete');
    await this.page.keyboard.insertText(source);
  }

  /** Opens the side panel by its tab on the right. */
  async showSidePanel(): Promise<void> {
    if (await this.sidePanel.isVisible()) return;
    await this.page.locator('.jp-SideBar.jp-mod-right [data-id="slipway-side-panel"]').click();
    await this.sidePanel.waitFor();
  }

  /** Brings a tab of the main area to the front, counted from 0 among those of the same name. */
  async showTab(name: string, index = 0): Promise<void> {
    await this.page.locator('#jp-main-dock-panel .lm-TabBar-tab').filter({ hasText: name }).nth(index).click();
  }

  async menu(name: string, item: string): Promise<void> {
    await this.page.locator('#jp-MainMenu').getByText(name, { exact: true }).click();
    await this.page.locator('.lm-Menu').getByText(item, { exact: true }).click();
  }

  /** A run's row in the side panel, by state. */
  row(state: string): Locator {
    return this.sidePanel.locator(`.slipway-row[data-state="${state}"]`);
  }

  /** Chooses from the menu that the row's last button opens. */
  async rowMenu(row: Locator, item: string): Promise<void> {
    await row.hover();
    await row.getByLabel(/More actions|更多操作/).click();
    await this.page.locator('.lm-Menu-item').getByText(item, { exact: true }).click();
  }

  /** Leaves JupyterLab's dialog by Escape, to which it listens once it has taken the focus. */
  async leaveDialog(): Promise<void> {
    const dialog = this.page.locator('.jp-Dialog');
    await dialog.locator(':focus').first().waitFor({ state: 'attached' });
    await this.page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
  }

  screenshot(name: string): Promise<void> {
    return screenshot(this.page, `jupyterlab/${name}`);
  }
}
