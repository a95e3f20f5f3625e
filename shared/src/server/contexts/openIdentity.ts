import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Identity } from '../../identity/index.ts';
import { tokenStorageSchema, type TokenStorage } from '../../protocol/index.ts';
import type { CoreEnvironment } from '../core.ts';

/** The sign-ins of this person on this machine. `SLIPWAY_TOKEN_STORAGE` goes before what the configuration says. */
export async function openIdentity(
  environment: Pick<CoreEnvironment, 'env' | 'dataDir' | 'log'>,
  storage: TokenStorage,
): Promise<Identity> {
  const { createIdentity } = await import('../../identity/index.ts');
  const { env, dataDir, log } = environment;
  return createIdentity({
    stateDir: join(dataDir, 'identity'),
    storage: tokenStorageSchema.safeParse(env.SLIPWAY_TOKEN_STORAGE).data ?? storage,
    env,
    homedir: homedir(),
    log,
  });
}
