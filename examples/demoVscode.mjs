/**
 * `npm run demo:vscode`: on a fresh machine installs, builds and serves VS Code (code-server) with the packaged extension
 * and the folder examples/single-cell open, on this machine only, and prints the address. Ctrl-C ends it; `PORT` chooses the port.
 * Without a terminal nobody could press Ctrl-C: then it is ended once it answers, unless `-- --serve` is given.
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { codeServer, packageExtension } from '../test/hosts/codeServer/setup.mjs';
import { build, ensureVirtualEnvironments, installPackages, pinnedNode, root, tool } from '../test/setup.mjs';

const port = process.env.PORT ?? '8650';
const data = join(root, '.cache/vscode/demo');
let server = '';
let vsix = '';

await step('installing packages', async () => {
  await installPackages();
  await ensureVirtualEnvironments();
});
await step('building', build);
await step('installing code-server', async () => void (server = await codeServer()));
await step('packaging the extension', async () => void (vsix = await packageExtension()));

mkdirSync(join(data, 'user/User'), { recursive: true });
const settings = {
  'chat.disableAIFeatures': true,
  'workbench.startupEditor': 'none',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
};
writeFileSync(join(data, 'user/User/settings.json'), JSON.stringify(settings, undefined, 2));
const places = [
  join(server, 'out/node/entry.js'),
  `--config=${join(data, 'config.yaml')}`,
  `--user-data-dir=${join(data, 'user')}`,
  `--extensions-dir=${join(data, 'extensions')}`,
];
const surroundings = { cwd: root, env: { ...process.env, ...pinnedNode() } };
const installed = spawnSync(tool('node'), [...places, '--force', '--install-extension', vsix], surroundings);
if (installed.status !== 0)
  throw new Error(`The extension was not installed.\n${installed.stdout}\n${installed.stderr}`);

const folder = join(root, 'examples/single-cell');
const options = ['--auth=none', '--disable-telemetry', '--disable-update-check', '--disable-workspace-trust'];
const child = spawn(
  tool('node'),
  [...places, `--bind-addr=127.0.0.1:${port}`, ...options, '--disable-getting-started-override', folder],
  { ...surroundings, stdio: ['ignore', 'pipe', 'pipe'] },
);
let said = '';
for (const stream of [child.stdout, child.stderr])
  stream.on('data', (chunk) => (said = `${said}${chunk}`.slice(-10_000)));
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill('SIGTERM'));
child.on('exit', (code, signal) => {
  // Ended by a signal of ours it has done what was asked.
  process.exitCode = signal === null ? (code ?? 1) : 0;
});
await answers();
// Not with the notebook open: a fresh VS Code would show it as text, for it does not know its extensions yet.
console.log(`\nVS Code     http://127.0.0.1:${port}/?folder=${encodeURIComponent(folder)}`);
if (process.stdin.isTTY || process.argv.includes('--serve')) {
  console.log(
    'Open single_cell.ipynb and press "Run on GPU cluster" in its toolbar. Ctrl-C ends the server; runs go on.',
  );
} else {
  console.log('It answers, and is ended again: there is no terminal. npm run demo:vscode -- --serve keeps it.');
  child.kill('SIGTERM');
}

async function step(name, work) {
  const started = performance.now();
  process.stdout.write(`${name} … `);
  await work();
  console.log(`${((performance.now() - started) / 1000).toFixed(1)} s`);
}

async function answers() {
  while (child.exitCode === null && child.signalCode === null) {
    const response = await fetch(`http://127.0.0.1:${port}/healthz`).catch(() => undefined);
    if (response?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`code-server did not start. Is port ${port} taken? PORT=… chooses another.\n${said}`);
}
