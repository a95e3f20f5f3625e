import type * as panels from '@slipway/shared/panels';
import { SlipwayError } from '@slipway/shared/protocol';
import type { LabWords } from '../words/english.ts';

/** Makes the shared panels known to the page. Their code is fetched when the first one is opened, as one module. */
export class PanelLoader {
  readonly #url: string;
  readonly #words: LabWords;
  #loading: Promise<void> | undefined;

  /** @param url of the module, as the server half serves it */
  constructor(url: string, words: LabWords) {
    this.#url = url;
    this.#words = words;
  }

  /** @throws SlipwayError where the module does not come; the next call asks for it again */
  load(): Promise<void> {
    this.#loading ??= this.#load().catch((error: unknown) => {
      this.#loading = undefined;
      throw error;
    });
    return this.#loading;
  }

  async #load(): Promise<void> {
    const { definePanels } = await this.#module();
    definePanels(document);
  }

  async #module(): Promise<typeof panels> {
    try {
      return (await import(/* webpackIgnore: true */ this.#url)) as typeof panels;
    } catch (cause) {
      throw new SlipwayError('internal', this.#words.noPanels, { action: this.#words.reloadForPanels, cause });
    }
  }
}
