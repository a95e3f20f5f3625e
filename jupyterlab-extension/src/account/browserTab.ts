import { SlipwayError } from '@slipway/shared/protocol';

/**
 * The tab for the sign-in page. Browsers let a page open one in a click alone, and where it has to go is known only later: so
 * an empty one is opened in the click and sent there. It cannot reach back into JupyterLab.
 */
export class BrowserTab {
  readonly #open: () => Window | null;
  #tab: Window | null = null;

  /** @param open opens an empty tab; null where the browser lets it not */
  constructor(open: () => Window | null = () => window.open('', '_blank')) {
    this.#open = open;
  }

  /** To be called in a click. @param words shown until the page is known */
  prepare(words: string): void {
    this.discard();
    this.#tab = this.#openTab();
    if (this.#tab === null) return;
    this.#tab.document.title = words;
    this.#tab.document.body.textContent = words;
  }

  /** Shows the page in the tab that waits for it, else in a new one. @throws SlipwayError where the browser opens none */
  show(url: string): void {
    const waiting = this.#tab;
    this.#tab = null;
    const tab = waiting === null || waiting.closed ? this.#openTab() : waiting;
    if (tab === null) throw new SlipwayError('internal', 'The browser opened no tab.');
    tab.location.replace(url);
  }

  /** Closes a tab that still waits for a page. */
  discard(): void {
    this.#tab?.close();
    this.#tab = null;
  }

  #openTab(): Window | null {
    const tab = this.#open();
    if (tab !== null) tab.opener = null;
    return tab;
  }
}
