import { type Disposable, DevEnvStore, Emitter, keyOf } from '@slipway/shared/client';
import type { DevEnv } from '@slipway/shared/protocol';
import type { DevEnvPage } from '../devEnvPage.ts';
import { roomWords, type RoomWords } from './roomWords.ts';

/** The form that is open in the panel. */
export type OpenForm = { readonly kind: 'create' } | { readonly kind: 'resize'; readonly devEnv: DevEnv };

const foldedKey = 'slipway:devenvs-folded';

/** What the section shows, and what those that act share with it. */
export class RoomState {
  readonly page: DevEnvPage;
  readonly words: RoomWords;
  readonly store: DevEnvStore;
  readonly #changes = new Emitter<undefined>();
  readonly #progress = new Map<string, string>();
  #form: OpenForm | undefined;
  #isFolded = localStorage.getItem(foldedKey) === 'yes';

  constructor(page: DevEnvPage) {
    this.page = page;
    this.words = roomWords(page.words);
    const { core } = page;
    this.store = new DevEnvStore(
      {
        get contexts() {
          return core.contexts;
        },
        request: (name, params, signal) => core.request(name, params, signal),
        onNotification: (name, listener) => core.onNotification(name, listener),
        // It may have been made long before somebody asks for DevEnvs.
        onConnection: (listener) => {
          if (core.connected) listener(true);
          return core.onConnection(listener);
        },
        hold: () => core.hold(),
      },
      page.now,
    );
    const changed = (): void => this.#changes.fire(undefined);
    this.store.onChange(() => {
      this.#forgetProgress();
      changed();
    });
    page.account.onChange(changed);
    core.onNotification('devenv/progress', ({ context, name, text }) => {
      this.#progress.set(keyOf(context, name), text);
      changed();
    });
  }

  /** Something that is shown has changed. */
  readonly onChange = (listener: () => void): Disposable => this.#changes.on(listener);

  get form(): OpenForm | undefined {
    return this.#form;
  }

  get isFolded(): boolean {
    return this.#isFolded;
  }

  /** What a start is waiting for. */
  progressOf({ context, name }: DevEnv): string | undefined {
    return this.#progress.get(keyOf(context, name));
  }

  /** Epoch ms as of which the DevEnvs of a context are shown, where it is out of reach. */
  staleSince(context: string): number | undefined {
    const known = this.store.contexts.find(({ name }) => name === context);
    return known?.state === 'stale' ? known.since : undefined;
  }

  open(form: OpenForm): void {
    this.#form = form;
    this.page.showPanel();
    this.fold(false);
  }

  closeForm(): void {
    this.#form = undefined;
    this.#changes.fire(undefined);
  }

  fold(isFolded: boolean): void {
    this.#isFolded = isFolded;
    localStorage.setItem(foldedKey, isFolded ? 'yes' : 'no');
    this.#changes.fire(undefined);
  }

  #forgetProgress(): void {
    for (const key of this.#progress.keys()) {
      const isStarting = this.store.devEnvs.some(
        ({ context, name, state }) => state === 'starting' && keyOf(context, name) === key,
      );
      if (!isStarting) this.#progress.delete(key);
    }
  }
}
