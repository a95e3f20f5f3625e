import type { Lease } from '../../processes/index.ts';
import type { SignInRecord } from './record.ts';

/** A record as it is to be kept; the vault decides where. */
export type NewRecord = Omit<SignInRecord, 'version' | 'storage' | 'refreshToken'>;

/** Keeps sign-ins by id, for all processes of this user. */
export interface Vault {
  /** @throws SlipwayError `vault.refused` */
  read(id: string): Promise<SignInRecord | undefined>;
  /**
   * The refresh token that belongs to a record that was read; undefined where there is none.
   * @throws SlipwayError `vault.refused`
   */
  refreshToken(id: string, record: SignInRecord, signal: AbortSignal): Promise<string | undefined>;
  /**
   * Puts a record in the place of the one that is there. It is there for all when this resolves.
   * @param before what is replaced by the same sign-in, whose token stays where it was kept
   * @throws SlipwayError `vault.refused`
   */
  write(
    id: string,
    record: NewRecord,
    refreshToken: string | undefined,
    before: SignInRecord | undefined,
    signal: AbortSignal,
  ): Promise<SignInRecord>;
  /** Takes the record and its token away. */
  delete(id: string, signal: AbortSignal): Promise<void>;
  /** Waits until no other process changes this sign-in; the caller releases it. */
  lock(id: string, signal: AbortSignal): Promise<Lease>;
  /** Told of records that any process has changed. The caller disposes it. */
  watch(onChange: (id: string) => void): { dispose(): void };
}

/** Keeps refresh tokens apart from their records: the keyring of the operating system. */
export interface SecretStore {
  /** Undefined where it holds none. */
  read(id: string, signal: AbortSignal): Promise<string | undefined>;
  write(id: string, secret: string, signal: AbortSignal): Promise<void>;
  delete(id: string, signal: AbortSignal): Promise<void>;
}
