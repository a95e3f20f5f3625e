import { type ContextStore, type CoreConnection, Emitter } from '@slipway/shared/client';
import * as vscode from 'vscode';
import type { WindowWords } from './words/index.ts';

const key = 'slipway.context';

/** Where runs of this workspace go. */
export class ChosenContext {
  readonly #memory: vscode.Memento;
  readonly #core: CoreConnection;
  readonly #contexts: ContextStore;
  readonly #words: WindowWords;
  readonly #signal: AbortSignal;
  readonly #changes = new Emitter<undefined>();
  #here: () => string | undefined = () => undefined;

  constructor(
    memory: vscode.Memento,
    core: CoreConnection,
    contexts: ContextStore,
    words: WindowWords,
    signal: AbortSignal,
  ) {
    this.#memory = memory;
    this.#core = core;
    this.#contexts = contexts;
    this.#words = words;
    this.#signal = signal;
  }

  readonly onChange = (listener: () => void): { dispose(): void } => this.#changes.on(listener);

  /** @param context of the cluster on which this window is opened; where nothing was chosen, runs go there */
  preferHere(context: () => string | undefined): void {
    this.#here = context;
  }

  /** Where nothing was chosen, or what was chosen is no longer there: the cluster that the window is on, the current context of this person, else this machine. */
  get name(): string {
    const chosen: unknown = this.#memory.get(key);
    const { contexts } = this.#core;
    if (typeof chosen === 'string' && (contexts.length === 0 || contexts.includes(chosen))) return chosen;
    return this.#here() ?? this.#contexts.contexts.find(({ current }) => current)?.name ?? 'local';
  }

  async use(name: string): Promise<void> {
    await this.#memory.update(key, name);
    this.#changes.fire(undefined);
  }

  async ask(): Promise<void> {
    await this.#core.open(this.#signal);
    const { host } = this.#words;
    const items = this.#core.contexts.map((name) => ({
      label: name,
      ...(name === 'local' && { description: host.thisMachine }),
      ...(name === this.name && { detail: host.current }),
    }));
    const chosen = await vscode.window.showQuickPick(items, { title: host.chooseContext });
    if (chosen !== undefined) await this.use(chosen.label);
  }
}
