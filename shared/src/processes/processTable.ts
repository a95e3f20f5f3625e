import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** One line of the process table. */
export interface ProcessEntry {
  readonly pid: number;
  readonly parent: number;
  /** Process group id. */
  readonly group: number;
  /** Session id; 0 where the system does not tell. */
  readonly session: number;
  /** See `ProcessIdentity.started`. */
  readonly started: string;
  /** Ended, and only waiting to be reaped by its parent. */
  readonly dead: boolean;
  /** Its environment, as it was at exec, has the marker that was looked for. */
  readonly marked: boolean;
}

/** Fields of /proc/PID/stat (proc_pid_stat(5)); the name in parentheses may hold anything, so fields count from the last `)`. */
export function parseStat(text: string): Omit<ProcessEntry, 'marked'> | undefined {
  const pid = Number.parseInt(text, 10);
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state, parent, group, session] = fields;
  const started = fields[19];
  if (!Number.isSafeInteger(pid) || state === undefined || started === undefined) return undefined;
  return {
    pid,
    parent: Number(parent),
    group: Number(group),
    session: Number(session),
    started,
    dead: state === 'Z' || state === 'X',
  };
}

/** Lines of `ps -axo pid=,ppid=,pgid=,state=,lstart=`; for systems without /proc. */
export function parsePsLine(line: string): Omit<ProcessEntry, 'marked'> | undefined {
  const match = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(\S.*?)\s*$/.exec(line);
  if (match === null) return undefined;
  const [, pid, parent, group, state = '', started = ''] = match;
  return {
    pid: Number(pid),
    parent: Number(parent),
    group: Number(group),
    session: 0,
    started,
    dead: state.startsWith('Z'),
  };
}

/** True when an environment block (`NAME=value\0…`) has exactly this `NAME=value`. */
export function environmentHas(block: Buffer, entry: string): boolean {
  const wanted = Buffer.from(entry);
  for (let at = block.indexOf(wanted); at !== -1; at = block.indexOf(wanted, at + 1)) {
    const end = at + wanted.length;
    if ((at === 0 || block[at - 1] === 0) && (end === block.length || block[end] === 0)) return true;
  }
  return false;
}

/** All processes of this machine. `marker` is a `NAME=value` to look for in their environments. */
export function readProcessTable(marker: string): ProcessEntry[] {
  return process.platform === 'linux' ? readProc(marker) : readPs(marker);
}

function readProc(marker: string): ProcessEntry[] {
  const entries: ProcessEntry[] = [];
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = parseStat(readFileSync(`/proc/${name}/stat`, 'latin1'));
      if (stat === undefined) continue;
      entries.push({ ...stat, marked: !stat.dead && hasMarker(name, marker) });
    } catch {
      // It ended while the table was being read.
    }
  }
  return entries;
}

function hasMarker(pid: string, marker: string): boolean {
  try {
    return environmentHas(readFileSync(`/proc/${pid}/environ`), marker);
  } catch {
    // Another user's process: not ours to look into, and not one of a run.
    return false;
  }
}

/** The start times of `ps` are dates in words: the same words whoever asks, wherever. */
export function psEnvironment(): NodeJS.ProcessEnv {
  return { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' };
}

function readPs(marker: string): ProcessEntry[] {
  const run = (args: string[]): string[] =>
    execFileSync('ps', args, {
      env: psEnvironment(),
      encoding: 'utf8',
      maxBuffer: 256 * 1024 * 1024,
      stdio: ['ignore', 'pipe', 'ignore'],
    }).split('\n');
  const marked = new Set<number>();
  for (const line of run(['-axwwE', '-o', 'pid=,command='])) {
    if (line.includes(` ${marker} `) || line.endsWith(` ${marker}`)) marked.add(Number.parseInt(line, 10));
  }
  return run(['-axo', 'pid=,ppid=,pgid=,state=,lstart=']).flatMap((line) => {
    const entry = parsePsLine(line);
    return entry === undefined ? [] : [{ ...entry, marked: marked.has(entry.pid) }];
  });
}

/**
 * The processes that belong to a run: those that carry its marker, `roots` (the step that runs now), everything below
 * them, and everything in a session or group that one of them leads. A Jupyter kernel has a session of its own, and a
 * daemon has init as its parent: neither the process tree nor the group alone finds them all. `self` and init are never
 * among them.
 */
export function processesOfRun(
  table: readonly ProcessEntry[],
  roots: ReadonlySet<number>,
  self: number,
): readonly ProcessEntry[] {
  const members = new Set<number>(roots);
  for (const entry of table) if (entry.marked) members.add(entry.pid);
  members.delete(self);
  members.delete(1);
  let grown = true;
  while (grown) {
    grown = false;
    for (const entry of table) {
      if (entry.pid === self || members.has(entry.pid)) continue;
      if (members.has(entry.parent) || members.has(entry.group) || members.has(entry.session)) {
        members.add(entry.pid);
        grown = true;
      }
    }
  }
  return table.filter((entry) => members.has(entry.pid) && !entry.dead);
}
