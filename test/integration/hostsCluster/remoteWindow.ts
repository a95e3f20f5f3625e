import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { tmpdir } from 'node:os';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { buildSuite, writeSuiteHome } from '../../../vscode-extension/test/suiteFiles.mjs';
import { freePort } from '../hosts/hostProcess.ts';
import { prepared } from '../vscode/codeServer.ts';

const extension = join(import.meta.dirname, '../../../vscode-extension');
/** Where everything is put in the pod. */
const server = '/workspace/.test/server';
const suite = '/workspace/.test/suite';
const ownExtension = '/workspace/.test/extension';
/** What needs a Python with papermill in the DevEnv. */
const without = 'runs of the local target';
/** Two thirds of the server, which no window of these tests asks for: chats, other systems, sources and types. */
const unneeded = [
  'vscode/extensions/copilot',
  'vscode/extensions/mermaid-*',
  'vscode/extensions/microsoft-authentication',
  'vscode/extensions/node_modules',
  'vscode/node_modules/@github',
  'vscode/node_modules/@microsoft/mxc-sdk',
  'vscode/node_modules/@vscode/ripgrep-universal/bin/[dw]*',
  'vscode/node_modules/@vscode/ripgrep-universal/bin/linux-[ips]*',
  'vscode/node_modules/@vscode/sandbox-runtime',
  'vscode/node_modules/@vscode/tree-sitter-wasm',
  'vscode/node_modules/@vscode/windows-process-tree',
  'vscode/node_modules/node-pty/prebuilds/[dw]*',
  'vscode/node_modules/node-pty/third_party',
  'vscode/node_modules/@microsoft/*/src',
  'vscode/node_modules/@microsoft/*/dist-esm',
  '*.d.ts',
  '*.map',
];

/** What `ssh` is called with to reach a DevEnv, as VS Code copies it. */
export interface SshHost {
  readonly configFile: string;
  readonly host: string;
  readonly env: NodeJS.ProcessEnv;
}

/** VS Code's own server in a DevEnv, brought there and reached by plain `ssh` alone, as Remote-SSH does it. */
export class RemoteWindow {
  readonly #ssh: SshHost;
  readonly #token = randomBytes(16).toString('hex');
  #forward: ChildProcess | undefined;
  #port = 0;

  constructor(ssh: SshHost) {
    this.#ssh = ssh;
  }

