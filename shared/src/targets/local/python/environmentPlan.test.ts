import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { noSignal } from '../testing/testTarget.ts';
import { planByHelper, type EnvironmentRequest } from './environmentPlan.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'slipway-plan-'));
  await mkdir(join(root, 'slipway_steps'));
});
afterEach(() => rm(root, { recursive: true }));

const request: EnvironmentRequest = {
  environments: '/e',
  base: 'interpreter',
  runs: 'notebook',
  tests: true,
  language: 'python',
  requirements: 'numpy  # $(x)\n',
  folder: null,
};

/** An interpreter that keeps what it got and answers as told. */
async function planWith(body: string) {
  const python = join(root, 'python');
  await writeFile(python, `#!/bin/sh\necho "$@" >"${root}/arguments"; cat >"${root}/input"\n${body}\n`);
  await chmod(python, 0o755);
  return planByHelper(root, { PATH: process.env.PATH })(python, request, noSignal);
}

describe('planByHelper', () => {
  it('asks the helper of the steps, and hands on its answer', async () => {
    const answer = { mode: 'reused', path: '/e/x/bin/python', interpreterVersion: '3.11.7', missing: [] };
    expect(await planWith(`echo '${JSON.stringify(answer)}'`)).toEqual(answer);
    expect(JSON.parse(await readFile(join(root, 'input'), 'utf8'))).toEqual(request);
    expect(await readFile(join(root, 'arguments'), 'utf8')).toBe(`${root}/slipway_steps/environment.py plan\n`);
  });

  it('turns its refusal into words', async () => {
    const failure = planWith('echo "the requirements have an editable install" >&2; exit 1');
    await expect(failure).rejects.toMatchObject({ code: 'spec.invalid' });
    await expect(failure).rejects.toThrow('editable install');
  });

  it.each([
    'echo "Traceback (most recent call last):" >&2; echo "ImportError: x" >&2; exit 1',
    'echo "Fatal Python error: no codec (PYTHONHOME)" >&2; echo "<no Python frame>" >&2; exit 1',
    'echo "{}"',
    'exit 7',
    'kill -9 $$',
  ])('calls the Python unusable when the helper ends with %s', async (body) => {
    await expect(planWith(body)).rejects.toMatchObject({ code: 'python.unusable' });
  });
});
