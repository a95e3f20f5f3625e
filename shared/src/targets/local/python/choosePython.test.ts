import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PythonChoice } from '../../../protocol/index.ts';
import type { PythonRequest } from '../../runTarget.ts';
import { noSignal } from '../testing/testTarget.ts';
import { choosePython } from './choosePython.ts';
import type { EnvironmentRequest } from './environmentPlan.ts';
import { listKernels } from './kernels.ts';

let root: string;
let asked: { interpreter: string; request: EnvironmentRequest } | undefined;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "slipway python's $(x) "));
  asked = undefined;
  await fakePython('usr/bin/python3', '3.11.4');
  await mkdir(path('a/b/job'), { recursive: true });
});
afterEach(() => rm(root, { recursive: true }));

const path = (relative: string): string => join(root, relative);

/** A program that answers as an interpreter of that version does when it is asked for it. */
async function fakePython(relative: string, version: string): Promise<string> {
  await mkdir(dirname(path(relative)), { recursive: true });
  await writeFile(path(relative), `#!/bin/sh\nprintf '%s\\0%s\\0%s' '${version}' "$0" "\${0%/bin/*}"\n`);
  await chmod(path(relative), 0o755);
  return path(relative);
}

async function kernel(dataFolder: string, name: string, argv: unknown, language = 'python'): Promise<void> {
  const folder = path(join(dataFolder, 'kernels', name));
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'kernel.json'), JSON.stringify({ argv, language, display_name: `The ${name}` }));
}

async function virtualEnvironment(relative: string, version = '3.12.0'): Promise<void> {
  await fakePython(join(relative, 'bin/python'), version);
  await kernel(join(relative, 'share/jupyter'), 'python3', ['python', '-m', 'ipykernel_launcher']);
}

const surroundings = (env: Record<string, string> = {}) => ({
  env: { PATH: path('usr/bin'), ...env },
  home: path('home'),
  platform: 'linux' as const,
});

function choose(request: Partial<PythonRequest>, env: Record<string, string> = {}): Promise<PythonChoice> {
  return choosePython(
    {
      ...surroundings(env),
      environmentsDir: '/environments',
      planEnvironment: (interpreter, planned) => {
        asked = { interpreter, request: planned };
        return Promise.resolve({ mode: 'toBuild', path: '', interpreterVersion: '', missing: [] });
      },
    },
    {
      python: undefined,
      kernel: 'python3',
      language: undefined,
      requirements: undefined,
      needsTests: false,
      folder: path('a/b/job'),
      ...request,
    },
    noSignal,
  );
}

