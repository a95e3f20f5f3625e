import { systemClock } from '../../kubernetes/index.ts';
import { SlipwayError } from '../../protocol/index.ts';
import type { SshSession } from '../session/sshSession.ts';
import type { DialRemote } from './contents/openContents.ts';
import type { RemoteEnd } from './remoteEnd.ts';
import { startHelper } from './remoteHelper.ts';
import { openSftpEnd } from './sftp/sftpEnd.ts';

export interface RemoteWays {
  /** A second way there, for the contents of big files. */
  readonly dial?: DialRemote | undefined;
  /** Names the transfer, over all its connections. */
  readonly transfer: string;
}

/** The files at the other end of a session, which it closes with itself. */
export async function openRemoteEnd(
  session: SshSession,
  { dial, transfer }: RemoteWays,
  signal: AbortSignal,
): Promise<RemoteEnd> {
  try {
    const end = (await startHelper(session, dial, signal)) ?? (await openWithoutPython(session, transfer, signal));
    return {
      openRoot: (path, make) => end.openRoot(path, make),
      close: () => {
        end.close();
        session.close();
      },
    };
  } catch (error) {
    session.close();
    throw error;
  }
}

async function openWithoutPython(session: SshSession, transfer: string, signal: AbortSignal): Promise<RemoteEnd> {
  try {
    return await openSftpEnd(session, { transfer, clock: systemClock }, signal);
  } catch (error) {
    signal.throwIfAborted();
    if (session.failure !== undefined) throw session.failure;
    throw new SlipwayError(
      'transfer.failed',
      'The DevEnv has neither python3 nor an SFTP server: transfers need one of them.',
      {
        action: 'Use an image with Python 3.6 or newer, or with sftp-server.',
        cause: error,
      },
    );
  }
}
