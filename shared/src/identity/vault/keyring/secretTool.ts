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
    const found = await askKeyring(this.#host, command, ['lookup', ...attributes(id)], '', signal);
    if (found.outcome === 'exited 0' && found.output !== '') return found.output;
    // It says the same of a secret that is locked away as of none; a search tells them apart.
    const search = await askKeyring(this.#host, command, ['search', ...attributes(id)], '', signal);
    if (search.outcome !== 'exited 0') throw keyringError('it does not answer');
    if (search.output.startsWith('[')) throw keyringError('it is locked');
    return undefined;
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
