import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  chromium,
  type Browser,
  type BrowserContext,
  type FrameLocator,
  type Locator,
  type Page,
} from 'playwright-core';
import { type CodeServer, prepared } from './codeServer.ts';

const screenshots = join(import.meta.dirname, '../../../.cache/screenshots/vscode');

export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: prepared('SLIPWAY_TEST_BROWSER'),
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
  });
}

/** A person in front of VS Code. */
export class CodePage {
  readonly page: Page;
  /** What the page and its webviews refused by their content security policies. */
  readonly violations: string[] = [];

  private constructor(page: Page) {
    this.page = page;
    page.on('console', (message) => {
      if (/Content Security Policy/i.test(message.text())) this.violations.push(message.text());
    });
  }

  static async open(context: BrowserContext, server: CodeServer): Promise<CodePage> {
    const code = new CodePage(await context.newPage());
    await code.page.goto(`${server.url}?folder=${server.folder}`);
    await code.page.locator('.explorer-folders-view .monaco-list-row').first().waitFor({ timeout: 90_000 });
    return code;
  }

  /** The button in the notebook's toolbar. */
  get runButton(): Locator {
    return this.page.locator('.notebook-toolbar-container').getByRole('button', { name: /Run on GPU cluster|在 GPU/ });
  }

  get statusItem(): Locator {
    return this.page.locator('[id="slipway.slipway-vscode.slipway.status"]');
  }

  /** The panel in the editor tab in front: a webview's frame lies in a frame. */
  get panel(): FrameLocator {
    return this.page
      .locator('iframe.webview.ready >> visible=true')
      .first()
      .contentFrame()
      .locator('iframe#active-frame')
      .contentFrame();
  }

  row(text: string | RegExp): Locator {
    return this.page.locator('.pane-body .monaco-list-row').filter({ hasText: text });
  }

  /** Opens a file of the folder by its row in the explorer. */
  async openFile(name: string): Promise<void> {
    await this.page.locator('.explorer-folders-view .monaco-list-row').filter({ hasText: name }).first().dblclick();
  }

  /** Opens a notebook and waits until its toolbar has our button: the extension is there. */
  async openNotebook(name: string): Promise<void> {
    await this.openFile(name);
    await this.page.locator('.notebook-editor .cell .monaco-editor').first().waitFor({ timeout: 60_000 });
    await this.runButton.waitFor({ timeout: 60_000 });
  }

  /** Replaces the source of a code cell, counted from 0, as somebody types it; nothing is saved. */
  async typeInto(cell: number, source: string): Promise<void> {
    await this.page
      .locator('.notebook-editor .code-cell-row .monaco-editor, .notebook-editor .cell.code .monaco-editor')
      .nth(cell)
      .click();
    await this.page.keyboard.press('Control+A');
    await this.page.keyboard.press('Delete');
    await this.page.keyboard.insertText(source);
  }

  /** Runs a command by its title in the palette. */
  async command(title: string): Promise<void> {
    await this.page.keyboard.press('F1');
    await this.page.locator('.quick-input-widget input').fill(`>${title}`);
    await this.page.locator('.quick-input-list .monaco-list-row').filter({ hasText: title }).first().click();
  }

  async showRuns(): Promise<void> {
    await this.page.locator('.activitybar').getByRole('tab', { name: 'Slipway' }).click();
  }

  async screenshot(name: string): Promise<void> {
    await mkdir(screenshots, { recursive: true });
    await this.page.screenshot({ path: join(screenshots, `${name}.png`) });
  }
}
