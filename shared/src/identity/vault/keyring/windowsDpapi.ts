import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readPrivateFile, writePrivateFile } from '../privateFiles.ts';
import type { SecretStore } from '../vault.ts';
import { askKeyring, keyringError, type KeyringHost } from './program.ts';

/** What DPAPI does to the base64 on stdin, as base64 on stdout. */
const script = (verb: 'Protect' | 'Unprotect') =>
  'Add-Type -AssemblyName System.Security; ' +
  '$given = [Convert]::FromBase64String([Console]::In.ReadToEnd()); ' +
  `$made = [Security.Cryptography.ProtectedData]::${verb}($given, $null, 'CurrentUser'); ` +
  '[Console]::Out.Write([Convert]::ToBase64String($made))';

/** Files that only this user of this Windows can decrypt. Written by its documentation; not proved on Windows. */
export class WindowsDpapi implements SecretStore {
  readonly #host: KeyringHost;
  readonly #folder: string;

  constructor(host: KeyringHost, folder: string) {
    this.#host = host;
    this.#folder = folder;
  }

  async read(id: string, signal: AbortSignal): Promise<string | undefined> {
    const kept = await readPrivateFile(this.#path(id));
    if (kept === undefined) return undefined;
    return Buffer.from(await this.#run('Unprotect', kept.trim(), signal), 'base64').toString('utf8');
  }

  async write(id: string, secret: string, signal: AbortSignal): Promise<void> {
    const encoded = Buffer.from(secret, 'utf8').toString('base64');
    await writePrivateFile(this.#path(id), `${await this.#run('Protect', encoded, signal)}\n`);
  }

  async delete(id: string): Promise<void> {
    await rm(this.#path(id), { force: true });
  }

  async #run(verb: 'Protect' | 'Unprotect', input: string, signal: AbortSignal): Promise<string> {
    const args = ['-NoProfile', '-NonInteractive', '-Command', script(verb)];
    const { outcome, output } = await askKeyring(this.#host, 'powershell.exe', args, input, signal);
    if (outcome !== 'exited 0' || !/^[A-Za-z0-9+/]+=*\s*$/.test(output)) throw keyringError('DPAPI did not do it');
    return output.trim();
  }

  #path(id: string): string {
    return join(this.#folder, `${id}.dpapi`);
  }
}
