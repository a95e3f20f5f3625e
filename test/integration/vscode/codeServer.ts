import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A variable that `npm test -- hosts` sets. */
export function prepared(name: string): string {
  const value = process.env[name] ?? '';
  if (value === '') throw new Error(`${name} is not set: run the tests through npm test -- hosts`);
  return value;
}

const settings = {
  'chat.disableAIFeatures': true,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.startupEditor': 'none',
  'extensions.ignoreRecommendations': true,
  'git.enabled': false,
  // In a browser VS Code saves by itself; on the desktop it does not.
  'files.autoSave': 'off',
};

export interface CodeServerOptions {
  /** Installed before the start. */
  readonly vsix?: string;
  /** Further user settings. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Further options of code-server. */
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** A person's machine with VS Code on it: a home, a folder with notebooks, and code-server on a port of its own. */
export class CodeServer {
  readonly home: string;
  readonly folder: string;
  readonly #options: CodeServerOptions;
  #process: ChildProcess | undefined;
  #log = '';
  port = 0;

  private constructor(home: string, options: CodeServerOptions) {
    this.home = home;
    this.folder = join(home, 'notebooks');
    this.#options = options;
  }

  static async create(options: CodeServerOptions = {}): Promise<CodeServer> {
    const server = new CodeServer(await mkdtemp(join(tmpdir(), 'slipway-code-')), options);
    await mkdir(server.folder, { recursive: true });
    const user = join(server.home, 'vscode/user/User');
    await mkdir(user, { recursive: true });
    await writeFile(join(user, 'settings.json'), JSON.stringify({ ...settings, ...options.settings }));
    if (options.vsix !== undefined) await server.#run(['--install-extension', options.vsix]);
    return server;
  }

  /** What the server wrote so far. */
  get log(): string {
    return this.#log;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/`;
  }

  /** Where the runs of this person are. */
  get runs(): string {
    return join(this.home, 'data/slipway/runs');
  }

  async write(name: string, text: string): Promise<void> {
    const path = join(this.folder, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  }

  async start(): Promise<void> {
    this.port = this.port === 0 ? await freePort() : this.port;
    const { args = [] } = this.#options;
    const child = this.#spawn([
      `--bind-addr=127.0.0.1:${this.port}`,
      '--auth=none',
      '--disable-telemetry',
      '--disable-update-check',
      '--disable-workspace-trust',
      '--disable-getting-started-override',
      '--ignore-last-opened',
      ...args,
      this.folder,
    ]);
    this.#process = child;
    for (let waited = 0; waited < 60_000; waited += 100) {
      if (child.exitCode !== null) break;
      const response = await fetch(`${this.url}healthz`).catch(() => undefined);
      if (response?.ok === true) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error(`code-server does not answer.\n${this.#log}`);
  }

  /** Installs or removes extensions, and waits. @throws Error with what it wrote when it fails */
  async #run(args: readonly string[]): Promise<void> {
    const child = this.#spawn(args);
    await once(child, 'exit');
    if (child.exitCode !== 0) throw new Error(`code-server ${args.join(' ')} failed.\n${this.#log}`);
  }

  uninstall(extension: string): Promise<void> {
    return this.#run(['--uninstall-extension', extension]);
  }

  async end(): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (child?.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), 15_000);
    await ended;
    clearTimeout(timer);
  }

  async dispose(): Promise<void> {
    await this.end();
    await rm(this.home, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }

  #spawn(args: readonly string[]): ChildProcess {
    const data = join(this.home, 'vscode');
    const child = spawn(
      process.execPath,
      [
        join(prepared('SLIPWAY_TEST_CODE_SERVER'), 'out/node/entry.js'),
        `--config=${join(data, 'config.yaml')}`,
        `--user-data-dir=${join(data, 'user')}`,
        `--extensions-dir=${join(data, 'extensions')}`,
        ...args,
      ],
      { cwd: this.folder, env: this.#environment(), stdio: ['ignore', 'pipe', 'pipe'] },
    );
    const read = (chunk: Buffer): void => void (this.#log += chunk.toString());
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    return child;
  }

  #environment(): NodeJS.ProcessEnv {
    const inherited = Object.entries(process.env).filter(
      ([name]) => !/^(VSCODE_|XDG_|VIRTUAL_ENV|SLIPWAY|npm_|VITEST|NODE_|PORT$)/.test(name),
    );
    return {
      ...Object.fromEntries(inherited),
      // The Python with papermill is the one that is found.
      PATH: `${dirname(prepared('SLIPWAY_TEST_PYTHON'))}:${process.env.PATH ?? ''}`,
      HOME: this.home,
      XDG_DATA_HOME: join(this.home, 'data'),
      XDG_CONFIG_HOME: join(this.home, 'config'),
      // Environments are built once and shared by all tests, as on a real machine.
      XDG_CACHE_HOME: join(import.meta.dirname, '../../../.cache/xdg'),
      ...this.#options.env,
    };
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (address === null || typeof address === 'string') throw new Error('There is no free port.');
  return address.port;
}
