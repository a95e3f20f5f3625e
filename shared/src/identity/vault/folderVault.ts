import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../kubernetes/index.ts';
import { acquireLease, type Lease } from '../../processes/index.ts';
import { ensurePrivateFolder, readPrivateFile, removePartials, writePrivateFile } from './privateFiles.ts';
import { parseRecord, type SignInRecord } from './record.ts';
import type { NewRecord, SecretStore, Vault } from './vault.ts';
import { watchFolder } from './watchFolder.ts';

/** Longer than what is done under the lock may take: a request and the keyring, milliseconds. */
export const leaseMs = 60_000;

export interface FolderVaultOptions {
  /** Absolute path of a folder of this user's alone; made where it is missing. */
  readonly folder: string;
  readonly keyring: SecretStore;
  /** Where the token of a new sign-in goes. `auto`: into the keyring where that is possible, else into its file. */
  readonly storage: 'auto' | 'keyring' | 'file';
  readonly clock: Clock;
  /** Told why a token went into a file after all. */
  readonly log: (line: string) => void;
}

/** A file for each sign-in, its refresh token in it or in the keyring. */
export class FolderVault implements Vault {
  readonly #options: FolderVaultOptions;

  constructor(options: FolderVaultOptions) {
    this.#options = options;
  }

  async read(id: string): Promise<SignInRecord | undefined> {
    const path = this.#path(id);
    const text = await readPrivateFile(path);
    return text === undefined ? undefined : parseRecord(text, path);
  }

  async refreshToken(id: string, record: SignInRecord, signal: AbortSignal): Promise<string | undefined> {
    if (record.storage !== 'keyring') return record.refreshToken;
    return this.#options.keyring.read(id, signal);
  }

  async write(
    id: string,
    record: NewRecord,
    refreshToken: string | undefined,
    before: SignInRecord | undefined,
    signal: AbortSignal,
  ): Promise<SignInRecord> {
    await ensurePrivateFolder(this.#options.folder);
    const inKeyring = refreshToken !== undefined && (await this.#keepApart(id, refreshToken, before, signal));
    const { issuer, clientId, state, reason, claims } = record;
    const kept: SignInRecord = {
      version: 1,
      issuer,
      clientId,
      state,
      ...(reason === undefined ? {} : { reason }),
      claims,
      storage: inKeyring ? 'keyring' : 'file',
      ...(inKeyring || refreshToken === undefined ? {} : { refreshToken }),
    };
    await writePrivateFile(this.#path(id), `${JSON.stringify(kept)}\n`);
    if (before?.storage === 'keyring' && !inKeyring) await this.#forget(id, signal);
    return kept;
  }

  async delete(id: string, signal: AbortSignal): Promise<void> {
    const before = await this.read(id).catch(() => undefined);
    await rm(this.#path(id), { force: true });
    await removePartials(this.#path(id));
    if (before?.storage === 'keyring') await this.#forget(id, signal);
  }

  async lock(id: string, signal: AbortSignal): Promise<Lease> {
    await ensurePrivateFolder(this.#options.folder);
    const folder = join(this.#options.folder, `${id}.lock`);
    return acquireLease({ folder, leaseMs, now: this.#options.clock.now }, signal);
  }

  watch(onChange: (id: string) => void): { dispose(): void } {
    return watchFolder(this.#options.folder, (file) => {
      const id = /^([0-9a-f]{32})\.json$/.exec(file)?.[1];
      if (id !== undefined) onChange(id);
    });
  }

  /** Puts a token into the keyring, where it belongs there and the keyring takes it. */
  async #keepApart(
    id: string,
    secret: string,
    before: SignInRecord | undefined,
    signal: AbortSignal,
  ): Promise<boolean> {
    const { keyring, storage, log } = this.#options;
    // A keyring that did not answer when somebody signed in is not asked again with each refresh.
    if (before === undefined ? storage === 'file' : before.storage === 'file') return false;
    try {
      await keyring.write(id, secret, signal);
      return true;
    } catch (error) {
      if (storage === 'keyring') throw error;
      log(`the sign-in is kept in a file: ${messageOf(error)}`);
      return false;
    }
  }

  /** Without its record, what is left in the keyring is of no use, and the provider has taken it back. */
  async #forget(id: string, signal: AbortSignal): Promise<void> {
    try {
      await this.#options.keyring.delete(id, signal);
    } catch (error) {
      this.#options.log(`an old token is left in the keyring: ${messageOf(error)}`);
    }
  }

  #path(id: string): string {
    return join(this.#options.folder, `${id}.json`);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown';
}
