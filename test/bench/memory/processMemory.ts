import { readdirSync, readFileSync } from 'node:fs';

interface RunningProcess {
  readonly id: number;
  readonly parent: number;
  readonly command: string;
  readonly home: string | undefined;
}

/** Megabytes (1e6 bytes) by part. */
export interface MemoryUse {
  readonly browser: number;
  /** The editor's server, without what follows. */
  readonly server: number;
  readonly extensionHost: number;
  readonly core: number;
}

/**
 * What a person's editor takes: processes whose HOME is theirs, and the browsers that this process has started. Memory that
 * several processes share counts in parts (`Pss` of proc_pid_smaps(5)).
 */
export function memoryUse(home: string): MemoryUse {
  const all = runningProcesses();
  const theirs = all.filter((each) => each.home === home);
  const cores = theirs.filter(({ command }) => command.includes('slipway.js\0serve'));
  const extensionHosts = theirs.filter(({ command }) => command.includes('--type=extensionHost'));
  const others = theirs.filter((each) => !cores.includes(each) && !extensionHosts.includes(each));
  const browsers = descendantsOf(process.pid, all).filter(({ command }) => /chrom/i.test(command.split('\0')[0] ?? ''));
  return {
    browser: megabytes(browsers),
    server: megabytes(others),
    extensionHost: megabytes(extensionHosts),
    core: megabytes(cores),
  };
}

export function totalOf({ browser, server, extensionHost, core }: MemoryUse): number {
  return browser + server + extensionHost + core;
}

function runningProcesses(): RunningProcess[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      const read = (file: string): string => readFileSync(`/proc/${name}/${file}`, 'utf8');
      try {
        const variables = read('environ').split('\0');
        const home = variables.find((variable) => variable.startsWith('HOME='))?.slice('HOME='.length);
        // The name of the program stands in brackets and may hold anything.
        const parent = Number(/.*\) \S (\d+)/s.exec(read('stat'))?.[1]);
        return [{ id: Number(name), parent, command: read('cmdline'), home }];
      } catch {
        // It has ended meanwhile.
        return [];
      }
    });
}

function descendantsOf(id: number, all: readonly RunningProcess[]): RunningProcess[] {
  return all.filter(({ parent }) => parent === id).flatMap((child) => [child, ...descendantsOf(child.id, all)]);
}

function megabytes(processes: readonly RunningProcess[]): number {
  return processes.reduce((sum, { id }) => sum + shareOf(id), 0) / 1e6;
}

function shareOf(id: number): number {
  try {
    const kilobytes = /^Pss:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${id}/smaps_rollup`, 'utf8'))?.[1];
    return Number(kilobytes ?? 0) * 1024;
  } catch {
    return 0;
  }
}
