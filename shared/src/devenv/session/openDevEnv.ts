import type { Clock } from '../../kubernetes/index.ts';
import { devEnvUser, SlipwayError } from '../../protocol/index.ts';
import type { LoginKeys, SpaceAccess } from '../access.ts';
import { hostName } from '../names/index.ts';
import { openTunnel } from '../tunnel/index.ts';
import { openSshSession, type SshSession } from './sshSession.ts';

export interface DevEnvLogin {
  readonly space: Pick<SpaceAccess, 'api' | 'context'>;
  readonly keys: LoginKeys;
  /** The DevEnv's whole name. */
  readonly name: string;
  readonly clock: Clock;
  /** Told what it waits for, while the DevEnv starts. */
  readonly onWaiting: (text: string) => void;
}

/**
 * Logs in to a DevEnv through the Kubernetes API, with the key of this machine, and to nobody who has not the pinned host key. Waits
 * while it starts, and never starts it.
 * @throws SlipwayError `devenv.stopped` and the like, `ssh.hostKey`, `ssh.refused`, `ssh.lost`, and of the API
 */
export async function openDevEnvSession(login: DevEnvLogin, signal: AbortSignal): Promise<SshSession> {
  const { space, keys, name, clock, onWaiting } = login;
  const { api, context } = space;
  const host = hostName(name, context);
  const [hostKey, privateKey] = await Promise.all([keys.pinnedHostKey(host), keys.privateKey()]);
  if (hostKey === undefined) {
    throw new SlipwayError(
      'ssh.hostKey',
      `This machine has never connected to ${name}, so it cannot tell it from another.`,
      { action: `Connect first: slipway devenv connect ${name}.` },
    );
  }
  const { namespace } = api.cluster;
  // sshd speaks first, so that nothing is to be sent before it was heard.
  const stream = await openTunnel({ api, namespace, name, clock, onWaiting }, () => undefined, signal);
  return openSshSession({ stream, host, user: devEnvUser, privateKey, hostKey }, signal);
}
