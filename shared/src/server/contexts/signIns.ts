import { isAbsolute, join } from 'node:path';
import type { Identity, SignInChange } from '../../identity/index.ts';
import type { CredentialSource, SignIn } from '../../kubernetes/index.ts';
import {
  type ContextEntry,
  type OidcSettings,
  type SignInStatus,
  SlipwayError,
  type TokenStorage,
} from '../../protocol/index.ts';
import type { Disposable } from '../../targets/index.ts';

export interface SignInsOptions {
  /** Where relative paths of the configuration start. */
  readonly configDir: string;
  /** Loads and makes the identity; called once, when it is first needed. */
  readonly open: (storage: TokenStorage) => Promise<Identity>;
  readonly storage: () => TokenStorage;
}

/** The sign-ins behind contexts. What keeps them is loaded when a context asks for one. */
export class SignIns {
  readonly #options: SignInsOptions;
  readonly #listeners = new Set<(change: SignInChange) => void>();
  #identity: Promise<Identity> | undefined;

  constructor(options: SignInsOptions) {
    this.#options = options;
  }

  identity(): Promise<Identity> {
    this.#identity ??= this.#open();
    return this.#identity;
  }

  /** The settings with absolute paths; undefined for a context that does not sign in with us. */
  settings({ oidc }: ContextEntry): OidcSettings | undefined {
    const file = oidc?.certificateAuthority;
    if (oidc === undefined || file === undefined || isAbsolute(file)) return oidc;
    return { ...oidc, certificateAuthority: join(this.#options.configDir, file) };
  }

  /** @throws SlipwayError `target.unsupported` for a context that does not sign in with us */
  required(entry: ContextEntry | undefined, context: string): OidcSettings {
    const settings = entry === undefined ? undefined : this.settings(entry);
    if (settings !== undefined) return settings;
    const how = entry === undefined ? 'is this machine' : 'signs in by its kubeconfig';
    throw new SlipwayError('target.unsupported', `The context ${context} ${how}, so there is nobody to sign in.`, {
      action: 'Choose a context that names an identity provider: "slipway context list".',
    });
  }

  /** How things stand, without asking anybody. */
  async status(entry: ContextEntry): Promise<SignInStatus> {
    const settings = this.settings(entry);
    return settings === undefined ? { state: 'notNeeded' } : (await this.identity()).status(settings);
  }

  /** Who asks, for a target; undefined for a context that does not sign in with us. */
  signInOf(entry: ContextEntry): SignIn | undefined {
    const settings = this.settings(entry);
    return settings === undefined ? undefined : new ContextSignIn(entry.name, settings, () => this.identity());
  }

  /** Calls `listener` when somebody signed in or out, once the identity is there. */
  onChange(listener: (change: SignInChange) => void): Disposable {
    this.#listeners.add(listener);
    return { dispose: () => this.#listeners.delete(listener) };
  }

  async dispose(): Promise<void> {
    // What could not be loaded has told so to those who asked for it.
    const identity = await this.#identity?.catch(() => undefined);
    await identity?.dispose();
  }

  async #open(): Promise<Identity> {
    const identity = await this.#options.open(this.#options.storage());
    identity.onChange((change) => {
      for (const listener of this.#listeners) listener(change);
    });
    return identity;
  }
}

/** The sign-in of one context, as its cluster's access uses it. */
class ContextSignIn implements SignIn {
  readonly credentials: CredentialSource;
  readonly #context: string;
  readonly #settings: OidcSettings;
  readonly #identity: () => Promise<Identity>;
  #source: CredentialSource | undefined;
  /** Who was first: for another person the access is opened anew. */
  #user: string | undefined;

  constructor(context: string, settings: OidcSettings, identity: () => Promise<Identity>) {
    this.#context = context;
    this.#settings = settings;
    this.#identity = identity;
    this.credentials = {
      current: (signal) => this.#named(async (source) => source.current(signal)),
      renew: (refused, signal) => this.#named(async (source) => source.renew(refused, signal)),
      dispose: () => this.#source?.dispose?.(),
    };
  }

  readonly user = (): string | undefined => this.#user;

  readonly load = async (): Promise<void> => {
    // What is wrong with the vault is told to whoever needs a token.
    const status = await this.#status().catch(() => undefined);
    this.#user ??= status?.state === 'signedIn' ? status.user : undefined;
  };

  readonly expiresAt = async (): Promise<number | undefined> => (await this.#status()).idTokenExpiresAt;

  async #status(): Promise<SignInStatus> {
    return (await this.#identity()).status(this.#settings);
  }

  /** Asks the source, and says for which context where nobody is signed in. */
  async #named<Result>(ask: (source: CredentialSource) => Promise<Result>): Promise<Result> {
    const identity = await this.#identity();
    this.#source ??= identity.credentials(this.#settings);
    try {
      const result = await ask(this.#source);
      this.#user ??= (await identity.status(this.#settings)).user;
      return result;
    } catch (error) {
      if (!SlipwayError.is(error, 'signIn.required')) throw error;
      throw new SlipwayError('signIn.required', error.message, {
        action: `Sign in with "slipway login --context ${this.#context}".`,
        cause: error,
      });
    }
  }
}
