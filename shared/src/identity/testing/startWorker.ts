import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { OidcSettings } from '../../protocol/index.ts';

/** A process that refreshes when it is told to; see refreshWorker.ts. */
export interface RefreshWorker {
  readonly process: ChildProcess;
  /** Has it refresh; what it says of that. */
  refresh(): Promise<string>;
  kill(): Promise<void>;
}

/** @param clockMs how far its clock is ahead, milliseconds */
export async function startWorker(stateDir: string, settings: OidcSettings, clockMs = 0): Promise<RefreshWorker> {
  const script = fileURLToPath(new URL('refreshWorker.ts', import.meta.url));
  const wrongClock = `const now = Date.now; Date.now = () => now() + ${clockMs};`;
  const preload = clockMs === 0 ? [] : ['--import', `data:text/javascript,${encodeURIComponent(wrongClock)}`];
  const child = spawn(process.execPath, [...preload, script, stateDir, JSON.stringify(settings)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const ended = once(child, 'exit');
  const next = async () => {
    const line = await lines.next();
    return line.done === true ? 'ended' : line.value;
  };
  await next();
  return {
    process: child,
    refresh: () => {
      child.stdin.write('now\n');
      return next();
    },
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
