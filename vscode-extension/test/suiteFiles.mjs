/** What the suite needs on the machine whose extension host runs it: its bundle, a workspace, settings. Plain JavaScript, as runSuite.mjs. */
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';

const here = import.meta.dirname;

/**
 * Below the extension's folder, for then it is the extension's own `vscode` that the suite is given.
 * @param withMocha for a machine without this repository's packages
 * @returns the folder
 */
export async function buildSuite({ withMocha = false } = {}) {
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
    // Mocha asks for what it may do without in ways that cannot be bundled.
    logLevel: withMocha ? 'error' : 'warning',
    mainFields: ['module', 'main'],
    external: withMocha ? ['vscode'] : ['vscode', 'mocha'],
  });
  return dist;
}

/**
 * Fills a home: `workspace`, `config`, `vscode/User`, `extensions`.
 * @param home as it is called on that machine, where it is not this one
 */
export function writeSuiteHome(folder, { python, home = folder }) {
  cpSync(join(here, 'workspace'), join(folder, 'workspace'), { recursive: true });
  // What a workspace may set, and what it may not.
  const settings = { 'slipway.python': python, 'slipway.nodePath': '/not/ours', 'slipway.notifyAtEnd': 'never' };
  write(join(folder, 'workspace/.vscode/settings.json'), settings);
  write(join(folder, 'vscode/User/settings.json'), {
    'chat.disableAIFeatures': true,
    'workbench.startupEditor': 'none',
    'files.autoSave': 'off',
    'git.enabled': false,
  });
  write(join(folder, 'gone.kubeconfig'), clusterThatIsGone());
  write(join(folder, 'config/slipway/config.yaml'), {
    version: 1,
    contexts: [{ name: 'gone', namespace: 'team', kubeconfig: join(home, 'gone.kubeconfig') }],
  });
  standInForRemoteSsh(join(folder, 'extensions'));
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

/** JSON, which YAML is too. */
function write(path, value) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, JSON.stringify(value));
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
