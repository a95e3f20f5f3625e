import { execFileSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
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

/** Installs ours and the empty one as a user would; the probe alone is loaded from its folder. */
async function prepare(home: string): Promise<void> {
  await mkdir(join(home, 'vscode/User'), { recursive: true });
  const settings = { 'chat.disableAIFeatures': true, 'workbench.startupEditor': 'none', 'git.enabled': false };
  await writeFile(join(home, 'vscode/User/settings.json'), JSON.stringify(settings));
  await cp(join(here, 'empty'), join(home, 'extension'), { recursive: true });
  const empty = join(home, 'empty.vsix');
  execFileSync(setting('SLIPWAY_TEST_PYTHON'), ['-m', 'zipfile', '-c', empty, join(home, 'extension')]);
  const entry = join(setting('SLIPWAY_TEST_CODE_SERVER'), 'out/node/entry.js');
  for (const vsix of [setting('SLIPWAY_TEST_VSIX'), empty]) {
    execFileSync(process.execPath, [entry, ...folders(home), '--install-extension', vsix], { stdio: 'pipe' });
  }
}

function folders(home: string): readonly string[] {
  return [`--user-data-dir=${join(home, 'vscode')}`, `--extensions-dir=${join(home, 'extensions')}`];
}

async function measure(home: string): Promise<Readonly<Record<string, unknown>>> {
  const file = join(home, 'times.json');
  await runTests({
    vscodeExecutablePath: executable,
    extensionDevelopmentPath: join(here, 'probe'),
    extensionTestsPath: join(here, 'probe/suite.cjs'),
    launchArgs: [...folders(home)],
    extensionTestsEnv: { HOME: home, SLIPWAY_BENCH_TIMES: file },
  });
  const { times, failure } = fieldsOf(JSON.parse(await readFile(file, 'utf8')));
  if (typeof failure === 'string') throw new Error(`The probe could not measure: ${failure}`);
  return fieldsOf(times);
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function timeOf(times: Readonly<Record<string, unknown>>, id: string): number {
  const time = times[id];
  if (typeof time !== 'number') throw new Error(`The probe told no time of ${id}.`);
  return time;
}

function setting(name: string): string {
  const value = process.env[name] ?? '';
  if (value === '') throw new Error(`${name} is not set: run this through npm run bench -- activation.`);
  return value;
}
