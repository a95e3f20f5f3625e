/** JupyterLab with the wheel, for people: on this machine alone, with a token, and with settings of its own. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { root } from '../../setup.mjs';
import { jupyterHost } from './setup.mjs';

const patienceMs = 60_000;

/**
 * Serves `folder` and opens `notebook` in it. Resolves once it answers to its URL, the way to end it, and a promise of its
 * end. The example files are not changed unless somebody saves them.
 */
export async function serveJupyterLab(folder, notebook) {
  const python = await jupyterHost();
  const port = await freePort();
  const token = randomBytes(24).toString('hex');
  const config = writeConfig(token);
  const args = [
    '-m',
    'jupyterlab',
    '--no-browser',
    '--ip=127.0.0.1',
    `--port=${port}`,
    `--ServerApp.root_dir=${folder}`,
  ];
  if (process.getuid?.() === 0) args.push('--allow-root');
  const env = {
    ...process.env,
    JUPYTER_CONFIG_DIR: config,
    JUPYTERLAB_SETTINGS_DIR: join(config, 'settings'),
  };
  const child = spawn(python, args, { cwd: folder, env, stdio: ['ignore', 'ignore', 'pipe'], detached: true });
  let log = '';
  child.stderr.on('data', (chunk) => (log = (log + chunk).slice(-10_000)));
  const ended = once(child, 'exit');
  const end = () => void child.kill('SIGTERM');
  process.on('exit', end);
  await answers(`http://127.0.0.1:${port}/api`, child, () => log);
  return { url: `http://127.0.0.1:${port}/lab/tree/${notebook}?token=${token}`, end, ended };
}

/**
 * No question about news over the first thing that people see, and nobody edits along. The token is in a file that only its
 * owner reads: others can read a command line, and notebook code the environment.
 */
function writeConfig(token) {
  const config = join(root, '.cache/jupyter-demo');
  const settings = join(config, 'settings/@jupyterlab/apputils-extension');
  mkdirSync(settings, { recursive: true });
  mkdirSync(join(config, 'labconfig'), { recursive: true });
  writeFileSync(join(settings, 'notification.jupyterlab-settings'), '{ "fetchNews": "false" }');
  const disabledExtensions = { '@jupyter/collaboration-extension': true, '@jupyter/docprovider-extension': true };
  writeFileSync(join(config, 'labconfig/page_config.json'), JSON.stringify({ disabledExtensions }));
  const servers = { ServerApp: { jpserver_extensions: { jupyter_server_ydoc: false } }, IdentityProvider: { token } };
  const file = join(config, 'jupyter_server_config.json');
  rmSync(file, { force: true });
  writeFileSync(file, JSON.stringify(servers), { mode: 0o600 });
  return config;
}

async function answers(url, child, log) {
  for (const until = Date.now() + patienceMs; Date.now() < until && child.exitCode === null;) {
    const response = await fetch(url).catch(() => undefined);
    if (response?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  child.kill('SIGKILL');
  throw new Error(`It does not answer.\n${log()}`);
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  return port;
}
