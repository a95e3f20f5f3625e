import type { Browser, BrowserContext, Page } from 'playwright-core';

/** How long a page of Keycloak's may take to come, in milliseconds: its templates are read when first shown. */
const patienceMs = 60_000;

/** A person's browser at Keycloak's own pages, with the cookies that it keeps from one sign-in to the next. */
export class KeycloakPages {
  readonly context: BrowserContext;
  readonly page: Page;

  private constructor(context: BrowserContext, page: Page) {
    this.context = context;
    this.page = page;
  }

  static async open(browser: Browser): Promise<KeycloakPages> {
    // The authority is ours, and Chromium reads no file of it.
    const context = await browser.newContext({ ignoreHTTPSErrors: true });
    context.setDefaultTimeout(patienceMs);
    return new KeycloakPages(context, await context.newPage());
  }

  /** A page that something else opened at Keycloak. */
  static at(context: BrowserContext, page: Page): KeycloakPages {
    return new KeycloakPages(context, page);
  }

  /** Fills in the form and sends it; what comes then is for the caller to see. */
  async logIn(username: string, password: string): Promise<void> {
    await this.page.fill('#username', username);
    await this.page.fill('#password', password);
    await this.page.click('#kc-login');
  }

  /** The words of the page about what went wrong, once there are some. */
  complaint(): Promise<string> {
    const shown = this.page.locator('#input-error-username, #input-error-device_user_code, #kc-error-message').first();
    return shown.innerText();
  }

  /** What the page asks the person to allow, by its items, once it does. */
  async asksToAllow(): Promise<string[]> {
    await this.page.waitForSelector('#kc-oauth');
    return this.page.locator('#kc-oauth li').allInnerTexts();
  }

  async allow(): Promise<void> {
    await this.page.click('#kc-login');
  }

  async refuse(): Promise<void> {
    await this.page.click('#kc-cancel');
  }

  /** Opens the page of a device sign-in and types its code. */
  async enterCode(verificationUri: string, code: string): Promise<void> {
    await this.page.goto(verificationUri);
    await this.page.fill('#device_user_code', code);
    await this.page.click('#kc-login');
  }

  /** The heading of the page. */
  title(): Promise<string> {
    return this.page.locator('#kc-page-title').innerText();
  }

  close(): Promise<void> {
    return this.context.close();
  }
}
