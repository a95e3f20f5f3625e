import type { SecretStore } from '../vault.ts';
import { askKeyring, keyringError, type KeyringHost } from './program.ts';

const command = '/usr/bin/security';
/** `security` ends so where there is no such item. */
const notFound = 'exited 44';

/** The keychain of macOS. Written by its documentation; not proved on a Mac. */
export class MacSecurity implements SecretStore {
  readonly #host: KeyringHost;

  constructor(host: KeyringHost) {
    this.#host = host;
  }

  async read(id: string, signal: AbortSignal): Promise<string | undefined> {
    const args = ['find-generic-password', '-s', 'slipway', '-a', id, '-w'];
    const { outcome, output } = await askKeyring(this.#host, command, args, '', signal);
    if (outcome === notFound) return undefined;
    if (outcome !== 'exited 0') throw keyringError('it is locked');
    return Buffer.from(output.trim(), 'hex').toString('utf8');
  }

  async write(id: string, secret: string, signal: AbortSignal): Promise<void> {
    // A command of its interactive mode, on stdin; in hexadecimal nothing has to be quoted.
    const hex = Buffer.from(secret, 'utf8').toString('hex');
    const input = `add-generic-password -U -s slipway -a ${id} -l "Slipway sign-in" -w ${hex}\n`;
    const { outcome } = await askKeyring(this.#host, command, ['-i'], input, signal);
    if (outcome !== 'exited 0') throw keyringError('it is locked, or there is none');
  }

  async delete(id: string, signal: AbortSignal): Promise<void> {
    await askKeyring(this.#host, command, ['delete-generic-password', '-s', 'slipway', '-a', id], '', signal);
  }
}
