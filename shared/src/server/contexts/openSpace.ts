import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import type { SpaceAccess } from '../../devenv/index.ts';
import { readConfig } from '../../identity/index.ts';
import { openCluster } from '../../kubernetes/index.ts';
import { unknownContext } from '../../protocol/index.ts';
import type { CoreEnvironment } from '../core.ts';
import { openIdentity } from './openIdentity.ts';
import { SignIns } from './signIns.ts';

export interface OpenedSpace extends SpaceAccess {
  dispose(): Promise<void>;
}

/**
 * The space of a context for a process that needs nothing else of a core, and is in a hurry.
 * @param namespace instead of the context's own
 * @throws SlipwayError `context.unknown`, `context.invalid`, `kubeconfig.invalid`, `credentials.failed`, `cancelled`
 */
export async function openSpace(
  environment: Pick<CoreEnvironment, 'configDir' | 'dataDir' | 'env' | 'log'>,
  context: string,
  namespace: string | undefined,
  signal: AbortSignal,
): Promise<OpenedSpace> {
  const { configDir, env, log } = environment;
  const { entries, tokenStorage } = await readConfig(configDir);
  const entry = entries.find(({ name }) => name === context);
  if (entry === undefined) {
    throw unknownContext(
      context,
      entries.map(({ name }) => name),
    );
  }
  const signIns = new SignIns({
    configDir,
    storage: () => tokenStorage,
    open: (storage) => openIdentity(environment, storage),
  });
  const { cluster, kubeconfig, kubeconfigContext, profile } = entry;
  const api = await openCluster({
    context,
    cluster,
    configDir,
    signIn: signIns.signInOf(entry),
    kubeconfig: kubeconfig === undefined || isAbsolute(kubeconfig) ? kubeconfig : join(configDir, kubeconfig),
    kubeconfigContext,
    namespace: namespace ?? entry.namespace,
    env,
    homedir: homedir(),
    signal,
    warn: log,
  });
  const dispose = async (): Promise<void> => {
    api.dispose();
    await signIns.dispose();
  };
  return { context, api, profile, dispose };
}
