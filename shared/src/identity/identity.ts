import { systemClock, type Clock, type CredentialSource, type Random, type Spawn } from '../kubernetes/index.ts';
import {
  SlipwayError,
  type OidcSettings,
  type SignInFlow,
  type SignInPrompt,
  type SignInStatus,
  type SignOutOutcome,
} from '../protocol/index.ts';
import { browserFlow } from './flows/browserFlow.ts';
import { deviceFlow } from './flows/deviceFlow.ts';
import { type FlowContext, unlessAborted } from './flows/flow.ts';
import { PendingCallbacks } from './flows/pendingCallbacks.ts';
import type { IdTokenClaims } from './provider/claims.ts';
import type { IssuerLimits } from './provider/issuerFetch.ts';
import { Providers } from './provider/provider.ts';
import { signInId } from './provider/settings.ts';
import { SignInSession } from './signIn/signInSession.ts';
import { endAtProvider } from './signIn/signOut.ts';
import { FolderVault } from './vault/folderVault.ts';
import { systemKeyring } from './vault/keyring/index.ts';
import { MemoryVault } from './vault/memoryVault.ts';
import type { Vault } from './vault/vault.ts';

export interface SignInRequest {
  readonly flow: SignInFlow;
  /** Where the host listens, exactly as it is registered; without it a listener of our own on 127.0.0.1. */
  readonly redirectUri?: string | undefined;
  /** Where the person comes from, for the page that the browser ends at: `VS Code`. */
  readonly openedBy: string;
}

/** Signing in with an identity provider, and being signed in. Contexts with the same issuer, client id, scopes and audience share it. */
export interface Identity {
  /** What is known of a sign-in; asks nobody. */
  status(oidc: OidcSettings): Promise<SignInStatus>;
  /**
   * Signs in. Opens nothing by itself: `onPrompt` is told what the person has to open or enter.
   * @throws SlipwayError `signIn.failed`, `signIn.denied`, `signIn.timeout`, `issuer.*`, `vault.refused`, `cancelled`
   */
  signIn(
    oidc: OidcSettings,
    request: SignInRequest,
    onPrompt: (prompt: SignInPrompt) => void,
    signal: AbortSignal,
  ): Promise<SignInStatus>;
  /**
   * The address that a browser was sent to, as a host received it or a person pasted it.
   * @throws SlipwayError `signIn.failed` where no sign-in of this process waits for it
   */
  complete(url: string): void;
  /**
   * Ends the sign-in here, for all processes, and at the provider as far as it lets us.
   * @throws SlipwayError `vault.refused`, `cancelled`
   */
  signOut(oidc: OidcSettings, signal: AbortSignal): Promise<SignOutOutcome>;
  /** What requests to the API server prove this person with. Throws `signIn.required` where nobody is signed in. */
  credentials(oidc: OidcSettings): CredentialSource;
  /**
   * What the token says that the API server gets; unverified.
   * @throws SlipwayError `signIn.required`, `issuer.*`, `vault.refused`, `cancelled`
   */
  claims(oidc: OidcSettings, signal: AbortSignal): Promise<IdTokenClaims>;
  /** Told when somebody signed in or out, or a sign-in ended, in another process too. */
  onChange(listener: (change: SignInChange) => void): { dispose(): void };
  /** Ends what runs here. Resolves when a token that is on its way has been kept: a process that ends before loses it. */
  dispose(): Promise<void>;
}

export interface SignInChange {
  readonly issuer: string;
  readonly clientId: string;
}

export interface IdentityOptions {
  /** Absolute path of a folder of this user's alone: `<data dir>/identity`. */
  readonly stateDir: string;
  /** Where refresh tokens are kept. `auto`: in the keyring where one answers, else in a file. */
  readonly storage: 'auto' | 'keyring' | 'file' | 'memory';
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly homedir: string;
  readonly clock?: Clock | undefined;
  readonly random?: Random | undefined;
  readonly spawn?: Spawn | undefined;
  readonly limits?: Partial<IssuerLimits> | undefined;
  /** Told what went wrong on the side, without secrets. */
  readonly log?: ((line: string) => void) | undefined;
}

/** Nothing is loaded, read or asked before it is needed. The caller disposes it. */
export function createIdentity(options: IdentityOptions): Identity {
  return new OidcIdentity(options);
}

