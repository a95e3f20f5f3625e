import type { PanelHost } from '../panelHost.ts';

/** Names of a context's Secrets, to choose from. */
export interface SecretNames {
  readonly names: readonly string[];
  /** True where they cannot be listed, which many clusters allow to nobody: a name can be typed all the same. */
  readonly isUnknown: boolean;
}

/** The names of Secrets of contexts, asked for once each, when they are first needed. */
export class KnownSecrets {
  readonly #host: PanelHost;
  readonly #signal: AbortSignal;
  readonly #onChange: () => void;
  readonly #known = new Map<string, SecretNames | undefined>();

  constructor(host: PanelHost, signal: AbortSignal, onChange: () => void) {
    this.#host = host;
    this.#signal = signal;
    this.#onChange = onChange;
  }

  /** Undefined while they are being asked for. */
  of(context: string): SecretNames | undefined {
    if (!this.#known.has(context)) {
      this.#known.set(context, undefined);
      void this.#ask(context);
    }
    return this.#known.get(context);
  }

  async #ask(context: string): Promise<void> {
    let found: SecretNames;
    try {
      const { secrets } = await this.#host.request('contexts/secrets', { context }, this.#signal);
      found = { names: secrets, isUnknown: false };
    } catch {
      // Shown beside the field, which works without them.
      found = { names: [], isUnknown: true };
    }
    if (this.#signal.aborted) return;
    this.#known.set(context, found);
    this.#onChange();
  }
}
