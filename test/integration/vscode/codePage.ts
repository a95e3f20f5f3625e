import type { BrowserContext, Frame, Locator, Page } from 'playwright-core';
import { screenshot } from '../hosts/screenshots.ts';
import { isVisible } from '../hosts/visible.ts';
import type { CodeServer } from './codeServer.ts';

/** A person in front of VS Code. */
export class CodePage {
  readonly page: Page;
  /** What the page and its webviews refused by their content security policies. */
  readonly violations: string[] = [];

  private constructor(page: Page) {
    this.page = page;
    // Playwright's thirty seconds are too few for a machine that does other things besides.
    page.setDefaultTimeout(120_000);
    page.on('console', (message) => {
      if (/Content Security Policy/i.test(message.text())) this.violations.push(message.text());
    });
  }

  static async open(context: BrowserContext, server: CodeServer): Promise<CodePage> {
    const code = new CodePage(await context.newPage());
    // code-server would pack sixteen megabytes of scripts for each window, and the browser unpack them, on the same machine.
    await code.page.setExtraHTTPHeaders({ 'Accept-Encoding': 'identity' });
    await code.page.goto(`${server.url}?folder=${server.folder}`, { timeout: 180_000 });
    await code.page.locator('.explorer-folders-view .monaco-list-row').first().waitFor({ timeout: 180_000 });
    // Before its extensions are known VS Code opens a notebook as text.
    await code.statusItem.waitFor({ timeout: 180_000 });
    return code;
  }

  /** Waits until VS Code has noted in the browser that such an editor is open; it does when it has nothing else to do. */
  async hasNoted(viewType: string): Promise<void> {
    const noted = `mainThreadWebview-${viewType}`;
    const isNoted = async (): Promise<boolean> =>
      (await this.page.evaluate<readonly string[]>(storedTexts)).some((text) => text.includes(noted));
    for (const end = Date.now() + 120_000; !(await isNoted());) {
      if (Date.now() > end) throw new Error(`VS Code has not noted that ${viewType} is open.`);
      await this.page.waitForTimeout(1_000);
    }
  }

  async reload(): Promise<void> {
    await this.page.reload({ timeout: 180_000 });
    await this.statusItem.waitFor({ timeout: 180_000 });
  }

  /** Closes what was opened and told, and shows the files, for the next who sits down before the same window. */
  async tidy(): Promise<void> {
    await this.command('Notifications: Clear All Notifications');
    await this.command('View: Close All Editors');
    await this.page.locator('.tabs-container .tab').first().waitFor({ state: 'detached' });
    await this.command('View: Show Explorer');
  }

  /** The button in the notebook's toolbar. */
  get runButton(): Locator {
    return this.page.locator('.notebook-toolbar-container').getByRole('button', { name: /Run on GPU cluster|在 GPU/ });
  }

  get statusItem(): Locator {
    return this.page.locator('[id="slipway.slipway-vscode.slipway.status"]');
  }

  /** Waits until the status bar shows a text. @throws Error with what it shows instead */
  async statusShows(text: string, timeoutMs: number): Promise<void> {
    try {
      await this.statusItem.filter({ hasText: text }).waitFor({ timeout: timeoutMs });
    } catch (error) {
      const shown = await this.statusItem.innerText({ timeout: 5_000 }).catch(String);
      throw new Error(`The status bar does not show "${text}" after ${timeoutMs / 1000} s, but: ${shown}`, {
        cause: error,
      });
    }
  }

  /** A shared panel, by the name of its element: it stands in a frame of a webview's frame. */
  async panel(element: string): Promise<Locator> {
    return this.#inFrames((frame) => frame.locator(element), `No ${element} came.`);
  }

  row(text: string | RegExp): Locator {
    return this.page.locator('.pane-body .monaco-list-row').filter({ hasText: text });
  }

  /** Chooses from a row's menu. */
  async rowAction(text: RegExp, action: string): Promise<void> {
    // Where the tree is drawn anew meanwhile, its menu goes.
    await this.page.waitForTimeout(1500);
    await this.row(text).first().click({ button: 'right' });
    await this.menuItem(action);
  }

  /** Chooses from the menu that is about to come. */
  async menuItem(action: string): Promise<void> {
    const item = this.page.locator('.monaco-menu .action-item').filter({ hasText: action }).first();
    await item.hover();
    await this.menuListens();
    await item.click();
  }

