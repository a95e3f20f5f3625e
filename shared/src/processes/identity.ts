import { execFileSync } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { parseStat, psEnvironment } from './processTable.ts';

/**
 * A process, so that another one that later gets the same pid is not mistaken for it.
 * `started` is field 22 of /proc/PID/stat on Linux (clock ticks since boot), the text of `ps -o lstart=` elsewhere.
 */
export interface ProcessIdentity {
  readonly pid: number;
  readonly started: string;
  /** The kernel's boot id; empty where there is none, and not needed because `started` is then a date. */
  readonly boot: string;
  /** Host name and pid namespace: where `pid` means anything. Home folders are shared between machines and containers. */
  readonly place: string;
}

/** `elsewhere`: it belongs to another machine or container, from where nothing can be said about it. */
export type Liveness = 'alive' | 'gone' | 'elsewhere';

let here: { readonly boot: string; readonly place: string } | undefined;

function thisPlace(): { readonly boot: string; readonly place: string } {
  here ??= {
    boot: orEmpty(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()),
    place: `${hostname()} ${orEmpty(() => readlinkSync('/proc/self/ns/pid'))}`.trim(),
  };
  return here;
}

function orEmpty(read: () => string): string {
  try {
    return read();
  } catch {
    return '';
  }
}

/** Start time of a living process; undefined when it is gone or only waits to be reaped. */
function startOf(pid: number): string | undefined {
  if (process.platform === 'linux') {
    const stat = parseStat(orEmpty(() => readFileSync(`/proc/${pid}/stat`, 'latin1')));
    return stat === undefined || stat.dead ? undefined : stat.started;
  }
  const started = orEmpty(() =>
    execFileSync('ps', ['-o', 'lstart=', '-p', `${pid}`], {
      env: psEnvironment(),
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }),
  ).trim();
  return started === '' ? undefined : started;
}

export function identify(pid: number): ProcessIdentity | undefined {
  const started = startOf(pid);
  return started === undefined ? undefined : { pid, started, ...thisPlace() };
}

export function liveness(identity: ProcessIdentity): Liveness {
  const { boot, place } = thisPlace();
  if (identity.place !== place) return 'elsewhere';
  if (identity.boot !== boot) return 'gone';
  return startOf(identity.pid) === identity.started ? 'alive' : 'gone';
}

export function isProcessIdentity(value: unknown): value is ProcessIdentity {
  return (
    typeof value === 'object' &&
    value !== null &&
    'pid' in value &&
    Number.isSafeInteger(value.pid) &&
    Number(value.pid) > 1 &&
    'started' in value &&
    typeof value.started === 'string' &&
    'boot' in value &&
    typeof value.boot === 'string' &&
    'place' in value &&
    typeof value.place === 'string'
  );
}
