import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The interpreter with JupyterLab and the wheel, from test/hosts/jupyter/setup.mjs. */
export function jupyterPython(): string {
  const python = process.env.SLIPWAY_TEST_JUPYTER ?? '';
  if (python === '') throw new Error('SLIPWAY_TEST_JUPYTER is not set: run the tests through npm test -- hosts');
  return python;
}

export interface JupyterOptions {
  /** Which program serves the pages. */
  readonly app?: 'jupyterlab' | 'notebook';
  readonly baseUrl?: string;
  readonly collaborative?: boolean;
  /** Further command line options. */
  readonly args?: readonly string[];
}

const collaboration = ['@jupyter/collaboration-extension', '@jupyter/docprovider-extension'];

/** A person's machine: a home, a folder with notebooks, and a Jupyter server with a token and XSRF checks. */
export class JupyterServer {
  readonly home: string;
  readonly folder: string;
  readonly token = randomBytes(16).toString('hex');
  readonly #options: JupyterOptions;
  #process: ChildProcess | undefined;
  #log = '';
  port = 0;

  private constructor(home: string, options: JupyterOptions) {
    this.home = home;
    this.folder = join(home, 'notebooks');
    this.#options = options;
  }

  static async create(options: JupyterOptions = {}): Promise<JupyterServer> {
    const server = new JupyterServer(await mkdtemp(join(tmpdir(), 'slipway-lab-')), options);
    await mkdir(server.folder, { recursive: true });
    await server.#configure();
    return server;
  }

  /** As the person sets it in JupyterLab's settings. */
  async chooseLanguage(locale: string): Promise<void> {
    const settings = join(this.home, 'jupyter/settings/@jupyterlab/translation-extension');
    await mkdir(settings, { recursive: true });
    await writeFile(join(settings, 'plugin.jupyterlab-settings'), JSON.stringify({ locale }));
  }

  /** What the server and the core wrote so far. */
  get log(): string {
    return this.#log;
  }

  get pid(): number {
    if (this.#process?.pid === undefined) throw new Error('The Jupyter server does not run.');
    return this.#process.pid;
  }

  /** Ends with a slash. */
  get url(): string {
    return `http://127.0.0.1:${this.port}${this.#options.baseUrl ?? '/'}`;
  }

  async write(name: string, text: string): Promise<void> {
    const path = join(this.folder, name);
    await mkdir(join(path, '..'), { recursive: true });
    await writeFile(path, text);
  }

  async start(): Promise<void> {
    this.port = this.port === 0 ? await freePort() : this.port;
    const { app = 'jupyterlab', baseUrl = '/', args = [] } = this.#options;
    const child = spawn(
      jupyterPython(),
      [
        '-m',
        app,
        '--no-browser',
        '--allow-root',
        '--ip=127.0.0.1',
        `--port=${this.port}`,
        '--ServerApp.port_retries=0',
        `--ServerApp.base_url=${baseUrl}`,
        `--ServerApp.root_dir=${this.folder}`,
        '--SlipwayApp.idle_timeout=5',
        ...args,
      ],
      { cwd: this.folder, env: this.#environment(), stdio: ['ignore', 'pipe', 'pipe'] },
    );
    this.#process = child;
    const read = (chunk: Buffer): void => void (this.#log += chunk.toString());
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    await this.#answers(child);
  }

  /** Ends the server the way a person or the kernel does. */
  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (child?.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    const timer = setTimeout(() => child.kill('SIGKILL'), 15_000);
    await ended;
    clearTimeout(timer);
  }

  async dispose(): Promise<void> {
    await this.end();
    await rm(this.home, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }

  /** A request as a script with the token makes it, or without it. */
  fetch(path: string, init: RequestInit = {}, authorized = true): Promise<Response> {
    const headers = new Headers(init.headers);
    if (authorized) headers.set('Authorization', `token ${this.token}`);
    return fetch(`${this.url}${path}`, { redirect: 'manual', ...init, headers });
  }

  #environment(): NodeJS.ProcessEnv {
    const inherited = Object.entries(process.env).filter(
      ([name]) => !/^(JUPYTER|XDG_|VIRTUAL_ENV|SLIPWAY|npm_)/.test(name),
    );
    return {
      ...Object.fromEntries(inherited),
      HOME: this.home,
      XDG_DATA_HOME: join(this.home, 'data'),
      XDG_CONFIG_HOME: join(this.home, 'config'),
      JUPYTER_CONFIG_DIR: join(this.home, 'jupyter/config'),
      JUPYTER_DATA_DIR: join(this.home, 'jupyter/data'),
      JUPYTER_RUNTIME_DIR: join(this.home, 'jupyter/runtime'),
      JUPYTERLAB_SETTINGS_DIR: join(this.home, 'jupyter/settings'),
      JUPYTERLAB_WORKSPACES_DIR: join(this.home, 'jupyter/workspaces'),
      JUPYTER_TOKEN: this.token,
    };
  }

  async #configure(): Promise<void> {
    const settings = join(this.home, 'jupyter/settings/@jupyterlab/apputils-extension');
    await mkdir(settings, { recursive: true });
    // Otherwise a question about news covers the side panel.
    await writeFile(join(settings, 'notification.jupyterlab-settings'), '{ "fetchNews": "false" }');
    if (this.#options.collaborative === true) return;
    const lab = join(this.home, 'jupyter/config/labconfig');
    await mkdir(lab, { recursive: true });
    const disabledExtensions = Object.fromEntries(collaboration.map((name) => [name, true]));
    await writeFile(join(lab, 'page_config.json'), JSON.stringify({ disabledExtensions }));
    const extensions = { ServerApp: { jpserver_extensions: { jupyter_server_ydoc: false } } };
    await writeFile(join(this.home, 'jupyter/config/jupyter_server_config.json'), JSON.stringify(extensions));
  }

  async #answers(child: ChildProcess): Promise<void> {
    for (let waited = 0; waited < 60_000; waited += 100) {
      if (child.exitCode !== null) break;
      const response = await this.fetch('api/status').catch(() => undefined);
      if (response?.ok === true) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error(`The Jupyter server does not answer.\n${this.#log}`);
  }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (address === null || typeof address === 'string') throw new Error('There is no free port.');
  return address.port;
}
