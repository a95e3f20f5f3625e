/**
 * Runs the suite in VS Code's extension host: in code-server, or with `--download` in the desktop's VS Code, which is fetched.
 * SLIPWAY_TEST_PYTHON names the Python with papermill; MOCHA_REPORT the file that the results are written to, as JSON.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { runTests } from '@vscode/test-electron';
import { buildSuite, writeSuiteHome } from './suiteFiles.mjs';

const here = import.meta.dirname;
const root = join(here, '../..');
const python = process.env.SLIPWAY_TEST_PYTHON ?? '';
if (python === '') throw new Error('SLIPWAY_TEST_PYTHON is not set: run the suite through npm test -- hosts.');

const dist = await buildSuite();
const home = mkdtempSync(join(tmpdir(), 'slipway-suite-'));
try {
  writeSuiteHome(home, { python });
  await runTests({
    ...(!process.argv.includes('--download') && {
      vscodeExecutablePath: join(root, 'test/hosts/codeServer/vscode.mjs'),
    }),
    extensionDevelopmentPath: join(here, '..'),
    extensionTestsPath: join(dist, 'index.cjs'),
    launchArgs: [
      join(home, 'workspace'),
      `--user-data-dir=${join(home, 'vscode')}`,
      `--extensions-dir=${join(home, 'extensions')}`,
    ],
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
