#!/usr/bin/env node
/**
 * VS Code's executable as @vscode/test-electron starts it, made of code-server and a Chromium without a screen: takes the
 * options of desktop VS Code, runs a test suite in code-server's extension host and ends with the suite's exit code.
 * SLIPWAY_TEST_CODE_SERVER and SLIPWAY_TEST_BROWSER name the two.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { launchBrowser } from '../../integration/hosts/chromium.ts';

/** A host that has not ended its suite after this many milliseconds never will. */
const longestMs = 600_000;

const text = { type: 'string' };
const { values, positionals } = parseArgs({
  strict: false,
  allowPositionals: true,
  options: {
    extensionDevelopmentPath: text,
    extensionTestsPath: text,
    'user-data-dir': text,
    'extensions-dir': text,
  },
});
const ending = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => ending.abort(new Error(`Ended by ${signal}.`)));

const port = await freePort();
const server = spawn(
  process.execPath,
  [
    join(required('SLIPWAY_TEST_CODE_SERVER'), 'out/node/entry.js'),
    `--config=${join(values['user-data-dir'], 'config.yaml')}`,
    `--user-data-dir=${values['user-data-dir']}`,
    `--extensions-dir=${values['extensions-dir']}`,
    `--bind-addr=127.0.0.1:${port}`,
    '--auth=none',
    '--disable-telemetry',
    '--disable-update-check',
    '--disable-getting-started-override',
    '--ignore-last-opened',
    // Without the driver the built workbench ignores where a development extension and its suite are.
    '--vscode-option=enable-smoke-test-driver',
    ...(values['disable-workspace-trust'] === true ? ['--disable-workspace-trust'] : []),
  ],
  { stdio: ['ignore', 'pipe', 'pipe'] },
);
let serverLog = '';
/** By the window and the extension host. */
const said = [];
for (const stream of [server.stdout, server.stderr]) stream.on('data', (chunk) => (serverLog += chunk));
server.once('exit', () => ending.abort(new Error('code-server has ended.')));
let browser;
try {
  await answers();
  browser = await launchBrowser();
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    // code-server would pack the workbench's scripts, and the browser unpack them, on the same machine.
    extraHTTPHeaders: { 'Accept-Encoding': 'identity' },
  });
  process.exitCode = await suiteIn(await context.newPage());
} catch (error) {
  process.exitCode = 1;
  process.stderr.write(`${error.message}\n${said.slice(-50).join('\n')}\n${serverLog}\n`);
} finally {
  await browser?.close();
  if (server.exitCode === null && server.signalCode === null) {
    server.kill('SIGTERM');
    await once(server, 'exit');
  }
}

/** Opens the window in which the suite runs; resolves to the exit code that the window hands out at its end. */
function suiteIn(page) {
  return new Promise((resolve, reject) => {
    const stop = () => reject(ending.signal.reason);
    if (ending.signal.aborted) stop();
    ending.signal.addEventListener('abort', stop);
    const timer = setTimeout(() => reject(new Error(`The suite did not end in ${longestMs / 1000} s.`)), longestMs);
    timer.unref();
    page.on('crash', () => reject(new Error('The window has crashed.')));
    page.on('console', (message) => said.push(message.text()));
    const remote = (path) => `vscode-remote://127.0.0.1:${port}${path}`;
    const payload = ['extensionDevelopmentPath', 'extensionTestsPath'].map((name) => [name, remote(values[name])]);
    const query = new URLSearchParams({ payload: JSON.stringify(payload) });
    const [folder] = positionals;
    if (folder !== undefined) query.set('folder', folder);
    page
      .exposeFunction('codeAutomationExit', (code) => resolve(code))
      .then(() => page.goto(`http://127.0.0.1:${port}/?${query}`))
      .catch(reject);
  });
}

async function answers() {
  for (;;) {
    ending.signal.throwIfAborted();
    const response = await fetch(`http://127.0.0.1:${port}/healthz`).catch(() => undefined);
    if (response?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function freePort() {
  const listening = createServer().listen(0, '127.0.0.1');
  await once(listening, 'listening');
  const address = listening.address();
  listening.close();
  return address.port;
}

function required(name) {
  const value = process.env[name] ?? '';
  if (value === '') throw new Error(`${name} is not set.`);
  return value;
}
