import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runTests } from '@vscode/test-electron';
import type { Comparison } from '../statistics.ts';

const here = import.meta.dirname;
const executable = join(here, '../../hosts/codeServer/vscode.mjs');

/** Load and activation of the packaged extension in code-server's extension host, beside an empty extension in the same one. */
export async function activation(pairs: number): Promise<Comparison> {
  const home = await mkdtemp(join(tmpdir(), 'slipway-activation-'));
  const ours: number[] = [];
  const reference: number[] = [];
  try {
    execFileSync(setting('SLIPWAY_TEST_PYTHON'), ['-m', 'zipfile', '-e', setting('SLIPWAY_TEST_VSIX'), home]);
    await prepare(home);
    for (let pair = -1; pair < pairs; pair += 1) {
      const times = await measure(home);
      // The first fills the caches of the file system and of V8.
      if (pair < 0) continue;
      ours.push(timeOf(times, 'slipway.slipway-vscode'));
      reference.push(timeOf(times, 'slipway-bench.empty'));
    }
  } finally {
    await rm(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
  return {
    name: 'VS Code: load and activation of the extension',
    unit: 'ms',
    ours,
    reference,
    referenceName: 'an empty extension in the same host',
    goal: 'at most 50 ms',
    met: (mine) => mine <= 50,
  };
}

async function prepare(home: string): Promise<void> {
  await mkdir(join(home, 'vscode/User'), { recursive: true });
  const settings = { 'chat.disableAIFeatures': true, 'workbench.startupEditor': 'none', 'git.enabled': false };
  await writeFile(join(home, 'vscode/User/settings.json'), JSON.stringify(settings));
}

async function measure(home: string): Promise<unknown> {
  const times = join(home, 'times.json');
  const exitCode = await runTests({
    vscodeExecutablePath: executable,
    extensionDevelopmentPath: [join(home, 'extension'), join(here, 'empty'), join(here, 'probe')],
    extensionTestsPath: join(here, 'probe/suite.cjs'),
    launchArgs: [`--user-data-dir=${join(home, 'vscode')}`, `--extensions-dir=${join(home, 'extensions')}`],
    extensionTestsEnv: { HOME: home, SLIPWAY_BENCH_TIMES: times },
  });
  if (exitCode !== 0) throw new Error(`The extension host ended with ${exitCode}.`);
  return JSON.parse(await readFile(times, 'utf8'));
}

function timeOf(times: unknown, id: string): number {
  const entry = typeof times === 'object' && times !== null ? Object.entries(times).find(([name]) => name === id) : [];
  const time: unknown = entry?.[1];
  if (typeof time !== 'number') throw new Error(`The probe told no time of ${id}.`);
  return time;
}

function setting(name: string): string {
  const value = process.env[name] ?? '';
  if (value === '') throw new Error(`${name} is not set: run this through npm run bench -- activation.`);
  return value;
}
