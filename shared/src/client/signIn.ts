import { type SignInFlow, type SignInPrompt, type SignInStatus, SlipwayError } from '../protocol/index.ts';
import type { CoreConnection } from './coreConnection.ts';
import { type Disposable, Emitter } from './emitter.ts';

/** Where a sign-in stands. `prompt`: what the person has to do now; none while the provider is being asked. */
export type SignInState =
  | { readonly kind: 'idle' }
  | {
      readonly kind: 'waiting';
      readonly context: string;
      readonly flow: SignInFlow;
      readonly prompt: SignInPrompt | undefined;
    }
  | { readonly kind: 'failed'; readonly context: string; readonly flow: SignInFlow; readonly error: unknown }
  | { readonly kind: 'done'; readonly context: string; readonly status: SignInStatus };

export interface SignInOptions {
  readonly core: Pick<CoreConnection, 'request' | 'onNotification' | 'hold'>;
  /** Shows the provider's page. @throws where no browser can be opened */
  readonly openUrl: (url: string) => Promise<void> | void;
  /** Where the provider sends the browser back to, where this host can take that; undefined: the core listens on loopback. */
  readonly redirectUri: () => string | undefined;
  /** Names a sign-in; no two alike. */
  readonly newId: () => string;
}

/** One sign-in at a time of a window: only a person's action begins it, and another one takes its place. */
export class SignIn {
  readonly #options: SignInOptions;
  readonly #changes = new Emitter<SignInState>();
  #state: SignInState = { kind: 'idle' };
  #ending: AbortController | undefined;

  constructor(options: SignInOptions) {
    this.#options = options;
  }

  readonly onChange = (listener: (state: SignInState) => void): Disposable => this.#changes.on(listener);

  get state(): SignInState {
    return this.#state;
  }

  /** Begins to sign in, in place of what goes on. Never throws: the state tells. @returns true once signed in */
  async start(context: string, flow: SignInFlow): Promise<boolean> {
    this.cancel();
    const ending = new AbortController();
    this.#ending = ending;
    const isCurrent = (): boolean => this.#ending === ending;
    const set = (state: SignInState): void => {
      if (isCurrent()) this.#set(state);
    };
    set({ kind: 'waiting', context, flow, prompt: undefined });
    try {
      const status = await this.#ask(context, flow, ending.signal, (prompt) => {
        set({ kind: 'waiting', context, flow, prompt });
      });
      set({ kind: 'done', context, status });
      return true;
    } catch (error) {
      set(ending.signal.aborted ? { kind: 'idle' } : { kind: 'failed', context, flow, error });
      return false;
    } finally {
      if (isCurrent()) this.#ending = undefined;
    }
  }

  /** Gives the callback URL to the core: the host received it, or the person pasted it. @throws SlipwayError as the core says */
  async complete(url: string, signal: AbortSignal): Promise<void> {
    await this.#options.core.request('identity/complete', { url }, signal);
  }

  /** Shows the provider's page, again where it was shown. @throws where it cannot be */
  async reopen(): Promise<void> {
    const { prompt } = this.#state.kind === 'waiting' ? this.#state : { prompt: undefined };
    if (prompt !== undefined) await this.#open(prompt);
  }

  /** Gives up what goes on, and forgets how the last one went. */
  cancel(): void {
    const ending = this.#ending;
    this.#ending = undefined;
    ending?.abort(new SlipwayError('cancelled', 'The sign-in was given up.'));
    if (this.#state.kind !== 'idle') this.#set({ kind: 'idle' });
  }

  dispose(): void {
    this.cancel();
    this.#changes.dispose();
  }

  async #ask(
    context: string,
    flow: SignInFlow,
    signal: AbortSignal,
    onPrompt: (prompt: SignInPrompt) => void,
  ): Promise<SignInStatus> {
    const { core, redirectUri, newId } = this.#options;
    const id = newId();
    const redirect = flow === 'browser' ? redirectUri() : undefined;
    // The core waits for the person, who may take minutes.
    const held = core.hold();
    const listening = core.onNotification('identity/prompt', (told) => {
      if (told.id !== id || signal.aborted) return;
      onPrompt(told.prompt);
      // A code is shown first, to be copied; its page opens when the person asks for it. A page that does not open stays shown.
      if (told.prompt.kind === 'open') this.#open(told.prompt).catch(() => undefined);
    });
    try {
      const request = { context, id, flow, ...(redirect !== undefined && { redirectUri: redirect }) };
      return await core.request('identity/signIn', request, signal);
    } finally {
      listening.dispose();
      held.dispose();
    }
  }

  async #open(prompt: SignInPrompt): Promise<void> {
    await this.#options.openUrl(pageOf(prompt));
  }

  #set(state: SignInState): void {
    this.#state = state;
    this.#changes.fire(state);
  }
}

/**
 * The page to open: the one with the code in it, where the provider has such.
 * @throws SlipwayError `issuer.invalid` for anything but a web page: the address is the provider's word
 */
export function pageOf(prompt: SignInPrompt): string {
  const url = prompt.kind === 'open' ? prompt.url : (prompt.verificationUriComplete ?? prompt.verificationUri);
  if (/^https?:\/\//i.test(url)) return url;
  throw new SlipwayError(
    'issuer.invalid',
    'The address that the identity provider gave for signing in is no web page.',
  );
}
