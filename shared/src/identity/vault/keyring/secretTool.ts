import type { SecretStore } from '../vault.ts';
import { askKeyring, keyringError, type KeyringHost } from './program.ts';

const command = 'secret-tool';

/** The Secret Service of a Linux desktop (GNOME Keyring, KWallet, KeePassXC), by the program of libsecret. */
export class SecretTool implements SecretStore {
  readonly #host: KeyringHost;

  constructor(host: KeyringHost) {
    this.#host = host;
  }

  async read(id: string, signal: AbortSignal): Promise<string | undefined> {
    // A lookup has the desktop ask for the password of a locked keyring, at any time of night; and says of a secret that is
    // locked away what it says of none. A search does neither.
    const search = await askKeyring(this.#host, command, ['search', ...attributes(id)], '', signal);
    if (search.outcome !== 'exited 0') throw keyringError('it does not answer');
    if (!search.output.startsWith('[')) return undefined;
    if (!/^secret = /m.test(search.output)) throw keyringError('it is locked');
    const found = await askKeyring(this.#host, command, ['lookup', ...attributes(id)], '', signal);
    if (found.outcome !== 'exited 0' || found.output === '') throw keyringError('it is locked');
    return found.output;
  }

  async write(id: string, secret: string, signal: AbortSignal): Promise<void> {
    const args = ['store', '--label=Slipway sign-in', ...attributes(id)];
    const { outcome } = await askKeyring(this.#host, command, args, secret, signal);
    if (outcome !== 'exited 0') throw keyringError('it is locked, or there is none');
  }

  async delete(id: string, signal: AbortSignal): Promise<void> {
    // It fails too where there is nothing to delete.
    await askKeyring(this.#host, command, ['clear', ...attributes(id)], '', signal);
  }
}

const attributes = (id: string): readonly string[] => ['service', 'slipway', 'sign-in', id];
