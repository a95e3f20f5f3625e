/**
 * Files to and from DevEnvs. Plans, names, links and rates are pure; the rest reads and writes files here, and there through a session.
 * Start reading at transfer.ts.
 */
import type { TransferOutcome, TransferProgress } from '../../protocol/index.ts';
import { portForward, systemClock } from '../../kubernetes/index.ts';
import type { LoginKeys, SpaceAccess } from '../access.ts';
import { PersonalLogin, type Introduce } from '../session/personalLogin.ts';
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
  readonly introduce: Introduce;
  readonly request: TransferRequest;
  readonly onProgress: (progress: TransferProgress) => void;
}

/** @throws SlipwayError as `transfer` and `PersonalLogin.open` do */
export function transferFiles(
  { space, keys, name, introduce, request, onProgress }: DevEnvTransfer,
  signal: AbortSignal,
): Promise<TransferOutcome> {
  const login = new PersonalLogin({ space, keys, name, introduce, clock: systemClock });
  const { api } = space;
  const dial: DialRemote = (port, abort) =>
    portForward(api, { namespace: api.cluster.namespace, pod: name, port }, abort);
  const id = transferName();
  const services = {
    connect: async (onWaiting: (text: string) => void, abort: AbortSignal) => {
      const { session } = await login.open(onWaiting, abort);
      return openRemoteEnd(session, { dial, transfer: id }, abort);
    },
    onProgress,
    clock: systemClock,
    random: Math.random,
    platform: process.platform,
  };
  return transfer(request, services, signal);
}
