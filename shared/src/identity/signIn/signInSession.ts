import type { Clock, Random } from '../../kubernetes/index.ts';
import { SlipwayError, type OidcSettings, type SignInStatus } from '../../protocol/index.ts';
import { unlessAborted } from '../flows/flow.ts';
import { personOf } from '../provider/claims.ts';
import type { Provider, Providers } from '../provider/provider.ts';
import { signInId } from '../provider/settings.ts';
import { type Token, type TokenAnswer, type TokenSet, tokensOf } from '../provider/tokens.ts';
import { issuerError } from '../provider/wording.ts';
import type { SignInRecord } from '../vault/record.ts';
import type { Vault } from '../vault/vault.ts';
import { signInRequired, withoutRefreshToken } from './endings.ts';
import { isFresh, isYoung, lastingClaims, tokenFor } from './freshness.ts';
import { Refresher } from './refresher.ts';

export interface SessionHost {
  readonly vault: Vault;
  readonly providers: Providers;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: (line: string) => void;
}

/** How long another process may keep the lock, milliseconds: a lease and some. */
const lockMs = 90_000;

/** One sign-in, that is one issuer, client id, scopes and audience: its tokens in this process, its record for all. */
export class SignInSession {
  readonly id: string;
  readonly #host: SessionHost;
  readonly #onChange: () => void;
  readonly #refresher: Refresher;
  #tokens: TokenSet | undefined;
  /** Of a sign-in without a refresh token, which nobody else can use. */
  #lone: SignInRecord | undefined;
  /** The text of a token that took the place of a refused one. */
  #renewed: string | undefined;
  #told: string | undefined;

  constructor(settings: OidcSettings, host: SessionHost, onChange: () => void) {
    this.id = signInId(settings);
    this.#host = host;
    this.#onChange = onChange;
    this.#refresher = new Refresher(this.id, host);
  }

