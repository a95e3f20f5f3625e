import { SlipwayError } from '../../protocol/index.ts';

/** What is known besides the error itself. */
export interface FailureFacts {
  readonly host: string;
  /** The server showed another key than the pinned one. */
  readonly otherKey: boolean;
  /** What the stream underneath failed with. */
  readonly cause: unknown;
}

/** Words for a session that could not begin, or ended. */
export function sessionFailure(error: unknown, { host, otherKey, cause }: FailureFacts): SlipwayError {
  if (otherKey) {
    return new SlipwayError(
      'ssh.hostKey',
      `The server that answers for ${host} has another host key than the pinned one.`,
      {
        action:
          'Do not go on unless you know why: somebody may be in between. If the DevEnv was deleted and made anew, connect to it again: slipway devenv connect.',
        cause: error,
      },
    );
  }
  if (error instanceof SlipwayError) return error;
  if (cause instanceof SlipwayError) return cause;
  if (isLevel(error, 'client-authentication')) {
    return new SlipwayError('ssh.refused', `${host} does not know the key of this machine.`, {
      action: 'Connect to the DevEnv, which adds the key: slipway devenv connect.',
      cause: error,
    });
  }
  if (error instanceof Error && /no matching|handshake failed/i.test(error.message)) {
    return new SlipwayError(
      'ssh.refused',
      `${host} and this machine have no way of speaking SSH in common: ${error.message}.`,
      {
        action: "Check the image's sshd_config.",
        cause: error,
      },
    );
  }
  return lostSession(host, error ?? cause);
}

export function lostSession(host: string, cause?: unknown): SlipwayError {
  return new SlipwayError('ssh.lost', `The SSH connection to ${host} was lost.`, {
    action: 'Try again; if it stays so, see slipway devenv test.',
    cause,
  });
}

function isLevel(error: unknown, level: string): boolean {
  return error instanceof Error && 'level' in error && error.level === level;
}
