import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SlipwayError } from '../../protocol/index.ts';
import type { LoginKeys } from '../access.ts';

/** What `devenvs/connect` left in the folder of ssh files; makes nothing. */
export function fileLoginKeys(dataDir: string): LoginKeys {
  const read = async (name: string): Promise<string | undefined> => {
    try {
      return await readFile(join(dataDir, 'ssh', name), 'utf8');
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
      throw error;
    }
  };
  const needed = async (name: string): Promise<string> => {
    const text = await read(name);
    if (text !== undefined) return text;
    throw new SlipwayError('ssh.refused', 'This machine has no key for DevEnvs yet.', {
      action: 'Connect first: slipway devenv connect.',
    });
  };
  return {
    privateKey: () => needed('id_ed25519'),
    publicKeyLine: async () => (await needed('id_ed25519.pub')).trim(),
    pinnedHostKey: async (host) => pinnedKey((await read('known_hosts')) ?? '', host),
  };
}

/** The key of a host in the text of a `known_hosts` file that we write: `HOST TYPE KEY` a line. The last one holds. Pure. */
export function pinnedKey(text: string, host: string): string | undefined {
  const lines = text.split(/\r?\n/).map((line) => line.trim().split(/\s+/));
  const [, type, key] = lines.findLast(([names]) => names?.split(',').includes(host)) ?? [];
  return type === undefined || key === undefined ? undefined : `${type} ${key}`;
}
