import type { Lease } from '../../processes/index.ts';
import type { SignInRecord } from './record.ts';
import type { NewRecord, Vault } from './vault.ts';

/** Sign-ins that end with this process. */
export class MemoryVault implements Vault {
  readonly #records = new Map<string, SignInRecord>();
  readonly #locks = new Map<string, Promise<void>>();

  read(id: string): Promise<SignInRecord | undefined> {
    return Promise.resolve(this.#records.get(id));
  }

  refreshToken(_id: string, record: SignInRecord): Promise<string | undefined> {
    return Promise.resolve(record.refreshToken);
  }

  write(id: string, record: NewRecord, refreshToken: string | undefined): Promise<SignInRecord> {
    const kept: SignInRecord = { ...record, version: 1, storage: 'memory', refreshToken };
    this.#records.set(id, kept);
    return Promise.resolve(kept);
  }

  delete(id: string): Promise<void> {
    this.#records.delete(id);
    return Promise.resolve();
  }

  async lock(id: string): Promise<Lease> {
    const before = this.#locks.get(id);
    let release: () => void = () => undefined;
    this.#locks.set(id, new Promise((resolve) => (release = resolve)));
    await before;
    return { holds: () => true, release };
  }

  watch(): { dispose(): void } {
    return { dispose: () => undefined };
  }
}
