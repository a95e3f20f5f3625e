import type { Duplex } from 'node:stream';
import { systemClock, type Clock } from '../../kubernetes/index.ts';
import type { TransferOutcome, TransferProgress } from '../../protocol/index.ts';
import { openSshSession, type SshSession } from '../session/sshSession.ts';
import type { DialRemote } from '../transfer/contents/openContents.ts';
import { openRemoteEnd } from '../transfer/openRemoteEnd.ts';
import { transferName } from '../transfer/sftp/sftpPart.ts';
import { transfer, type TransferRequest } from '../transfer/transfer.ts';
import type { LocalSshd } from './localSshd.ts';

/** What a test wants of a transfer; as `slipway sync` does it, where nothing else is said. */
export type WantedTransfer = Pick<TransferRequest, 'direction' | 'local' | 'remote'> & Partial<TransferRequest>;

export interface TransferWays {
  readonly onProgress?: (progress: TransferProgress) => void;
  readonly signal?: AbortSignal;
  readonly clock?: Clock;
  /** A second way there, for the contents of big files; default: none. */
  readonly beside?: DialRemote;
}

/** Copies between folders of this machine, with an SSH server in between. */
export function transferThrough(
  sshd: LocalSshd,
  wanted: WantedTransfer,
  { dial = () => sshd.connect(), ...ways }: TransferWays & { readonly dial?: () => Promise<Duplex> } = {},
): Promise<TransferOutcome> {
  const { user, privateKey, hostKey } = sshd;
  const login = async (signal: AbortSignal): Promise<SshSession> =>
    openSshSession({ stream: await dial(), host: 'devenv-test', user, privateKey, hostKey }, signal);
  return transferOver(login, wanted, ways);
}

/** Copies between folders of this machine, with a session in between. */
export function transferOver(
  login: (signal: AbortSignal) => Promise<SshSession>,
  wanted: WantedTransfer,
  { onProgress = () => undefined, signal, clock = systemClock, beside }: TransferWays = {},
): Promise<TransferOutcome> {
  const id = transferName();
  return transfer(
    { sync: true, mayName: false, delete: false, dryRun: false, ...wanted },
    {
      connect: async (_onWaiting, abort) => openRemoteEnd(await login(abort), { dial: beside, transfer: id }, abort),
      onProgress,
      clock,
      random: Math.random,
      platform: process.platform,
    },
    signal ?? AbortSignal.timeout(120_000),
  );
}
