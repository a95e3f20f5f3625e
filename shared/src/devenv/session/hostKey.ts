import { timingSafeEqual } from 'node:crypto';
import { SlipwayError } from '../../protocol/index.ts';
import type { ServerHostKeyAlgorithm } from 'ssh2';

/** The key that a server must have. */
export interface HostKey {
  readonly blob: Buffer;
  /** The algorithms that a server proves such a key with. */
  readonly algorithms: ServerHostKeyAlgorithm[];
}

const algorithms: Readonly<Record<string, readonly ServerHostKeyAlgorithm[]>> = {
  'ssh-ed25519': ['ssh-ed25519'],
  'ecdsa-sha2-nistp256': ['ecdsa-sha2-nistp256'],
  'ssh-rsa': ['rsa-sha2-512', 'rsa-sha2-256'],
};

/**
 * Reads a key as it stands in `known_hosts`, without the host's name.
 * @throws SlipwayError `ssh.hostKey` for what is no such key
 */
export function parseHostKey(line: string, host: string): HostKey {
  const [type = '', text = ''] = line.trim().split(/\s+/);
  const blob = Buffer.from(text, 'base64');
  const known = Object.hasOwn(algorithms, type) ? algorithms[type] : undefined;
  if (known === undefined || blob.length < 20 || !blob.subarray(4).toString('latin1').startsWith(type)) {
    throw new SlipwayError('ssh.hostKey', `The host key that is pinned for ${host} cannot be read.`, {
      action: 'Connect to the DevEnv again: slipway devenv connect.',
    });
  }
  return { blob, algorithms: [...known] };
}

export function sameKey(expected: HostKey, shown: Buffer): boolean {
  return expected.blob.length === shown.length && timingSafeEqual(expected.blob, shown);
}
