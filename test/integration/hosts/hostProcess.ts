import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export interface HostSettings {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
}

/** How long a server gets to answer, and to end when it is asked to, in milliseconds. */
const patienceMs = 180_000;
const endMs = 20_000;
const attempts = 3;

/** The server of a host as a process: it can be started again, and what it wrote is kept. */
export class HostProcess {
  readonly #name: string;
  readonly #own: () => readonly number[];
  #child: ChildProcess | undefined;
  #log = '';

  /**
   * @param name for the words of failures
   * @param own ids of all its processes that live, where children of it may outlive it: they would have its port, and answer for the next one
   */
  constructor(name: string, own: () => readonly number[] = () => []) {
    this.#name = name;
    this.#own = own;
  }

  /** What it wrote so far. */
  get log(): string {
    return this.#log;
  }

  get pid(): number {
    if (this.#child?.pid === undefined) throw new Error(`${this.#name} does not run.`);
    return this.#child.pid;
  }

  /**
   * Starts it and waits until `ask` gets a good answer. One that gives up by itself is started again: code-server does
   * where its own child takes more than ten seconds, as on a busy machine.
   * @throws Error with its log when it does not come
   */
  async start(
    command: string,
    args: readonly string[],
    settings: HostSettings,
    ask: () => Promise<Response>,
  ): Promise<void> {
    for (let attempt = 1; attempt <= attempts; attempt += 1) {
      const child = this.#spawn(command, args, settings);
      this.#child = child;
      for (const end = Date.now() + patienceMs; Date.now() < end && child.exitCode === null;) {
        const response = await ask().catch(() => undefined);
        if (response?.ok === true) return;
        await sleep(100);
      }
      if (child.exitCode === null) break;
      await this.#endOwn();
    }
    throw new Error(`${this.#name} does not answer.\n${this.#log}`);
  }

  /** Runs a command of it to its end. @throws Error with the log when it fails */
  async run(command: string, args: readonly string[], settings: HostSettings): Promise<void> {
    const child = this.#spawn(command, args, settings);
    await once(child, 'exit');
    if (child.exitCode !== 0) throw new Error(`${this.#name} ${args.join(' ')} failed.\n${this.#log}`);
  }

  /** Ends it the way a person or the kernel does; nothing where it does not run. */
  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child?.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    const timer = setTimeout(() => child.kill('SIGKILL'), endMs);
    await ended;
    clearTimeout(timer);
    await this.#endOwn();
  }

  async #endOwn(): Promise<void> {
    for (const end = Date.now() + endMs; Date.now() < end && this.#own().length > 0;) await sleep(50);
    killAll(this.#own());
  }

  #spawn(command: string, args: readonly string[], { cwd, env }: HostSettings): ChildProcess {
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const read = (chunk: Buffer): void => void (this.#log += chunk.toString());
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    return child;
  }
}

/** The variables of this process without those whose names match. */
export function environmentWithout(pattern: RegExp): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !pattern.test(name)));
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (address === null || typeof address === 'string') throw new Error('There is no free port.');
  return address.port;
}

/** Ends processes, those too that do not listen; nothing where they have ended meanwhile. */
export function killAll(ids: readonly number[]): void {
  for (const id of ids) {
    try {
      process.kill(id, 'SIGKILL');
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
    }
  }
}

/** True while there is a process of that id. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