describe('the Python of a notebook', () => {
  it('is that of the kernel in the environment beside it, or above it', async () => {
    await virtualEnvironment('a/venv', '3.10.1');
    await kernel('usr/share/jupyter', 'python3', ['python']);
    expect(await choose({})).toEqual({
      interpreter: path('a/venv/bin/python'),
      version: '3.10.1',
      origin: 'kernel',
      kernel: 'python3',
      language: 'python',
      environment: 'toBuild',
      explanation: 'kernel python3 of ../../venv',
    });
    await virtualEnvironment('a/b/job/.venv');
    expect(await choose({})).toMatchObject({
      interpreter: path('a/b/job/.venv/bin/python'),
      explanation: 'kernel python3 of ./.venv',
    });
    expect(await choose({ folder: undefined })).toMatchObject({ explanation: `kernel python3 of ${path('usr')}` });
  });

  it('is that of the activated environment before those of the machine', async () => {
    await virtualEnvironment('active');
    await kernel('home/.local/share/jupyter', 'python3', ['/somewhere/python3']);
    expect(await choose({}, { VIRTUAL_ENV: path('active') })).toMatchObject({ interpreter: path('active/bin/python') });
    expect(await choose({}, { CONDA_PREFIX: path('active') })).toMatchObject({
      interpreter: path('active/bin/python'),
    });
  });

  it('is the one that a kernel of the user names, found without regard to case', async () => {
    const python = await fakePython('envs/rapids/bin/python3.12', '3.12.3');
    await kernel('home/.local/share/jupyter', 'RAPIDS', [python, '-m', 'ipykernel_launcher']);
    expect(await choose({ kernel: 'rapids' })).toMatchObject({
      interpreter: python,
      origin: 'kernel',
      kernel: 'rapids',
    });
    await rm(python);
    await expect(choose({ kernel: 'rapids' })).rejects.toMatchObject({ code: 'python.unusable' });
  });

  it('is managed when no kernel python3 is installed', async () => {
    expect(await choose({ requirements: 'numpy', needsTests: true })).toMatchObject({
      interpreter: path('usr/bin/python3'),
      version: '3.11.4',
      origin: 'managed',
      kernel: 'python3',
      explanation: 'managed environment, for no Jupyter kernel python3 was found on this machine',
    });
    expect(asked).toEqual({
      interpreter: path('usr/bin/python3'),
      request: {
        environments: '/environments',
        base: 'isolated',
        runs: 'notebook',
        tests: true,
        language: 'python',
        requirements: 'numpy',
        folder: path('a/b/job'),
      },
    });
  });

  it('has the language of its kernel, whatever the metadata of the notebook say', async () => {
    expect(await choose({ kernel: 'python3', language: 'r' })).toMatchObject({ language: 'python' });
    expect(asked?.request).toMatchObject({ language: 'python' });
    await kernel('usr/share/jupyter', 'silent', ['silent'], '');
    await kernel('usr/share/jupyter', 'ir', ['R', '--slave'], 'R');
    const env = { JUPYTER_PATH: path('usr/share/jupyter') };
    expect(await choose({ kernel: 'silent', language: 'julia' }, env)).toMatchObject({ language: 'julia' });
    expect(await choose({ kernel: 'ir', language: 'python' }, env)).toMatchObject({ language: 'r' });
  });

  it('is managed for the tools when the kernel is of another language', async () => {
    await kernel('usr/share/jupyter', 'ir', ['R', '--slave'], 'R');
    expect(await choose({ kernel: 'ir' })).toMatchObject({ origin: 'managed', kernel: 'ir', language: 'r' });
    expect(asked?.request).toMatchObject({ base: 'isolated', language: 'r' });
  });

  it('is managed for the tools when a kernel starts through some other program', async () => {
    await kernel('usr/share/jupyter', 'wrapped', ['/opt/run.sh', 'python']);
    expect(await choose({ kernel: 'wrapped' })).toMatchObject({ origin: 'managed', kernel: 'wrapped' });
  });

  it('names the known kernels when one is unknown', async () => {
    await kernel('usr/share/jupyter', 'ir', ['R'], 'R');
    await kernel('usr/share/jupyter', 'broken', 'no list');
    const failure = choose({ kernel: 'julia-1.9' });
    await expect(failure).rejects.toMatchObject({ code: 'kernel.unknown' });
    await expect(failure).rejects.toThrow(/"julia-1.9".*there are: ir/);
  });
});

describe('a chosen Python', () => {
  it('is a path, a virtual environment, one in the home folder, or a name on PATH', async () => {
    const python = await fakePython('opt/py/bin/python3', '3.9.0');
    await fakePython('home/env/bin/python', '3.13.0');
    await fakePython('usr/bin/python3.12', '3.12.9');
    await virtualEnvironment('a/b/job/env');
    for (const [chosen, interpreter] of [
      [python, python],
      ['../../../opt/py/bin/python3', python],
      ['env', path('a/b/job/env/bin/python')],
      ['./env/', path('a/b/job/env/bin/python')],
      ['~/env', path('home/env/bin/python')],
      ['python3.12', path('usr/bin/python3.12')],
    ] as const) {
      expect(await choose({ python: chosen })).toMatchObject({ interpreter, origin: 'chosen' });
      expect(asked?.request.base).toBe('interpreter');
    }
  });

  it('keeps the path of a virtual environment, whose python is a link', async () => {
    await mkdir(path('v/bin'), { recursive: true });
    await symlink(path('usr/bin/python3'), path('v/bin/python'));
    expect(await choose({ python: path('v') })).toMatchObject({ interpreter: path('v/bin/python') });
  });

  it('may be "managed"', async () => {
    await virtualEnvironment('a/b/job/.venv');
    expect(await choose({ python: 'managed' })).toMatchObject({
      origin: 'managed',
      interpreter: path('usr/bin/python3'),
    });
  });

  it.each([
    ['./none', 'it is not there'],
    ['no-such-python', 'no such program on PATH'],
    ['./old', 'it is Python 3.8.10, and 3.9 or newer is needed'],
    ['./text', 'it may not be executed'],
    ['./other', 'it is not a Python'],
    ['./broken', 'it does not start: cannot find libpython'],
    ['./empty', 'it is not there'],
  ])('that is %s is refused because %s', async (chosen, why) => {
    await fakePython('a/b/job/old', '3.8.10');
    await fakePython('a/b/job/other', 'hello');
    await writeFile(path('a/b/job/text'), 'x');
    await mkdir(path('a/b/job/empty'));
    await writeFile(path('a/b/job/broken'), '#!/bin/sh\necho cannot find libpython >&2; exit 127\n');
    await chmod(path('a/b/job/broken'), 0o755);
    const failure = choose({ python: chosen });
    await expect(failure).rejects.toMatchObject({ code: 'python.unusable' });
    await expect(failure).rejects.toThrow(why);
  });
});