  /** What a command line prints there. @throws Error with what it wrote when it fails */
  async run(command: string): Promise<string> {
    const { stdout } = await promisify(execFile)('ssh', this.#arguments(command), { env: this.#ssh.env });
    return stdout;
  }

  /** Copies the server without what is not needed, and the program that runs it; then the extension and its suite. */
  async install(): Promise<void> {
    const product = join(prepared('SLIPWAY_TEST_CODE_SERVER'), 'lib');
    await this.#unpack(server, [
      ...unneeded.map((path) => `--exclude=${path}`),
      `--transform=s,^node$,vscode/node,`,
      `--directory=${product}`,
      'vscode',
      `--directory=${dirname(process.execPath)}`,
      'node',
    ]);
    await buildSuite({ withMocha: true });
    await this.#unpack(ownExtension, [
      `--directory=${extension}`,
      'package.json',
      'package.nls.json',
      'package.nls.zh-cn.json',
      'dist',
      'media',
      'test/dist',
    ]);
    const home = await mkdtemp(join(tmpdir(), 'slipway-suite-'));
    writeSuiteHome(home, { python: '/usr/bin/python3', home: suite });
    await this.#unpack(suite, [`--directory=${home}`, '.']);
    await rm(home, { recursive: true });
    await this.#send(createReadStream(prepared('SLIPWAY_TEST_VSIX')), `cat > ${suite}/slipway.vsix`);
  }

  /** Starts it there, with the packaged extension unless it runs the suite, and forwards its port to this machine. */
  async start(kind: 'packaged' | 'suite'): Promise<void> {
    const data = `${suite}/${kind}`;
    const places = `--server-data-dir=${data} --extensions-dir=${kind === 'suite' ? `${suite}/extensions` : `${data}/ext`}`;
    const node = `cd ${server}/vscode && ./node out/server-main.js --accept-server-license-terms ${places}`;
    if (kind === 'packaged') await this.run(`${node} --install-extension=${suite}/slipway.vsix`);
    const variables = [
      `MOCHA_REPORT=${suite}/report.json`,
      `MOCHA_WITHOUT='${without}'`,
      `XDG_CONFIG_HOME=${suite}/config`,
      `XDG_DATA_HOME=${suite}/data`,
      `TOKEN=${this.#token}`,
    ].join(' ');
    const settings = JSON.stringify({ 'chat.disableAIFeatures': true, 'workbench.startupEditor': 'none' });
    await this.run(`mkdir -p ${data}/data/Machine && echo '${settings}' > ${data}/data/Machine/settings.json`);
    const listen =
      '--host=127.0.0.1 --port=0 --connection-token="$TOKEN" --enable-smoke-test-driver --disable-workspace-trust';
    const log = `${suite}/${kind}.log`;
    // Whatever keeps a channel of ssh open keeps ssh.
    const started = `{ export ${variables}; ${node.replace(' && ./', ' && exec ./')} ${listen}; } > ${log} 2>&1 < /dev/null &`;
    await this.run(`${started} echo $! > ${suite}/${kind}.pid`);
    const remotePort = await this.#portIn(log);
    this.#port = await freePort();
    const forward = ['-N', '-o', 'ExitOnForwardFailure=yes', '-L', `127.0.0.1:${this.#port}:127.0.0.1:${remotePort}`];
    const { configFile, host, env } = this.#ssh;
    this.#forward = spawn('ssh', ['-F', configFile, ...forward, host], { env, stdio: 'ignore' });
    await this.#answers();
  }

  /** The address of a window on a folder there; with the suite, where that runs. */
  url(folder: string, withSuite = false): string {
    const query = new URLSearchParams({ tkn: this.#token, folder });
    const remote = (path: string): string => `vscode-remote://127.0.0.1:${this.#port}${path}`;
    const payload = [
      ['extensionDevelopmentPath', remote(ownExtension)],
      ['extensionTestsPath', remote(`${ownExtension}/test/dist/index.cjs`)],
    ];
    if (withSuite) query.set('payload', JSON.stringify(payload));
    return `http://127.0.0.1:${this.#port}/?${query.toString()}`;
  }

  get suiteWorkspace(): string {
    return `${suite}/workspace`;
  }

  /** What the suite reported. */
  async report(): Promise<{ readonly passes: number; readonly failures: readonly string[] }> {
    const report = JSON.parse(await this.run(`cat ${suite}/report.json`)) as {
      readonly stats: { readonly passes: number };
      readonly failures: readonly { readonly fullTitle: string; readonly err: { readonly message: string } }[];
    };
    const failures = report.failures.map(({ fullTitle, err }) => `${fullTitle}: ${err.message}`);
    return { passes: report.stats.passes, failures };
  }

  /** Ends it there, and the connection to it. */
  async end(kind: 'packaged' | 'suite'): Promise<void> {
    this.#forward?.kill();
    await this.run(`kill $(cat ${suite}/${kind}.pid)`);
  }

  #arguments(command: string): string[] {
    return ['-F', this.#ssh.configFile, this.#ssh.host, command];
  }

  async #portIn(log: string): Promise<string> {
    for (const end = Date.now() + 60_000; Date.now() < end;) {
      const [, port] = /agent listening on (\d+)/.exec(await this.run(`cat ${log}`)) ?? [];
      if (port !== undefined) return port;
      await sleep(200);
    }
    throw new Error(`VS Code's server does not start there:\n${await this.run(`cat ${log}`)}`);
  }

  async #answers(): Promise<void> {
    for (const end = Date.now() + 60_000; Date.now() < end;) {
      const response = await fetch(`http://127.0.0.1:${this.#port}/version`).catch(() => undefined);
      if (response?.ok === true) return;
      await sleep(100);
    }
    throw new Error('Nobody answers at the forwarded port.');
  }

  /** @param what arguments of tar that say what goes there */
  async #unpack(folder: string, what: readonly string[]): Promise<void> {
    const tar = spawn('tar', ['--create', '--file=-', ...what], { stdio: ['ignore', 'pipe', 'inherit'] });
    await this.#send(tar.stdout, `mkdir -p ${folder} && tar -x -f - -C ${folder}`);
  }

  async #send(from: Readable, command: string): Promise<void> {
    const ssh = spawn('ssh', this.#arguments(command), { env: this.#ssh.env, stdio: ['pipe', 'ignore', 'pipe'] });
    const [sent, said, [code]] = await Promise.all([
      pipeline(from, ssh.stdin).catch((error: unknown) => error),
      text(ssh.stderr),
      once(ssh, 'close') as Promise<[number | null]>,
    ]);
    if (code === 0 && sent === undefined) return;
    throw new Error(`ssh ended with ${String(code)}: ${command}\n${said}`, { cause: sent });
  }
}
