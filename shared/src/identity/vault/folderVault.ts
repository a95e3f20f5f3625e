import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../kubernetes/index.ts';
import { acquireLease, type Lease } from '../../processes/index.ts';
import { ensurePrivateFolder, readPrivateFile, writePrivateFile } from './privateFiles.ts';
import { parseRecord, type SignInRecord } from './record.ts';
import type { NewRecord, SecretStore, Vault } from './vault.ts';
import { watchFolder } from './watchFolder.ts';

/** Longer than what is done under the lock may take: a request and the keyring, milliseconds. */
export const leaseMs = 60_000;

export interface FolderVaultOptions {
  /** Absolute path of a folder of this user's alone; made where it is missing. */
  readonly folder: string;
  /** Keeps the tokens; undefined: the files do. */
  readonly secrets: SecretStore | undefined;
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
    return this.#options.secrets?.read(id, signal);
  }

  async write(
    id: string,
    record: NewRecord,
    refreshToken: string | undefined,
    signal: AbortSignal,
  ): Promise<SignInRecord> {
    await ensurePrivateFolder(this.#options.folder);
    const inKeyring = refreshToken !== undefined && (await this.#keepApart(id, refreshToken, signal));
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
    return kept;
  }

  async delete(id: string, signal: AbortSignal): Promise<void> {
    await rm(this.#path(id), { force: true });
    await this.#options.secrets?.delete(id, signal);
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

  async #keepApart(id: string, secret: string, signal: AbortSignal): Promise<boolean> {
    const { secrets, log } = this.#options;
    if (secrets === undefined) return false;
    try {
      await secrets.write(id, secret, signal);
      return true;
    } catch (error) {
      log(`the sign-in is kept in a file: ${error instanceof Error ? error.message : 'the keyring failed'}`);
      return false;
    }
  }

  #path(id: string): string {
    return join(this.#options.folder, `${id}.json`);
  }
}
