import { execFile } from 'node:child_process';
import { once } from 'node:events';

/** How long the program may take to tell its version, in milliseconds. */
const patienceMs = 10_000;

/** Whether there is an OpenSSH client. @param path as `remote.SSH.path` says; empty for `ssh` on the PATH */
export async function hasSshProgram(path: string): Promise<boolean> {
  const child = execFile(path === '' ? 'ssh' : path, ['-V'], { timeout: patienceMs, windowsHide: true });
  child.stdin?.end();
  try {
    const [code] = (await once(child, 'exit')) as [number | null];
    return code === 0;
  } catch {
    // It is not there, or may not be run.
    return false;
  }
}