  /** A menu that has just come takes a click for the end of the one that opened it, and no keys at all. */
  async menuListens(): Promise<void> {
    await this.page.waitForTimeout(700);
  }

  /** Opens a file of the folder by its row in the explorer. */
  async openFile(name: string): Promise<void> {
    await this.page.locator('.explorer-folders-view .monaco-list-row').filter({ hasText: name }).first().dblclick();
  }

  /** Opens a notebook and waits until its toolbar has our button: the extension is there. */
  async openNotebook(name: string): Promise<void> {
    const tab = this.page.locator('.tab').filter({ hasText: name }).first();
    // Files that came while nobody saw them move the rows, and a click meets another one.
    for (let attempt = 0; attempt < 4; attempt += 1) {
      await this.openFile(name);
      const isOpen = await tab.waitFor({ timeout: 30_000 }).then(
        () => true,
        () => false,
      );
      if (isOpen) break;
    }
    await this.page.locator('.notebook-editor .code-cell-row').first().waitFor({ timeout: 120_000 });
    await this.runButton.waitFor({ timeout: 120_000 });
  }

  /** Replaces the source of a code cell, counted from 0, as somebody types it; nothing is saved. */
  async typeInto(cell: number, source: string): Promise<void> {
    await this.page.locator(`.notebook-editor .monaco-list-row[data-index="${cell}"] .cell-editor-container`).click();
    await this.page.keyboard.press('Control+A');
    await this.page.keyboard.press('Delete');
    await this.page.keyboard.insertText(source);
  }

  /** Runs a command by its title in the palette. */
  async command(title: string): Promise<void> {
    const row = this.page.locator('.quick-input-list .monaco-list-row').filter({ hasText: title }).first();
    // The palette closes where something else takes the focus meanwhile, like an editor that opens late.
    const press = async (timeout: number): Promise<void> => {
      await this.page.keyboard.press('F1');
      await this.page.locator('.quick-input-widget input').fill(`>${title}`, { timeout });
      await row.click({ timeout });
    };
    for (let attempt = 0; attempt < 6; attempt += 1) {
      const isPressed = await press(15_000).then(
        () => true,
        () => false,
      );
      if (isPressed) return;
    }
    await press(30_000);
  }

  async showRuns(): Promise<void> {
    await this.page.locator('.activitybar').getByRole('tab', { name: 'Slipway' }).click();
  }

  /** Presses one of the small buttons that a row has while the mouse is over it. */
  async inlineAction(text: RegExp, action: string): Promise<void> {
    const row = this.row(text).first();
    await row.hover();
    // Where the tree is drawn anew meanwhile, the press is lost.
    await this.page.waitForTimeout(700);
    await row.getByRole('button', { name: action }).click();
  }

  /** The page of a report: a frame in a webview's frame. */
  async report(selector: string): Promise<Locator> {
    return this.#inFrames((frame) => frame.locator(selector), `No ${selector} came in a report.`);
  }

  /** The open notebook's outputs, which VS Code draws in a frame of their own. */
  async output(text: string | RegExp): Promise<Locator> {
    return this.#inFrames(
      (frame) => frame.locator('#container').getByText(text).first(),
      `No output ${String(text)} came.`,
    );
  }

  /** Texts of what was told in this window's corner and not yet dismissed. */
  async notifications(): Promise<readonly string[]> {
    await this.command('Notifications: Show Notifications');
    const center = this.page.locator('.notifications-center.visible');
    await center.waitFor();
    return center.locator('.notification-list-item-message').allTextContents();
  }

  screenshot(name: string): Promise<void> {
    return screenshot(this.page, `vscode/${name}`);
  }

  async #inFrames(find: (frame: Frame) => Locator, failure: string): Promise<Locator> {
    for (const end = Date.now() + 120_000; Date.now() < end;) {
      for (const frame of this.page.frames()) {
        const found = find(frame);
        if (await isVisible(found)) return found;
      }
      await this.page.waitForTimeout(200);
    }
    throw new Error(failure);
  }
}

/** In the page: all texts that VS Code has stored there in its databases of states. */
const storedTexts = `(async () => {
  const answer = (request) =>
    new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  const texts = [];
  for (const { name } of await indexedDB.databases()) {
    if (!name.startsWith('vscode-web-state-db')) continue;
    const database = await answer(indexedDB.open(name));
    for (const store of database.objectStoreNames)
      texts.push(...(await answer(database.transaction(store).objectStore(store).getAll())));
    database.close();
  }
  return texts.filter((text) => typeof text === 'string');
})()`;