describe('the Python of a command', () => {
  it('is what a terminal beside it would give', async () => {
    expect(await choose({ kernel: undefined })).toMatchObject({
      interpreter: path('usr/bin/python3'),
      origin: 'kernel',
      explanation: 'python3 on PATH',
    });
    expect(asked?.request).toMatchObject({ runs: 'command', base: 'interpreter' });
    await fakePython('a/b/job/.venv/bin/python', '3.12.0');
    expect(await choose({ kernel: undefined })).toMatchObject({
      interpreter: path('a/b/job/.venv/bin/python'),
      explanation: 'Python of ./.venv',
    });
  });
});

describe('the managed Python', () => {
  it('is the one behind a shim', async () => {
    const real = await fakePython('versions/3.12/bin/python3', '3.12.5');
    await kernel('versions/3.12/share/jupyter', 'behind', ['python3']);
    await mkdir(path('shims'));
    await writeFile(path('shims/python3'), `#!/bin/sh\nexec "${real.replace('$', '\\$')}"\n`, { mode: 0o755 });
    const env = { PATH: path('shims') };
    expect(await choose({}, env)).toMatchObject({ interpreter: real, version: '3.12.5' });
    expect(await choose({ python: 'python3' }, env)).toMatchObject({ interpreter: real });
    expect(await choose({ kernel: 'behind' }, env)).toMatchObject({ interpreter: real, origin: 'kernel' });
  });

  it('passes over those on PATH that are too old or broken', async () => {
    await fakePython('old/python3', '3.6.15');
    await writeFile(path('old/python'), 'x', { mode: 0o755 });
    expect(await choose({}, { PATH: `relative:${path('old')}:${path('usr/bin')}` })).toMatchObject({
      version: '3.11.4',
    });
    await expect(choose({}, { PATH: path('old') })).rejects.toThrow('3.6.15');
    await expect(choose({}, { PATH: '' })).rejects.toMatchObject({ code: 'python.unusable' });
  });
});

describe('listKernels', () => {
  it('gives each name once, from the most specific place', async () => {
    await virtualEnvironment('a/b/job/.venv');
    await kernel('usr/share/jupyter', 'python3', ['python']);
    await kernel('extra', 'ir', ['R'], 'R');
    await kernel('home/.local/share/jupyter', 'mine', ['/x/bin/python3']);
    await writeFile(path('extra/kernels/not-a-folder'), '');
    const kernels = await listKernels(
      { ...surroundings({ JUPYTER_PATH: path('extra') }), folder: path('a/b/job') },
      noSignal,
    );
    const ours = kernels.filter(({ origin }) => origin.startsWith(root) || origin.startsWith('.'));
    expect(ours.map(({ name, origin, interpreter }) => [name, origin, interpreter])).toEqual([
      ['python3', './.venv', path('a/b/job/.venv/bin/python')],
      ['ir', path('extra'), undefined],
      ['mine', path('home/.local/share/jupyter'), '/x/bin/python3'],
    ]);
  });
});
