import { SlipwayError } from '@slipway/shared/protocol';
import type { LabWords } from '../words/english.ts';

/**
 * Makes the shared panels known to the page, when the first one is opened. By a script element: JupyterHub takes `import` for a
 * request that other sites might make, and refuses it.
 */
export class PanelLoader {
  readonly #url: string;
  readonly #words: LabWords;
  #loading: Promise<void> | undefined;

  /** @param url of the script, as the server half sends it */
  constructor(url: string, words: LabWords) {
    this.#url = url;
    this.#words = words;
  }

  /** @throws SlipwayError where the script does not come; the next call asks for it again */
  load(): Promise<void> {
    this.#loading ??= this.#load().catch((error: unknown) => {
      this.#loading = undefined;
      throw error;
    });
    return this.#loading;
  }

  async #load(): Promise<void> {
    const script = document.createElement('script');
    script.src = this.#url;
    const loaded = new Promise<void>((resolve, reject) => {
      script.onload = () => resolve();
      script.onerror = () =>
        reject(new SlipwayError('internal', this.#words.noPanels, { action: this.#words.reloadForPanels }));
    });
    document.head.append(script);
    try {
      await loaded;
    } finally {
      script.remove();
    }
  }
}
