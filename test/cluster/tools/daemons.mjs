/**
 * The cluster's processes. Each is known by a file with its pid and the time at which the kernel started it, because a
 * pid alone may have become another process's since.
 */
import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { paths } from '../settings.mjs';
import { pause } from './processes.mjs';

const fileOf = (name) => join(paths.pids, `${name}.pid`);

/** The kernel's start time of a process in clock ticks since boot; undefined when there is none, or only its zombie. */
export function startTime(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

/** Starts a process that outlives this one, in a session of its own, with its output in a log of its name. */
export function startDaemon(name, command, args, { env = {} } = {}) {
  mkdirSync(paths.logs, { recursive: true });
  mkdirSync(paths.pids, { recursive: true });
  const log = openSync(join(paths.logs, `${name}.log`), 'a');
  const child = spawn(command, args, {
    cwd: paths.state,
    env: { ...process.env, ...env },
    detached: true,
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  child.on('error', (error) => writeFileSync(join(paths.logs, `${name}.log`), `${error.message}\n`, { flag: 'a' }));
  if (child.pid === undefined) throw new Error(`${name} cannot be started: ${command}`);
  writeFileSync(fileOf(name), `${child.pid} ${startTime(child.pid)}\n`);
  child.unref();
}

/** The pid of a daemon that runs; undefined when it does not. */
export function daemonPid(name) {
  try {
    const [pid, started] = readFileSync(fileOf(name), 'utf8').trim().split(' ');
    return startTime(pid) === started ? Number(pid) : undefined;
  } catch {
    return undefined;
  }
}

/** The names of all daemons that were started and not stopped, whether they still live or not. */
export function knownDaemons() {
  try {
    return readdirSync(paths.pids)
      .filter((file) => file.endsWith('.pid'))
      .map((file) => file.slice(0, -'.pid'.length));
  } catch {
    return [];
  }
}

/** Ends a daemon: by TERM, and by KILL when it still lives after `graceSeconds`. */
export async function stopDaemon(name, graceSeconds = 10) {
  const pid = daemonPid(name);
  if (pid !== undefined) {
    process.kill(pid, 'SIGTERM');
    const end = performance.now() + graceSeconds * 1000;
    while (daemonPid(name) !== undefined && performance.now() < end) await pause(50);
    if (daemonPid(name) !== undefined) process.kill(pid, 'SIGKILL');
    while (daemonPid(name) !== undefined) await pause(20);
  }
  rmSync(fileOf(name), { force: true });
}
