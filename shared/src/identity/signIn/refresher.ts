import { SlipwayError, type OidcSettings } from '../../protocol/index.ts';
import type { Lease } from '../../processes/index.ts';
import { faultOf } from '../provider/fault.ts';
import { type Provider, requestSeconds } from '../provider/provider.ts';
import { type TokenSet, tokensOf } from '../provider/tokens.ts';
import { issuerError } from '../provider/wording.ts';
import type { SignInRecord } from '../vault/record.ts';
import {
  endingOf,
  otherPerson,
  signInRequired,
  withoutIdToken,
  withoutRefreshToken,
  withoutSecret,
} from './endings.ts';
import { lastingClaims } from './freshness.ts';
import { RefreshPause } from './refreshPause.ts';
import type { SessionHost } from './signInSession.ts';

/** How long another process may keep the lock, milliseconds: a lease and some. */
const lockMs = 90_000;
/** What is left of the lease for the vault after a request took as long as it may, milliseconds. */
const vaultMs = 10_000;

/**
 * Refreshes the tokens of one sign-in: once for all who ask at the same time, one process after the other, always with the
 * newest refresh token. What is on its way is never given up: the provider may have spent the old token already.
 */
export class Refresher {
  readonly #id: string;
  readonly #host: SessionHost;
  readonly #pause: RefreshPause;
  #flight: Promise<TokenSet> | undefined;
  /** A refresh token that the vault did not take, and the one that it still has. */
  #unkept: { readonly after: string; readonly token: string } | undefined;

  constructor(id: string, host: SessionHost) {
    this.#id = id;
    this.#host = host;
    this.#pause = new RefreshPause(host.random);
  }

  /** Why tokens cannot be refreshed at the moment. */
  get failure(): SlipwayError | undefined {
    return this.#pause.failure;
  }

  /** Forgets what went wrong: somebody signed in or out. */
  reset(): void {
    this.#pause.end();
  }

  async settled(): Promise<void> {
    await this.#flight?.catch(() => undefined);
  }

  /** @throws SlipwayError */
  refresh(settings: OidcSettings, held: TokenSet | undefined): Promise<TokenSet> {
    this.#flight ??= this.#refresh(settings, held).finally(() => (this.#flight = undefined));
    return this.#flight;
  }

  async #refresh(settings: OidcSettings, held: TokenSet | undefined): Promise<TokenSet> {
    const { clock, providers, vault, log } = this.#host;
    this.#pause.check(clock.now());
    try {
      this.#usable(await vault.read(this.#id), settings);
      const provider = await providers.of(settings);
      const tokens = await this.#locked((lease) => this.#exchange(settings, provider, lease, held));
      this.#pause.end();
      return tokens;
    } catch (error) {
      if (SlipwayError.is(error, 'signIn.required')) {
        // Nothing failed: whoever asked is told to sign in.
        this.#pause.end();
        throw error;
      }
      if (SlipwayError.is(error)) this.#pause.begin(error, clock.now());
      log(`refreshing failed: ${error instanceof Error ? error.message : 'unknown'}`);
      throw error;
    }
  }

  /** Work under the lock, for which the lease still lasts long enough. */
  async #locked(work: (lease: Lease) => Promise<TokenSet>): Promise<TokenSet> {
    const lease = await this.#host.vault.lock(this.#id, AbortSignal.timeout(lockMs));
    try {
      return await work(lease);
    } finally {
      lease.release();
    }
  }

  async #exchange(
    settings: OidcSettings,
    provider: Provider,
    lease: Lease,
    held: TokenSet | undefined,
  ): Promise<TokenSet> {
    const { clock, vault } = this.#host;
    const signal = AbortSignal.timeout(lockMs);
    const record = this.#usable(await vault.read(this.#id), settings);
    const stored = await vault.refreshToken(this.#id, record, signal);
    if (stored === undefined) {
      return this.#end(settings, record, record.storage === 'keyring' ? withoutSecret : withoutRefreshToken);
    }
    const spent = (this.#unkept?.after === stored ? this.#unkept.token : undefined) ?? stored;
    // After a sleep somebody else may have the lock, and have spent this token.
    if (!lease.holds(requestSeconds * 1000 + vaultMs)) throw issuerError({ kind: 'late' }, settings.issuer);
    const outcome = await this.#grant(settings, provider, spent);
    // First of all: the old one is of no use any more, whatever else the provider said.
    await this.#keep(record, stored, provider.rotated(spent) ?? spent, outcome);
    if (outcome instanceof SlipwayError) throw outcome;
    if (typeof outcome === 'string') return this.#end(settings, record, outcome);
    const idToken = outcome.idToken ?? held?.idToken;
    if (idToken !== undefined && idToken.claims.sub !== record.claims.sub) {
      return this.#end(settings, record, otherPerson);
    }
    if (settings.token !== 'access_token' && (idToken === undefined || idToken.expiresAt <= clock.now())) {
      return this.#end(settings, record, withoutIdToken);
    }
    return { ...outcome, idToken };
  }

  /** Tokens, why the sign-in is over, or what went wrong that may go well later. */
  async #grant(settings: OidcSettings, provider: Provider, spent: string): Promise<TokenSet | string | SlipwayError> {
    try {
      const answer = await provider.client.refreshTokenGrant(provider.config, spent);
      return tokensOf(answer, this.#host.clock.now(), provider.skewMs());
    } catch (error) {
      if (SlipwayError.is(error)) return error;
      const fault = faultOf(error);
      return endingOf(fault) ?? issuerError(fault, settings.issuer);
    }
  }

  /** Puts the newest refresh token where the spent one was. */
  async #keep(
    record: SignInRecord,
    stored: string,
    refreshToken: string,
    outcome: TokenSet | string | SlipwayError,
  ): Promise<void> {
    const { vault, log } = this.#host;
    const said = typeof outcome === 'string' || outcome instanceof SlipwayError ? undefined : outcome.idToken?.claims;
    const claims = said !== undefined && said.sub === record.claims.sub ? lastingClaims(said) : record.claims;
    if (refreshToken === stored && JSON.stringify(claims) === JSON.stringify(record.claims)) return;
    try {
      await vault.write(this.#id, { ...record, claims }, refreshToken, record, AbortSignal.timeout(lockMs));
      this.#unkept = undefined;
    } catch (error) {
      // This process can go on with it, and keeps it with the next refresh.
      this.#unkept = { after: stored, token: refreshToken };
      log(`the refreshed sign-in could not be kept: ${error instanceof Error ? error.message : 'unknown'}`);
    }
  }

  /** @throws SlipwayError `signIn.required`, after all processes were told */
  async #end(settings: OidcSettings, record: SignInRecord, reason: string): Promise<never> {
    const { issuer, clientId, claims } = record;
    const ended = { issuer, clientId, claims, state: 'expired', reason } as const;
    await this.#host.vault.write(this.#id, ended, undefined, record, AbortSignal.timeout(lockMs));
    throw signInRequired(settings.issuer, reason);
  }

  /** @throws SlipwayError `signIn.required` */
  #usable(record: SignInRecord | undefined, settings: OidcSettings): SignInRecord {
    if (record?.state === 'signedIn') return record;
    throw signInRequired(settings.issuer, record?.reason);
  }
}
