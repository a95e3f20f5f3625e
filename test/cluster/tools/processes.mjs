/** Running commands to their end, and waiting for what takes a while. */
import { spawn } from 'node:child_process';
import { paths } from '../settings.mjs';

/**
 * Runs a command and resolves with its standard output. Rejects with the command, its exit code and what it wrote to
 * standard error. With `ownGroup` it is the head of a process group of its own.
 */
export function execute(command, args, { cwd = '/', env = {}, input, signal, ownGroup = false } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
      signal,
      detached: ownGroup,
    });
    let output = '';
    let errors = '';
    child.stdout.setEncoding('utf8').on('data', (text) => (output += text));
    child.stderr.setEncoding('utf8').on('data', (text) => (errors += text));
    child.stdin?.on('error', () => undefined); // It ended without reading all; the exit code says whether that is bad.
    child.stdin?.end(input);
    child.on('error', reject);
    child.on('close', (code, endedBy) => {
      if (code === 0) resolve(output);
      else reject(new Error(`${command} ${args.join(' ')} ended with ${endedBy ?? code}\n${errors.slice(-4000)}`));
    });
  });
}

/** Runs a command whose failure is an answer, not an accident: true when it ended with 0. */
export const succeeds = (command, args, options) =>
  execute(command, args, options).then(
    () => true,
    () => false,
  );

export const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Tries until `attempt` returns something true, and returns that. Throws with `what` when the seconds are over. */
export async function waitFor(what, seconds, attempt) {
  const end = performance.now() + seconds * 1000;
  for (;;) {
    const result = await attempt();
    if (result) return result;
    if (performance.now() > end) throw new Error(`Waited ${seconds} s in vain: ${what}. Logs: ${paths.logs}`);
    // Many attempts start a program, and the machine has better things to do.
    await pause(200);
  }
}

export const kubectl = (args, options) =>
  execute(`${paths.bin}/kubectl`, [`--kubeconfig=${paths.kubeconfig}`, ...args], options);

/** containerd's own client, in the namespace of Kubernetes. */
export const ctr = (...args) => execute('ctr', ['-a', paths.containerdSocket, '-n', 'k8s.io', ...args]);
