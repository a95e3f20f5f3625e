import { mkdtemp, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PythonRequest } from '../../runTarget.ts';
import { noSignal } from '../testing/testTarget.ts';
import { choosePython } from './choosePython.ts';
import { planByHelper } from './environmentPlan.ts';

const python = process.env.SLIPWAY_TEST_PYTHON;
if (python === undefined)
  throw new Error('set SLIPWAY_TEST_PYTHON to a Python that has papermill, nbconvert, ipykernel and pytest');
const prefix = dirname(dirname(python));

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-choice-'));
});
afterEach(() => rm(folder, { recursive: true }));

function choose(request: Partial<PythonRequest>) {
  const env = { PATH: process.env.PATH, VIRTUAL_ENV: prefix };
  const stepsDir = fileURLToPath(new URL('../../../pipeline/steps', import.meta.url));
  return choosePython(
    {
      env,
      home: homedir(),
      platform: process.platform,
      environmentsDir: join(folder, 'environments'),
      planEnvironment: planByHelper(stepsDir, env),
    },
    {
      python: undefined,
      kernel: 'python3',
      language: undefined,
      requirements: undefined,
      needsTests: true,
      folder,
      ...request,
    },
    noSignal,
  );
}

describe('choosing a Python with the tools', () => {
  it('takes the activated environment as it is', async () => {
    expect(await choose({})).toMatchObject({
      interpreter: join(prefix, 'bin', 'python'),
      origin: 'kernel',
      environment: 'asIs',
      kernel: 'python3',
    });
  });

  it('has to build when it lacks what is required, or when it is managed', async () => {
    const requirements = 'a-package-that-nobody-has==1.0\n';
    expect(await choose({ requirements })).toMatchObject({ environment: 'toBuild', origin: 'kernel' });
    expect(await choose({ python: 'managed' })).toMatchObject({ environment: 'toBuild', origin: 'managed' });
  });

  it('refuses requirements that cannot be shared', async () => {
    await expect(choose({ requirements: '-e .\n' })).rejects.toMatchObject({ code: 'spec.invalid' });
  });
});
