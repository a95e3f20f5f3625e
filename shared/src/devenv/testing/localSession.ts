import { spawn } from 'node:child_process';
import type { RemoteCommand, SshSession } from '../session/sshSession.ts';

/**
 * A session whose commands run on this machine as another user, whom things are denied there.
 * @param uid where the tests run as root; else who runs them
 */
export function localSession(uid: number): SshSession {
  return {
    exec: (command) => Promise.resolve(started(command, uid)),
    sftp: () => Promise.reject(new Error('there is no SFTP here')),
    failure: undefined,
    close: () => undefined,
  };
}

function started(command: string, uid: number): RemoteCommand {
  const shell = ['sh', '-c', command];
  const other = ['setpriv', `--reuid=${uid}`, `--regid=${uid}`, '--clear-groups', ...shell];
  const [program = 'sh', ...args] = process.geteuid?.() === 0 ? other : shell;
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'ignore'] });
  child.stdin.on('error', () => undefined);
  return {
    write: (data) => new Promise((resolve) => child.stdin.write(data, () => resolve())),
    end: () => child.stdin.end(),
    output: child.stdout,
    stderr: () => '',
    exited: new Promise((resolve) => child.once('exit', (code) => resolve(code ?? undefined))),
    close: () => void child.kill(),
  };
}
