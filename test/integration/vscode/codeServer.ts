import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { environmentWithout, freePort, HostProcess, killAll, type HostSettings } from '../hosts/hostProcess.ts';
import { copyInstalled } from './installedExtension.ts';
import { extensionHostsOf, serversOf } from './processes.ts';

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
  // Where many hosts are tested at once, every port of theirs would be told of.
  'remote.autoForwardPorts': false,
  // In a browser VS Code saves by itself; on the desktop it does not.
  'files.autoSave': 'off',
};

/**
 * Of the hundred extensions that VS Code brings along those that have to do with notebooks, and those that any window starts: it
 * would start them in the browser where they are not here.
 */
const builtIn = [
  'configuration-editing',
  'emmet',
  'extension-editing',
  'git-base',
  'github-authentication',
  'ipynb',
  'json',
  'json-language-features',
  'log',
  'markdown-basics',
  'markdown-language-features',
  'markdown-math',
  'media-preview',
  'merge-conflict',
  'notebook-renderers',
  'npm',
  'python',
  'theme-defaults',
  'theme-seti',
  'yaml',
];

export interface CodeServerOptions {
  /** Installed before the start. */
  readonly vsix?: string;
  /** Whether this server installs it itself, as a person's does, instead of getting what another one has made of it. */
  readonly installsItself?: boolean;
  /** Further user settings. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** With all extensions that VS Code brings along, as people have it. */
  readonly isWhole?: boolean;
  /** Whether folders are trusted only once somebody says so, as on the desktop. */
  readonly asksForTrust?: boolean;
  /** Further options of code-server. */
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Where another host has a home for this person already; it stays at the end. */
  readonly home?: string;
}

/** A person's machine with VS Code on it: a home, a folder with notebooks, and code-server on a port of its own. */
export class CodeServer {
  readonly home: string;
  readonly folder: string;
  readonly #options: CodeServerOptions;
  readonly #process = new HostProcess('code-server', () => serversOf(this.home));
  port = 0;

  private constructor(home: string, options: CodeServerOptions) {
    this.home = home;
    this.folder = join(home, 'notebooks');
    this.#options = options;
  }

  static async create(options: CodeServerOptions = {}): Promise<CodeServer> {
    const server = new CodeServer(options.home ?? (await mkdtemp(join(tmpdir(), 'slipway-code-'))), options);
    await mkdir(server.folder, { recursive: true });
    const user = join(server.home, 'vscode/user/User');
    await mkdir(user, { recursive: true });
    await writeFile(join(user, 'settings.json'), JSON.stringify({ ...settings, ...options.settings }));
    await server.#chooseBuiltIn();
    if (options.vsix !== undefined) await server.#install(options.vsix);
    return server;
  }

  /** What the server wrote so far. */
  get log(): string {
    return this.#process.log;
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

  /** Windows that open from now on are Chinese. Of VS Code's own words the language pack has none: those stay English. */
  async speakChinese(): Promise<void> {
    const user = join(this.home, 'vscode/user');
    const words = join(user, 'words.json');
    const extensions = [{ extensionIdentifier: { id: 'test.language-pack' }, version: '1.0.0' }];
    const pack = { hash: 'test', extensions, translations: { vscode: words }, label: '简体中文' };
    await writeFile(words, JSON.stringify({ version: '1.0.0', contents: {} }));
    await writeFile(join(user, 'languagepacks.json'), JSON.stringify({ 'zh-cn': pack }));
    await writeFile(join(user, 'User/argv.json'), JSON.stringify({ locale: 'zh-cn' }));
  }

  /** Source of a cell that waits until a test writes that file. */
  gate(name: string): string {
    return `import pathlib, time\nwhile not pathlib.Path(${JSON.stringify(join(this.folder, name))}).exists():\n    time.sleep(0.1)`;
  }

  async start(): Promise<void> {
    this.port = this.port === 0 ? await freePort() : this.port;
    const { args = [], asksForTrust = false } = this.#options;
    const options = [
      `--bind-addr=127.0.0.1:${this.port}`,
      '--auth=none',
      '--disable-telemetry',
      '--disable-update-check',
      ...(asksForTrust ? [] : ['--disable-workspace-trust']),
      '--disable-getting-started-override',
      '--ignore-last-opened',
      ...args,
      this.folder,
    ];
    await this.#process.start(process.execPath, this.#arguments(options), this.#settings, () =>
      fetch(`${this.url}healthz`),
    );
  }

  async #chooseBuiltIn(): Promise<void> {
    const all = join(prepared('SLIPWAY_TEST_CODE_SERVER'), 'lib/vscode/extensions');
    await rm(this.#builtIn, { recursive: true, force: true });
    if (this.#options.isWhole === true) return symlink(all, this.#builtIn);
    await mkdir(this.#builtIn);
    await Promise.all(builtIn.map((name) => symlink(join(all, name), join(this.#builtIn, name))));
  }

  get #builtIn(): string {
    return join(this.home, 'vscode/built-in');
  }

  async #install(vsix: string): Promise<void> {
    const install = (folder: string): Promise<void> => this.#run(['--install-extension', vsix], folder);
    if (this.#options.installsItself === true) return install(this.#extensions);
    await copyInstalled(vsix, this.#extensions, install);
  }

  get #extensions(): string {
    return join(this.home, 'vscode/extensions');
  }

  /** Installs or removes extensions, and waits. @throws Error with what it wrote when it fails */
  #run(args: readonly string[], extensions?: string): Promise<void> {
    return this.#process.run(process.execPath, this.#arguments(args, extensions), this.#settings);
  }

  uninstall(extension: string): Promise<void> {
    return this.#run(['--uninstall-extension', extension]);
  }

  /** Ends it the way a person or the kernel does. */
  end(signal?: NodeJS.Signals): Promise<void> {
    return this.#process.end(signal);
  }

  async dispose(): Promise<void> {
    await this.end();
    // Those of windows that were closed wait for them to come back.
    killAll(extensionHostsOf(this.home));
    if (this.#options.home !== undefined) return;
    await rm(this.home, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }

  get #settings(): HostSettings {
    return { cwd: this.folder, env: this.#environment() };
  }

  #arguments(args: readonly string[], extensions = this.#extensions): string[] {
    const data = join(this.home, 'vscode');
    return [
      join(prepared('SLIPWAY_TEST_CODE_SERVER'), 'out/node/entry.js'),
      `--config=${join(data, 'config.yaml')}`,
      `--user-data-dir=${join(data, 'user')}`,
      `--extensions-dir=${extensions}`,
      `--vscode-option=builtin-extensions-dir=${this.#builtIn}`,
      ...args,
    ];
  }

  #environment(): NodeJS.ProcessEnv {
    return {
      ...environmentWithout(/^(VSCODE_|XDG_|VIRTUAL_ENV|SLIPWAY|npm_|VITEST|NODE_|PORT$)/),
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
