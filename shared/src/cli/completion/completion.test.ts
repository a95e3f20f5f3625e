import { execFile, execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { slipway } from '../testing/commandLine.ts';
import { FakeCore } from '../testing/fakeCore.ts';
import { submittedRun } from '../testing/runs.ts';

async function candidates(...words: string[]): Promise<string[]> {
  const core = new FakeCore();
  core.set({ ...submittedRun, state: 'succeeded' });
  const { stdout, stderr } = await slipway(['__complete', ...words], { core });
  expect(stderr).toBe('');
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split('\t')[0] ?? '');
}

describe('candidates', () => {
  it('are commands, options, values', async () => {
    expect(await candidates('')).toContain('artifacts');
    expect(await candidates('re')).toEqual(['rerun', 'retry']);
    expect(await candidates('artifacts', 'g')).toEqual(['get']);
    expect(await candidates('run', '--py')).toEqual(['--python']);
    expect(await candidates('run', '-o', '')).toEqual(['text', 'json']);
    expect(await candidates('retry', 'x', '--from', 'te')).toEqual(['test']);
    expect(await candidates('completion', '')).toEqual(['bash', 'zsh', 'fish']);
    expect(await candidates('runs', '--context', '')).toEqual(['local']);
  });

  it('are run names where a run is meant', async () => {
    expect(await candidates('watch', '')).toEqual(['last', 'analysis-7f3a']);
    expect(await candidates('logs', '-f', 'an')).toEqual(['analysis-7f3a']);
    expect(await candidates('artifacts', 'an')).toEqual(['analysis-7f3a']);
    expect(await candidates('artifacts', 'get', 'an')).toEqual(['analysis-7f3a']);
    expect(await candidates('delete', 'x', 'an')).toEqual(['analysis-7f3a']);
    expect(await candidates('artifacts', 'open', 'x', 're')).toEqual(['report']);
  });

  it('leave file names to the shell', async () => {
    expect(await candidates('run', '')).toEqual([':files']);
    expect(await candidates('run', '-y', 'x')).toEqual([':files']);
    expect(await candidates('run', '--', 'x')).toEqual([':files']);
    expect(await candidates('run', '-p', 'x')).toEqual([]);
  });
});

describe('the script for bash', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'slipway-completion-'));
    await writeFile(join(folder, 'slipway'), '#!/bin/sh\nprintf "%s\\t%s\\n" alpha "the first" beta second\n', {
      mode: 0o755,
    });
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('offers what the command answers', async () => {
    const { stdout: script } = await slipway(['completion', 'bash'], {});
    const test = `${script}\nCOMP_WORDS=(slipway watch al); COMP_CWORD=2; _slipway; printf '%s,' "\${COMPREPLY[@]}"`;
    const { stdout } = await promisify(execFile)('bash', ['--norc', '-c', test], {
      env: { PATH: `${folder}:${process.env.PATH ?? ''}` },
    });
    expect(stdout).toBe('alpha,');
  });

  it.each(['bash', 'zsh', 'fish'])('%s: the script reads well', async (shell) => {
    const { stdout, exitCode } = await slipway(['completion', shell], {});
    expect(exitCode).toBe(0);
    expect(stdout).toContain('slipway __complete');
    if (shell === 'bash') execFileSync('bash', ['-n'], { input: stdout });
  });
});
