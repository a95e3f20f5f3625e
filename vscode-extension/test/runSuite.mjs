/**
 * Runs the suite in VS Code's extension host: in code-server, or with `--download` in the desktop's VS Code, which is fetched.
 * SLIPWAY_TEST_PYTHON names the Python with papermill; MOCHA_REPORT the file that the results are written to, as JSON.
 */
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { runTests } from '@vscode/test-electron';
import { build } from 'esbuild';

const here = import.meta.dirname;
const root = join(here, '../..');
const python = process.env.SLIPWAY_TEST_PYTHON ?? '';
if (python === '') throw new Error('SLIPWAY_TEST_PYTHON is not set: run the suite through npm test -- hosts.');

// Below the extension's folder, for then it is the extension's own `vscode` that the suite is given.
const dist = join(here, 'dist');
rmSync(dist, { recursive: true, force: true });
await build({
  entryPoints: { index: join(here, 'suite/index.ts'), tests: join(here, 'suite/tests.ts') },
  outdir: dist,
  outExtension: { '.js': '.cjs' },
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node22',
  sourcemap: 'inline',
  logLevel: 'warning',
  mainFields: ['module', 'main'],
  external: ['vscode', 'mocha'],
});

const home = mkdtempSync(join(tmpdir(), 'slipway-suite-'));
try {
  const folder = join(home, 'workspace');
  cpSync(join(here, 'workspace'), folder, { recursive: true });
  // What a workspace may set, and what it may not.
  const settings = { 'slipway.python': python, 'slipway.nodePath': '/not/ours', 'slipway.notifyAtEnd': 'never' };
  write(join(folder, '.vscode/settings.json'), settings);
  write(join(home, 'vscode/User/settings.json'), {
    'chat.disableAIFeatures': true,
    'workbench.startupEditor': 'none',
    'files.autoSave': 'off',
    'git.enabled': false,
  });
  const kubeconfig = join(home, 'gone.kubeconfig');
  write(kubeconfig, clusterThatIsGone());
  write(join(home, 'config/slipway/config.yaml'), {
    version: 1,
    contexts: [{ name: 'gone', namespace: 'team', kubeconfig }],
  });
  standInForRemoteSsh(join(home, 'extensions'));
  await runTests({
    ...(!process.argv.includes('--download') && {
      vscodeExecutablePath: join(root, 'test/hosts/codeServer/vscode.mjs'),
    }),
    extensionDevelopmentPath: join(here, '..'),
    extensionTestsPath: join(dist, 'index.cjs'),
    launchArgs: [folder, `--user-data-dir=${join(home, 'vscode')}`, `--extensions-dir=${join(home, 'extensions')}`],
    extensionTestsEnv: {
      HOME: home,
      XDG_DATA_HOME: join(home, 'data'),
      XDG_CONFIG_HOME: join(home, 'config'),
      // Environments are built once and shared by all tests, as on a real machine.
      XDG_CACHE_HOME: join(root, '.cache/xdg'),
      PATH: `${dirname(python)}:${process.env.PATH ?? ''}`,
    },
  });
} finally {
  rmSync(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}

/** JSON, which YAML is too. */
function write(path, value) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, JSON.stringify(value));
}

/** The settings of an extension that opens windows over SSH, and nothing else of it: the host registers them. */
function standInForRemoteSsh(extensions) {
  const setting = (type, value) => ({ type, default: value, scope: 'application' });
  write(join(extensions, 'jeanp413.open-remote-ssh-0.0.1/package.json'), {
    publisher: 'jeanp413',
    name: 'open-remote-ssh',
    version: '0.0.1',
    engines: { vscode: '^1.80.0' },
    contributes: {
      configuration: {
        properties: {
          'remote.SSH.configFile': setting('string', ''),
          'remote.SSH.connectTimeout': setting('number', 60),
          'remote.SSH.remotePlatform': setting('object', {}),
        },
      },
    },
  });
}

function clusterThatIsGone() {
  return {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:1' } }],
    users: [{ name: 'u', user: { token: 'nobody' } }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u', namespace: 'team' } }],
    'current-context': 'x',
  };
}
