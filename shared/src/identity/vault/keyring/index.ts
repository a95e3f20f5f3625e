/** The keyring of the operating system, by the programs that come with it. Start reading at secretTool.ts. */
import type { SecretStore } from '../vault.ts';
import { MacSecurity } from './macSecurity.ts';
import { keyringError, type KeyringHost } from './program.ts';
import { SecretTool } from './secretTool.ts';
import { WindowsDpapi } from './windowsDpapi.ts';

export type { KeyringHost } from './program.ts';

/** @param folder of this user's alone, for keyrings that only encrypt */
export function systemKeyring(platform: NodeJS.Platform, host: KeyringHost, folder: string): SecretStore {
  if (platform === 'darwin') return new ReadBack(new MacSecurity(host));
  if (platform === 'win32') return new ReadBack(new WindowsDpapi(host, folder));
  return new ReadBack(new SecretTool(host));
}

/** Programs cut long secrets off and call that well done (secret-tool: 8192 bytes): what was written is read again. */
export class ReadBack implements SecretStore {
  readonly #store: SecretStore;

  constructor(store: SecretStore) {
    this.#store = store;
  }

  read(id: string, signal: AbortSignal): Promise<string | undefined> {
    return this.#store.read(id, signal);
  }

  async write(id: string, secret: string, signal: AbortSignal): Promise<void> {
    await this.#store.write(id, secret, signal);
    if ((await this.#store.read(id, signal)) === secret) return;
    await this.#store.delete(id, signal);
    throw keyringError('it did not keep the whole of a token');
  }

  delete(id: string, signal: AbortSignal): Promise<void> {
    return this.#store.delete(id, signal);
  }
}
