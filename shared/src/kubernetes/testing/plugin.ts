import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Entry } from './kubeconfigPlace.ts';

const apiVersion = 'client.authentication.k8s.io/v1';

/** A sign-in program that counts its runs and does `body`, where `$n` is the number of the run; the `exec` entry that names it. */
export async function writePlugin(folder: string, body: string, more: Entry = {}): Promise<Entry> {
  const file = join(folder, 'plugin.sh');
  const count = 'n=$(($(cat runs 2>/dev/null || echo 0) + 1))\necho $n > runs';
  await writeFile(file, `#!/bin/sh\ncd "$(dirname "$0")"\n${count}\n${body}\n`);
  await chmod(file, 0o700);
  return { apiVersion, command: './plugin.sh', args: ['get token'], ...more };
}

/** A file that holds what such a program prints. */
export function credentialFile(file: string, status: object): Promise<void> {
  return writeFile(file, JSON.stringify({ kind: 'ExecCredential', apiVersion, status }));
}
