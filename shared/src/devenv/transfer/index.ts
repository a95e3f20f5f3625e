/**
 * Files to and from DevEnvs. Plans, names, links and rates are pure; the rest reads and writes files here, and there through a session.
 * Start reading at transfer.ts.
 */
import { SlipwayError, type TransferOutcome, type TransferProgress } from '../../protocol/index.ts';
import { portForward, systemClock } from '../../kubernetes/index.ts';
import type { LoginKeys, SpaceAccess } from '../access.ts';
import { openDevEnvSession } from '../session/openDevEnv.ts';
import type { SshSession } from '../session/sshSession.ts';
import type { DialRemote } from './contents/openContents.ts';
import { openRemoteEnd } from './openRemoteEnd.ts';
import { transferName } from './sftp/sftpPart.ts';
import { transfer, type TransferRequest } from './transfer.ts';

export type { TransferRequest } from './transfer.ts';

export interface DevEnvTransfer {
  readonly space: Pick<SpaceAccess, 'api' | 'context'>;
  readonly keys: LoginKeys;
  /** The DevEnv's whole name. */
  readonly name: string;
  /** The key of this machine was added a moment ago. */
  readonly keyIsNew: boolean;
  readonly request: TransferRequest;
  readonly onProgress: (progress: TransferProgress) => void;
}

/** So long it takes at most until a DevEnv knows a new key, ms. */
const newKeyMs = 20_000;

/** @throws SlipwayError as `transfer` and `openDevEnvSession` do */
export function transferFiles(
  { space, keys, name, keyIsNew, request, onProgress }: DevEnvTransfer,
  signal: AbortSignal,
): Promise<TransferOutcome> {
  const patientUntil = systemClock.now() + (keyIsNew ? newKeyMs : 0);
  const login = async (onWaiting: (text: string) => void, abort: AbortSignal): Promise<SshSession> => {
    for (;;) {
      try {
        return await openDevEnvSession({ space, keys, name, clock: systemClock, onWaiting }, abort);
      } catch (error) {
        if (!SlipwayError.is(error, 'ssh.refused') || systemClock.now() > patientUntil) throw error;
        onWaiting(`${name} learns the key of this machine`);
        await systemClock.sleep(500, abort);
      }
    }
  };
  const { api } = space;
  const dial: DialRemote = (port, abort) =>
    portForward(api, { namespace: api.cluster.namespace, pod: name, port }, abort);
  const id = transferName();
  const services = {
    connect: async (onWaiting: (text: string) => void, abort: AbortSignal) =>
      openRemoteEnd(await login(onWaiting, abort), { dial, transfer: id }, abort),
    onProgress,
    clock: systemClock,
    random: Math.random,
    platform: process.platform,
  };
  return transfer(request, services, signal);
}
