import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { environmentWithout, freePort, HostProcess } from '../hosts/hostProcess.ts';

/** The interpreter with JupyterLab and the wheel, from test/hosts/jupyter/setup.mjs. */
export function jupyterPython(): string {
  const python = process.env.SLIPWAY_TEST_JUPYTER ?? '';
  if (python === '') throw new Error('SLIPWAY_TEST_JUPYTER is not set: run the tests through npm test -- hosts');
  return python;
}

/** Where environments are built, once for all tests, as on a real machine. */
export const sharedCache = join(import.meta.dirname, '../../../.cache/xdg');

/** What would lead a run to another Python, or to another person's settings. */
export const foreign =
  /^(JUPYTER|JPY_|XDG_|VIRTUAL_ENV|CONDA_|PYTHONPATH|PYTHONHOME|IPYTHON|SLIPWAY|npm_|VITEST|NODE_)/;

export interface JupyterOptions {
  /** Which program serves the pages. */
  readonly app?: 'jupyterlab' | 'notebook';
  readonly baseUrl?: string;
  readonly collaborative?: boolean;
  /** Further command line options. */
  readonly args?: readonly string[];
  /** Where another host has a home for this person already; it stays at the end. */
  readonly home?: string;
}

const collaboration = ['@jupyter/collaboration-extension', '@jupyter/docprovider-extension'];

/** A person's machine: a home, a folder with notebooks, and a Jupyter server with a token and XSRF checks. */
export class JupyterServer {
  readonly home: string;
  readonly folder: string;
  readonly token = randomBytes(16).toString('hex');
  readonly #options: JupyterOptions;
  readonly #process = new HostProcess('The Jupyter server');
  port = 0;

  private constructor(home: string, options: JupyterOptions) {
    this.home = home;
    this.folder = join(home, 'notebooks');
    this.#options = options;
  }

  static async create(options: JupyterOptions = {}): Promise<JupyterServer> {
    const server = new JupyterServer(options.home ?? (await mkdtemp(join(tmpdir(), 'slipway-lab-'))), options);
    await mkdir(server.folder, { recursive: true });
    await server.#configure();
    return server;
  }

  chooseLanguage(locale: string): Promise<void> {
    return this.choose('@jupyterlab/translation-extension', { locale });
  }

  /** As the person sets it in JupyterLab's settings. */
  async choose(extension: string, values: object, plugin = 'plugin'): Promise<void> {
    const settings = join(this.home, 'jupyter/settings', extension);
    await mkdir(settings, { recursive: true });
    await writeFile(join(settings, `${plugin}.jupyterlab-settings`), JSON.stringify(values));
  }

  /** What XDG calls the data home of this person. */
  get dataHome(): string {
    return join(this.home, 'data');
  }

  /** What the server and the core wrote so far. */
  get log(): string {
    return this.#process.log;
  }

  get pid(): number {
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
    const options = [
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
      // There are none, and looking for each takes a third of a second.
      '--LanguageServerManager.autodetect=False',
      // For what a test asks of the page itself: LabPage.openNotebook.
      ...(app === 'jupyterlab' ? ['--LabApp.expose_app_in_browser=True'] : []),
      ...args,
    ];
    const settings = { cwd: this.folder, env: this.#environment() };
    await this.#process.start(jupyterPython(), options, settings, () => this.fetch('api/status'));
  }

  /** Ends the server the way a person or the kernel does. */
  end(signal?: NodeJS.Signals): Promise<void> {
    return this.#process.end(signal);
  }

  async dispose(): Promise<void> {
    await this.end();
    if (this.#options.home !== undefined) return;
    await rm(this.home, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }

  /** A request as a script with the token makes it, or without it. */
  fetch(path: string, init: RequestInit = {}, authorized = true): Promise<Response> {
    const headers = new Headers(init.headers);
    if (authorized) headers.set('Authorization', `token ${this.token}`);
    return fetch(`${this.url}${path}`, { redirect: 'manual', ...init, headers });
  }

  #environment(): NodeJS.ProcessEnv {
    return {
      ...environmentWithout(foreign),
      HOME: this.home,
      XDG_DATA_HOME: this.dataHome,
      XDG_CONFIG_HOME: join(this.home, 'config'),
      XDG_CACHE_HOME: sharedCache,
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
}
