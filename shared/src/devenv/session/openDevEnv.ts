import * as z from 'zod';
import { isNotFound, portForward, resources } from '../../kubernetes/index.ts';
import { devEnvUser, SlipwayError } from '../../protocol/index.ts';
import type { LoginKeys, SpaceAccess } from '../access.ts';
import { hostName, sshPort } from '../names/index.ts';
import { openSshSession, type SshSession } from './sshSession.ts';

const podSchema = z.object({
  metadata: z.object({ deletionTimestamp: z.string().optional() }),
  status: z.object({ phase: z.string().optional() }).optional(),
});

/**
 * Logs in to a DevEnv that runs, through the Kubernetes API, with the key of this machine and nothing but the pinned host key.
 * @throws SlipwayError `devenv.stopped` where it does not run, `ssh.hostKey`, `ssh.refused`, `ssh.lost`, and of the API
 */
export async function openDevEnvSession(
  { api, context }: SpaceAccess,
  keys: LoginKeys,
  name: string,
  signal: AbortSignal,
): Promise<SshSession> {
  const host = hostName(name, context);
  const { namespace } = api.cluster;
  const [hostKey, privateKey] = await Promise.all([keys.pinnedHostKey(host), keys.privateKey()]);
  if (hostKey === undefined) throw notConnected(name);
  const pod = await api.get({ type: resources.pods, namespace, name }, podSchema, signal).catch((error: unknown) => {
    throw isNotFound(error) ? stopped(name, `${name} is stopped.`) : error;
  });
  if (pod.metadata.deletionTimestamp !== undefined) throw stopped(name, `${name} is about to stop.`);
  if (pod.status?.phase === 'Pending') throw stopped(name, `${name} is still starting.`);
  if (pod.status?.phase !== 'Running') throw stopped(name, `${name} is stopped.`);
  const stream = await portForward(api, { namespace, pod: name, port: sshPort }, signal);
  return openSshSession({ stream, host, user: devEnvUser, privateKey, hostKey }, signal);
}

function stopped(name: string, message: string): SlipwayError {
  return new SlipwayError('devenv.stopped', message, { action: `Start it: slipway devenv start ${name}.` });
}

function notConnected(name: string): SlipwayError {
  return new SlipwayError(
    'ssh.hostKey',
    `This machine has never connected to ${name}, so it cannot tell it from another.`,
    {
      action: `Connect first: slipway devenv connect ${name}.`,
    },
  );
}
