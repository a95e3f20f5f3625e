/**
 * Files to and from DevEnvs. Plans, names, links and rates are pure; the rest reads and writes files here, and there through a session.
 * Start reading at transfer.ts.
 */
import type { TransferOutcome, TransferProgress } from '../../protocol/index.ts';
import { systemClock } from '../../kubernetes/index.ts';
import type { LoginKeys, SpaceAccess } from '../access.ts';
import { openDevEnvSession } from '../session/openDevEnv.ts';
import { openRemoteEnd } from './openRemoteEnd.ts';
import { transfer, type TransferRequest } from './transfer.ts';

export type { TransferRequest } from './transfer.ts';

export interface DevEnvTransfer {
  readonly space: SpaceAccess;
  readonly keys: LoginKeys;
  readonly name: string;
  readonly request: TransferRequest;
  readonly onProgress: (progress: TransferProgress) => void;
}

/** @throws SlipwayError as `transfer` and `openDevEnvSession` do */
export function transferFiles(
  { space, keys, name, request, onProgress }: DevEnvTransfer,
  signal: AbortSignal,
): Promise<TransferOutcome> {
  const services = {
    connect: async (abort: AbortSignal) => openRemoteEnd(await openDevEnvSession(space, keys, name, abort), abort),
    onProgress,
    clock: systemClock,
    random: Math.random,
    platform: process.platform,
  };
  return transfer(request, services, signal);
}
