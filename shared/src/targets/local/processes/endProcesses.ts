import { setTimeout as sleep } from 'node:timers/promises';
import { identify, processesOfRun, readProcessTable, type ProcessEntry } from '../../../processes/index.ts';

export interface EndProcessesOptions {
  /** `NAME=value` that the run's processes carry in their environment. */
  readonly marker: string;
  /** Processes known to belong to the run, such as the step's own; may be gone already. */
  readonly roots: ReadonlySet<number>;
  /** From TERM to KILL. */
  readonly graceMs: number;
}

/** After KILL a process may hang in the kernel (a dead network mount); waiting for it for ever helps nobody. */
const killWaitMs = 5_000;

/**
 * Ends every process of a run: TERM, and KILL after `graceMs`. Looks again until none is found, because processes may
 * start others while they end. Returns the pids that even KILL did not end; empty almost always.
 */
export async function endProcesses(options: EndProcessesOptions): Promise<readonly number[]> {
  const startedAt = Date.now();
  const told = new Map<string, NodeJS.Signals>();
  for (;;) {
    const found = processesOfRun(readProcessTable(options.marker), options.roots, process.pid);
    if (found.length === 0) return [];
    const elapsed = Date.now() - startedAt;
    if (elapsed > options.graceMs + killWaitMs) return found.map((entry) => entry.pid);
    const signal = elapsed >= options.graceMs ? 'SIGKILL' : 'SIGTERM';
    for (const entry of found) tell(entry, signal, told);
    // Reading all environments is the expensive part: wait for those that were told, then look again.
    const lookAgainAt = Date.now() + (signal === 'SIGKILL' ? 200 : Math.min(500, options.graceMs - elapsed));
    do {
      await sleep(15);
    } while (Date.now() < lookAgainAt && found.some(isThere));
  }
}

/** Cheap on every system; a look at the whole table has the last word. */
function isThere(entry: ProcessEntry): boolean {
  if (process.platform === 'linux') return identify(entry.pid)?.started === entry.started;
  try {
    return process.kill(entry.pid, 0);
  } catch {
    return false;
  }
}

function tell(entry: ProcessEntry, signal: NodeJS.Signals, told: Map<string, NodeJS.Signals>): void {
  const key = `${entry.pid} ${entry.started}`;
  if (told.get(key) === signal) return;
  told.set(key, signal);
  try {
    process.kill(entry.pid, signal);
  } catch {
    // Gone between the look and the signal, or another user's (sudo): the next look decides.
  }
}