function createVault(options: IdentityOptions, clock: Clock, log: (line: string) => void): Vault {
  const { storage, stateDir: folder, env, spawn } = options;
  if (storage === 'memory') return new MemoryVault();
  const keyring = systemKeyring(process.platform, { env, spawn }, folder);
  return new FolderVault({ folder, keyring, storage, clock, log });
}

class OidcIdentity implements Identity {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #log: (line: string) => void;
  readonly #vault: Vault;
  readonly #providers: Providers;
  readonly #pending = new PendingCallbacks();
  readonly #sessions = new Map<string, SignInSession>();
  readonly #listeners = new Set<(change: SignInChange) => void>();
  readonly #ended = new AbortController();
  #watch: { dispose(): void } | undefined;

  constructor(options: IdentityOptions) {
    this.#clock = options.clock ?? systemClock;
    this.#random = options.random ?? Math.random;
    this.#log = options.log ?? (() => undefined);
    this.#vault = createVault(options, this.#clock, this.#log);
    this.#providers = new Providers({ env: options.env, clock: this.#clock, limits: options.limits });
  }

  status(oidc: OidcSettings): Promise<SignInStatus> {
    return this.#session(oidc).status(oidc);
  }

  async signIn(
    oidc: OidcSettings,
    request: SignInRequest,
    onPrompt: (prompt: SignInPrompt) => void,
    signal: AbortSignal,
  ): Promise<SignInStatus> {
    return this.#cancellable(signal, async (both) => {
      const session = this.#session(oidc);
      const provider = await unlessAborted(this.#providers.of(oidc), both);
      const context: FlowContext = { settings: oidc, provider, clock: this.#clock, onPrompt, signal: both };
      if (request.flow === 'device') {
        await session.accept(oidc, provider, await deviceFlow(context));
      } else {
        await browserFlow(context, {
          pending: this.#pending,
          openedBy: request.openedBy,
          redirectUri: request.redirectUri,
          pasted: request.flow === 'callbackUrl',
          accept: (answer) => session.accept(oidc, provider, answer),
        });
      }
      return session.status(oidc);
    });
  }

  complete(url: string): void {
    this.#pending.complete(url);
  }

  signOut(oidc: OidcSettings, signal: AbortSignal): Promise<SignOutOutcome> {
    return this.#cancellable(signal, async (both) =>
      endAtProvider(oidc, await this.#session(oidc).take(both), this.#providers, both),
    );
  }

  credentials(oidc: OidcSettings): CredentialSource {
    const session = this.#session(oidc);
    return {
      current: async (signal) => ({ authorization: `Bearer ${(await session.token(oidc, signal)).text}` }),
      renew: (refused, signal) => session.renew(oidc, refused.authorization?.slice('Bearer '.length) ?? '', signal),
    };
  }

  claims(oidc: OidcSettings, signal: AbortSignal): Promise<IdTokenClaims> {
    return this.#cancellable(signal, async (both) => (await this.#session(oidc).token(oidc, both)).claims);
  }

  onChange(listener: (change: SignInChange) => void): { dispose(): void } {
    this.#listeners.add(listener);
    this.#watch ??= this.#vault.watch((id) => void this.#sessions.get(id)?.changedElsewhere());
    return { dispose: () => this.#listeners.delete(listener) };
  }

  async dispose(): Promise<void> {
    this.#ended.abort(new SlipwayError('cancelled', 'The operation was cancelled.'));
    this.#watch?.dispose();
    this.#listeners.clear();
    await Promise.all([...this.#sessions.values()].map((session) => session.settled()));
    this.#providers.dispose();
  }

  #session(oidc: OidcSettings): SignInSession {
    const id = signInId(oidc);
    const known = this.#sessions.get(id);
    if (known !== undefined) return known;
    const host = {
      vault: this.#vault,
      providers: this.#providers,
      clock: this.#clock,
      random: this.#random,
      log: this.#log,
    };
    const { issuer, clientId } = oidc;
    const session = new SignInSession(oidc, host, () => {
      for (const listener of this.#listeners) listener({ issuer, clientId });
    });
    this.#sessions.set(id, session);
    return session;
  }

  /** @throws SlipwayError `cancelled` in place of an abort reason */
  async #cancellable<T>(signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const both = AbortSignal.any([signal, this.#ended.signal]);
    try {
      both.throwIfAborted();
      return await work(both);
    } catch (error) {
      if (!both.aborted) throw error;
      throw new SlipwayError('cancelled', 'The operation was cancelled.', { cause: error });
    }
  }
}
