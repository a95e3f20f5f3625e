import { SlipwayError } from '../../protocol/index.ts';
import type { SshSession } from '../session/sshSession.ts';
import type { DialRemote } from './contents/openContents.ts';
import type { RemoteEnd } from './remoteEnd.ts';
import { startHelper } from './remoteHelper.ts';

/** The files at the other end of a session, which it closes with itself. @param dial a second way there, for the contents of big files */
export async function openRemoteEnd(
  session: SshSession,
  dial: DialRemote | undefined,
  signal: AbortSignal,
): Promise<RemoteEnd> {
  try {
    const end = await startHelper(session, dial, signal);
    if (end === undefined) {
      throw new SlipwayError('transfer.failed', 'The DevEnv has no python3, which transfers need.', {
        action: 'Use an image with Python 3.6 or newer, or sftp.',
      });
    }
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