  /** What is known without asking anybody. */
  async status(settings: OidcSettings): Promise<SignInStatus> {
    const { issuer } = settings;
    try {
      const record = await this.#record();
      this.#told ??= this.#digest(record);
      if (record === undefined) return { state: 'signedOut', issuer };
      const token = tokenFor(settings, this.#tokens);
      const { user, email, groups } = personOf(record.claims, settings);
      const reason = record.reason ?? this.#refresher.failure?.message;
      return {
        state: record.state,
        issuer,
        user,
        ...(email === undefined ? {} : { email }),
        ...(groups === undefined ? {} : { groups: [...groups] }),
        ...(token === undefined ? {} : { idTokenExpiresAt: token.expiresAt }),
        storage: record.storage,
        ...(reason === undefined ? {} : { reason }),
      };
    } catch (error) {
      if (!SlipwayError.is(error, 'vault.refused')) throw error;
      return { state: 'signedOut', issuer, reason: error.message };
    }
  }

  /**
   * Keeps what a sign-in gave, in the place of what was there.
   * @throws SlipwayError `vault.refused`, `issuer.invalid`
   */
  async accept(settings: OidcSettings, provider: Provider, answer: TokenAnswer): Promise<void> {
    const { clock, vault } = this.#host;
    const tokens = tokensOf(answer, clock.now(), provider.skewMs());
    if (tokens.idToken === undefined)
      throw issuerError({ kind: 'strange', why: 'it gave no id token' }, settings.issuer);
    const signal = AbortSignal.timeout(lockMs);
    const { issuer, clientId } = settings;
    const record = { issuer, clientId, state: 'signedIn', claims: lastingClaims(tokens.idToken.claims) } as const;
    const lease = await vault.lock(this.id, signal);
    try {
      if (tokens.refreshToken === undefined) {
        await vault.delete(this.id, signal);
        this.#lone = { ...record, version: 1, storage: 'memory' };
      } else {
        await vault.write(this.id, record, tokens.refreshToken, undefined, signal);
        this.#lone = undefined;
      }
    } finally {
      lease.release();
    }
    this.#tokens = tokens;
    this.#refresher.reset();
    await this.tell();
  }

  /**
   * A token that the API server takes, refreshed where it is about to expire.
   * @throws SlipwayError `signIn.required`, `issuer.unreachable`, `issuer.untrusted`, `issuer.invalid`, `vault.refused`
   */
  async token(settings: OidcSettings, signal: AbortSignal): Promise<Token> {
    const held = tokenFor(settings, this.#tokens);
    const now = this.#host.clock.now();
    // What cannot be refreshed is good to its end.
    if (held !== undefined && (isFresh(held, now) || (this.#lone !== undefined && now < held.expiresAt))) return held;
    try {
      await unlessAborted(this.#refresh(settings), signal);
    } catch (error) {
      signal.throwIfAborted();
      // Its last minute is of use while the provider is away.
      const left = tokenFor(settings, this.#tokens);
      if (left !== undefined && this.#host.clock.now() < left.expiresAt) return left;
      throw error;
    }
    const fresh = tokenFor(settings, this.#tokens);
    if (fresh === undefined) throw signInRequired(settings.issuer, undefined);
    return fresh;
  }

  /** The API server refused `text`: true where there is another token now. */
  async renew(settings: OidcSettings, text: string, signal: AbortSignal): Promise<boolean> {
    const held = tokenFor(settings, this.#tokens);
    if (held?.text === text) {
      // Where the server refuses a renewed one too, its age is not why, and asking on would only burden the provider.
      const isOfNoUse = text === this.#renewed || this.#lone !== undefined;
      if (isOfNoUse || isYoung(held, this.#host.clock.now())) return false;
      await unlessAborted(this.#refresh(settings), signal);
      this.#renewed = tokenFor(settings, this.#tokens)?.text;
    }
    const fresh = tokenFor(settings, this.#tokens);
    return fresh !== undefined && fresh.text !== text;
  }

  /** What is left of a sign-in that is being ended: its newest tokens, kept nowhere from now on. */
  async take(
    signal: AbortSignal,
  ): Promise<{ readonly refreshToken: string | undefined; readonly tokens: TokenSet | undefined }> {
    const { vault } = this.#host;
    const lease = await vault.lock(this.id, signal);
    try {
      const record = await vault.read(this.id).catch((error: unknown) => this.#unreadable(error));
      const kept = record === undefined ? undefined : vault.refreshToken(this.id, record, signal);
      // What cannot be read can still be deleted.
      const refreshToken = await kept?.catch((error: unknown) => this.#unreadable(error));
      await vault.delete(this.id, signal);
      return { refreshToken, tokens: this.#tokens };
    } finally {
      lease.release();
      this.#tokens = undefined;
      this.#lone = undefined;
      this.#refresher.reset();
      await this.tell();
    }
  }

  /** Another process may have signed in or out. */
  async changedElsewhere(): Promise<void> {
    const record = await this.#record().catch((error: unknown) => this.#unreadable(error));
    if (this.#lone === undefined && (record?.state !== 'signedIn' || record.claims.sub !== this.#subject())) {
      this.#tokens = undefined;
    }
    if (this.#digest(record) !== this.#told) this.#refresher.reset();
    await this.tell();
  }

  /** Tells of a change, once. */
  async tell(): Promise<void> {
    const digest = this.#digest(await this.#record().catch((error: unknown) => this.#unreadable(error)));
    if (digest === this.#told) return;
    this.#told = digest;
    this.#onChange();
  }

  /** Resolves when no token is on its way to the vault. */
  settled(): Promise<void> {
    return this.#refresher.settled();
  }

  async #refresh(settings: OidcSettings): Promise<void> {
    if (this.#lone !== undefined) {
      this.#lone = { ...this.#lone, state: 'expired', reason: withoutRefreshToken };
      this.#tokens = undefined;
      await this.tell();
      throw signInRequired(settings.issuer, withoutRefreshToken);
    }
    try {
      this.#tokens = await this.#refresher.refresh(settings, this.#tokens);
    } catch (error) {
      if (SlipwayError.is(error, 'signIn.required')) this.#tokens = undefined;
      throw error;
    } finally {
      await this.tell();
    }
  }

  async #record(): Promise<SignInRecord | undefined> {
    return this.#lone ?? (await this.#host.vault.read(this.id));
  }

  #unreadable(error: unknown): undefined {
    this.#host.log(`the sign-in cannot be read: ${error instanceof Error ? error.message : 'unknown'}`);
    return undefined;
  }

  #subject(): unknown {
    return this.#tokens?.idToken?.claims.sub;
  }

  /** What a change of is told. */
  #digest(record: SignInRecord | undefined): string {
    const { state, reason, claims, storage } = record ?? {};
    return JSON.stringify([state, reason, claims, storage, this.#refresher.failure?.message]);
  }
}
