import {
  type ContextStore,
  type CoreConnection,
  type Disposable,
  Emitter,
  type SignIn,
  type SignInState,
} from '@slipway/shared/client';
import { type ContextSummary, type RequestParams, type SignInFlow, SlipwayError } from '@slipway/shared/protocol';
import type { BrowserTab } from './browserTab.ts';
import { Spaces, type SpacesState } from './spaces.ts';

/** What went wrong, in the words of the page, and what to do next. */
export interface Trouble {
  readonly message: string;
  readonly action: string | undefined;
}

/** How an import went; what was typed stays where it failed. */
export type ImportOutcome =
  | { readonly kind: 'added'; readonly contexts: readonly string[]; readonly notes: readonly string[] }
  | { readonly kind: 'exists'; readonly trouble: Trouble }
  | { readonly kind: 'failed'; readonly trouble: Trouble };

export interface AccountOptions {
  readonly core: Pick<CoreConnection, 'request'>;
  readonly contexts: Pick<ContextStore, 'get' | 'contexts' | 'problem' | 'onChange'>;
  readonly signIn: SignIn;
  readonly tab: Pick<BrowserTab, 'prepare' | 'discard'>;
  /** Resolves once it is known where a sign-in may come back to. */
  readonly ready: (signal: AbortSignal) => Promise<unknown>;
  /** Shown in the new tab until the page is known. */
  readonly preparing: string;
  readonly chooseContext: (context: string) => void;
  /** Asks whether a context is to be removed. */
  readonly confirmRemoval: (context: string) => Promise<boolean>;
  readonly troubleIn: (error: unknown) => Trouble;
  readonly onFailure: (error: unknown) => void;
}

/** Who this person is in each context: what the side panel shows of it, and what they do there. */
export class Account {
  readonly #options: AccountOptions;
  readonly #spaces: Spaces;
  readonly #changes = new Emitter<undefined>();
  readonly #ending = new AbortController();
  readonly #subscriptions: readonly Disposable[];
  readonly #notes = new Map<string, string>();
  #signedIn: ReadonlyMap<string, string> = new Map();

  constructor(options: AccountOptions) {
    this.#options = options;
    const changed = (): void => this.#changes.fire(undefined);
    this.#spaces = new Spaces(options.core, changed);
    this.#subscriptions = [
      options.contexts.onChange(() => {
        this.#forgetOthers();
        changed();
      }),
      options.signIn.onChange(({ kind }) => {
        if (kind === 'failed' || kind === 'done') options.tab.discard();
        changed();
      }),
    ];
  }

  /** Something that is shown has changed. */
  readonly onChange = (listener: () => void): Disposable => this.#changes.on(listener);

  get signInState(): SignInState {
    return this.#options.signIn.state;
  }

  summary(context: string): ContextSummary | undefined {
    return this.#options.contexts.get(context);
  }

  /** What is wrong with the file that names the contexts. */
  get problem(): Trouble | undefined {
    const { problem } = this.#options.contexts;
    return problem === undefined ? undefined : { message: problem.message, action: problem.action };
  }

  spaces(context: string): SpacesState {
    return this.#spaces.of(context);
  }

  /** What became of the last sign-out of a context, in words, until the next sign-in. */
  signOutNote(context: string): string | undefined {
    return this.#notes.get(context);
  }

  /** To be called in a click: a tab is opened in it. */
  signIn(context: string, flow: SignInFlow): void {
    const { tab, preparing, signIn, ready, onFailure } = this.#options;
    this.#notes.delete(context);
    if (flow === 'browser') tab.prepare(preparing);
    ready(this.#ending.signal).then(
      () => signIn.start(context, flow),
      (error: unknown) => {
        tab.discard();
        onFailure(error);
      },
    );
  }

  cancel(): void {
    this.#options.tab.discard();
    this.#options.signIn.cancel();
  }

  /** Hands over the address that the browser ended at. Resolves with what is wrong with it. */
  async complete(address: string): Promise<Trouble | undefined> {
    try {
      await this.#options.signIn.complete(address.trim(), this.#ending.signal);
      return undefined;
    } catch (error) {
      return this.#options.troubleIn(error);
    }
  }

  async signOut(context: string): Promise<void> {
    try {
      const { note } = await this.#options.core.request('identity/signOut', { context }, this.#ending.signal);
      this.#notes.set(context, note);
      // What was done before is of no interest any more.
      this.#options.signIn.cancel();
      this.#changes.fire(undefined);
    } catch (error) {
      this.#options.onFailure(error);
    }
  }

  loadSpaces(context: string): void {
    void this.#spaces.load(context);
  }

  async chooseSpace(context: string, namespace: string): Promise<void> {
    const { core, onFailure } = this.#options;
    try {
      await core.request('contexts/setSpace', { context, namespace }, this.#ending.signal);
      await this.#spaces.load(context);
    } catch (error) {
      onFailure(error);
    }
  }

  /** Never throws; chooses the context that came, where it is one. */
  async importContexts(params: RequestParams<'contexts/import'>): Promise<ImportOutcome> {
    const { core, chooseContext, troubleIn } = this.#options;
    try {
      const { contexts, notes } = await core.request('contexts/import', params, this.#ending.signal);
      const [only] = contexts;
      if (contexts.length === 1 && only !== undefined) chooseContext(only);
      return { kind: 'added', contexts, notes };
    } catch (error) {
      const kind = SlipwayError.is(error, 'context.exists') ? 'exists' : 'failed';
      return { kind, trouble: troubleIn(error) };
    }
  }

  async removeContext(context: string): Promise<void> {
    const { core, confirmRemoval, onFailure } = this.#options;
    if (!(await confirmRemoval(context))) return;
    try {
      await core.request('contexts/delete', { context }, this.#ending.signal);
    } catch (error) {
      onFailure(error);
    }
  }

  dispose(): void {
    this.#ending.abort(new SlipwayError('cancelled', 'The page is closing.'));
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#spaces.dispose();
    this.#options.tab.discard();
    this.#changes.dispose();
  }

  /** Spaces are those of one person in one cluster. */
  #forgetOthers(): void {
    const { contexts } = this.#options.contexts;
    const now = new Map(contexts.map(({ name, server, signIn }) => [name, `${server} ${signIn.state} ${signIn.user}`]));
    for (const [name, who] of this.#signedIn) if (now.get(name) !== who) this.#spaces.forget(name);
    for (const { name, signIn } of contexts) if (signIn.state === 'signedIn') this.#notes.delete(name);
    this.#signedIn = now;
  }
}
