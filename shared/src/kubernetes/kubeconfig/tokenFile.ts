import { readFile, stat } from 'node:fs/promises';
import type { CredentialSource } from '../credentials.ts';
import { SlipwayError } from '../../protocol/index.ts';
import { codeOf } from '../transport/faultOf.ts';

/** A token in a file that somebody renews: read again when the file changes. */
export function tokenFileCredential(path: string, owner: string): CredentialSource {
  let version = '';
  let token = '';
  const load = async (signal: AbortSignal) => {
    try {
      const { mtimeMs, size, ino } = await stat(path);
      const found = `${mtimeMs} ${size} ${ino}`;
      if (found === version) return;
      token = (await readFile(path, { encoding: 'utf8', signal })).trim();
      version = found;
    } catch (error) {
      signal.throwIfAborted();
      const why = codeOf(error) === 'ENOENT' ? 'does not exist' : `cannot be read (${codeOf(error)})`;
      throw failed(`The token file of the ${owner}, ${path}, ${why}.`, error);
    }
    if (!isHeaderSafe(token)) throw failed(`The token file of the ${owner}, ${path}, holds no token.`);
  };
  return {
    current: async (signal) => {
      await load(signal);
      return { authorization: `Bearer ${token}` };
    },
    renew: async (refused, signal) => {
      version = '';
      await load(signal);
      return refused.authorization !== `Bearer ${token}`;
    },
  };
}

/** A token is visible ASCII: anything else would break the header that carries it. */
export function isHeaderSafe(token: string): boolean {
  return /^[\x21-\x7e]+$/.test(token);
}

function failed(message: string, cause?: unknown): SlipwayError {
  return new SlipwayError('credentials.failed', message, {
    action: 'Correct tokenFile in the kubeconfig, or sign in again.',
    cause,
  });
}
