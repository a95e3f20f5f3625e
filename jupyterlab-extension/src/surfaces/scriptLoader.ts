import { SlipwayError } from '@slipway/shared/protocol';

/** What is said where a script does not come. */
export interface NoScriptWords {
  readonly message: string;
  readonly action: string;
}

/**
 * Loads a script of the server half when it is first needed. By a script element: JupyterHub takes `import` for a
 * request that other sites might make, and refuses it.
 */
export class ScriptLoader {
  readonly #url: string;
  readonly #words: NoScriptWords;
  #loading: Promise<void> | undefined;

  /** @param url of the script, as the server half sends it */
  constructor(url: string, words: NoScriptWords) {
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
      const { message, action } = this.#words;
      script.onerror = () => reject(new SlipwayError('internal', message, { action }));
    });
    document.head.append(script);
    try {
      await loaded;
    } finally {
      script.remove();
    }
  }
}
