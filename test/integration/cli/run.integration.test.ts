import { execFileSync } from 'node:child_process';
import { chmod, cp, mkdir, mkdtemp, readFile, readdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { examples, json, Machine, notebook, testPython } from './slipway.ts';

let machine: Machine;
beforeAll(async () => {
  machine = await Machine.create();
});
afterAll(async () => {
  await machine.dispose();
});

describe('the single-cell example, as a newcomer runs it', () => {
  it('passes in an environment that Slipway builds, and leaves report, tests and coverage', async () => {
    const folder = join(machine.work, 'single-cell');
    await cp(join(examples, 'single-cell'), folder, { recursive: true });
    const before = await readdir(folder);
    const ended = await machine.slipway(['run', '-o', 'json', 'slipway.yaml'], { cwd: folder });
    const result = json(ended);
    expect(ended.exitCode, ended.stdout + ended.stderr).toBe(0);
    expect(result.state).toBe('succeeded');
    expect(result.steps.map((step) => [step.name, step.state])).toEqual(
      ['prepare', 'notebook', 'report', 'test', 'collect'].map((name) => [name, 'succeeded']),
    );
    const roles = result.artifacts.map((artifact) => artifact.role);
    for (const role of [
      'executedNotebook',
      'report',
      'junit',
      'coverage',
      'testReport',
      'environment',
      'requirementsLock',
    ]) {
      expect(roles).toContain(role);
    }
    expect(await readdir(folder), "the user's folder is untouched").toEqual(before);
  });

  it('runs the training script as a command', async () => {
    const folder = join(machine.work, 'train');
    await cp(join(examples, 'train'), folder, { recursive: true });
    const result = json(
      await machine.slipway(['run', '-o', 'json', '--python', testPython(), 'slipway.yaml'], { cwd: folder }),
    );
    expect(result.state).toBe('succeeded');
    expect(
      result.artifacts.some((artifact) => artifact.path.startsWith('output/') && artifact.path.includes('model')),
    ).toBe(true);
  });
});

describe('the failing examples say why', () => {
  it('a KeyError names the cell of the notebook as submitted, injected parameters or not', async () => {
    const file = join(examples, 'failing/key_error.ipynb');
    const ended = await machine.slipway(['run', '-o', 'json', '--no-tests', '--python', testPython(), file]);
    const result = json(ended);
    expect(ended.exitCode).toBe(1);
    expect(result.failedCell?.errorName).toBe('KeyError');
    const submitted = JSON.parse(await readFile(file, 'utf8')) as {
      cells: { id: string; source: string | string[] }[];
    };
    const index = result.failedCell?.index ?? -1;
    expect(submitted.cells[index]?.id).toBe(result.failedCell?.id);
    const source = submitted.cells[index]?.source ?? '';
    expect(result.failedCell?.source).toBe(typeof source === 'string' ? source : source.join(''));
    expect(result.diagnosis?.cause).toMatch(/KeyError/);
    expect(result.steps.map((step) => step.state)).toEqual([
      'succeeded',
      'failed',
      'succeeded',
      'skipped',
      'succeeded',
    ]);
  });

  it('a missing module is named with the fix', async () => {
    const file = join(examples, 'failing/missing_module.ipynb');
    const result = json(await machine.slipway(['run', '-o', 'json', '--python', testPython(), file]));
    expect(result.diagnosis?.cause).toMatch(/module|package/i);
    expect(result.diagnosis?.fixes.join(' ')).toMatch(/requirements/);
  });

  it('a failing test fails the run though the notebook passed', async () => {
    const folder = join(examples, 'failing/failing_test');
    const file = (await readdir(folder)).find((name) => name.endsWith('.ipynb')) ?? '';
    const ended = await machine.slipway(['run', '-o', 'json', '--python', testPython(), join(folder, file)]);
    const result = json(ended);
    expect(ended.exitCode).toBe(1);
    expect(result.steps.find((step) => step.name === 'notebook')?.state).toBe('succeeded');
    expect(result.steps.find((step) => step.name === 'test')?.state).toBe('failed');
  });
});

describe('limits, files of parameters, and a log that is followed', () => {
  it('a cell without an end meets the time limit of its step', async () => {
    const folder = join(machine.work, 'endless');
    await cp(join(examples, 'failing/endless.ipynb'), join(folder, 'endless.ipynb'));
    await machine.write('endless/slipway.yaml', 'notebook: endless.ipynb\ntimeouts:\n  notebook: 25s\n');
    const ended = await machine.slipway(['run', '-o', 'json', '--python', testPython()], { cwd: folder });
    const result = json(ended);
    expect(ended.exitCode).toBe(1);
    expect(result.state).toBe('timedOut');
    expect(result.artifacts.map((artifact) => artifact.role)).toContain('report');
  });

  it('-y gives parameters, and logs -f follows a run from its beginning to its end', async () => {
    const source = 'import time\nfor i in range(20):\n    print(word, i, flush=True)\n    time.sleep(0.05)';
    await machine.write('y.ipynb', notebook([{ source: 'word = "default"', tags: ['parameters'] }, source]));
    await machine.write('values.yaml', 'word: given\n');
    const args = ['run', '--detach', '--no-tests', '--python', testPython(), '-y', 'values.yaml', 'y.ipynb'];
    const detached = await machine.slipway(args);
    expect(detached.exitCode, detached.stderr).toBe(0);
    const name = /y-[0-9a-f]{4}/.exec(detached.stdout)?.[0] ?? '';
    const followed = await machine.slipway(['logs', '-f', name, '--step', 'notebook']);
    expect(followed.exitCode, followed.stderr).toBe(0);
    const counted = [...followed.stdout.matchAll(/given (\d+)/g)].map((match) => Number(match[1]));
    expect(counted).toEqual(Array.from({ length: 20 }, (_, index) => index));
  });
});

describe('rerun and retry', () => {
  it('retry from test runs no cell, and picks up the mended test', async () => {
    await machine.write(
      'r/n.ipynb',
      notebook(['import os, uuid; open(os.environ["SLIPWAY_OUTPUT"] + "/mark.txt", "a").write(str(uuid.uuid4()))']),
    );
    await machine.write('r/tests/test_it.py', 'def test_it():\n    assert False, "not yet"\n');
    const first = json(await machine.slipway(['run', '-o', 'json', '--python', testPython(), 'r/n.ipynb']));
    expect(first.state).toBe('failed');
    await machine.write('r/tests/test_it.py', 'def test_it():\n    assert True\n');
    const ended = await machine.slipway(['retry', first.run, '-o', 'json']);
    const second = json(ended);
    expect(ended.exitCode, ended.stdout + ended.stderr).toBe(0);
    expect(second.run).not.toBe(first.run);
    expect(second.steps.map((step) => [step.name, step.state])).toEqual([
      ['prepare', 'reused'],
      ['notebook', 'reused'],
      ['report', 'reused'],
      ['test', 'succeeded'],
      ['collect', 'succeeded'],
    ]);
    const mark = (run: string): Promise<string> =>
      readFile(join(machine.data, 'slipway/runs', run, 'output/mark.txt'), 'utf8');
    expect(await mark(first.run)).toHaveLength(36);
    expect(await mark(second.run), 'a cell that ran again would leave another mark').toBe(await mark(first.run));
  });

  it('retry from each step starts there', async () => {
    const first = json(await machine.slipway(['run', '-o', 'json', '--python', testPython(), 'r/n.ipynb']));
    expect(first.state).toBe('succeeded');
    const steps = ['prepare', 'notebook', 'report', 'test', 'collect'];
    const ends = await Promise.all(
      steps.map((from) => machine.slipway(['retry', first.run, '--from', from, '-o', 'json'])),
    );
    for (const [index, ended] of ends.entries()) {
      const result = json(ended);
      expect(result.state, steps[index]).toBe('succeeded');
      const reused = result.steps.filter((step) => step.state === 'reused').length;
      expect(reused, steps[index]).toBe(index);
    }
  });

  it('retry after the notebook was edited refuses to reuse what the old one made', async () => {
    await machine.write('edited/n.ipynb', notebook(['print("as it was")']));
    const first = json(await machine.slipway(['run', '-o', 'json', '--python', testPython(), 'edited/n.ipynb']));
    await machine.write('edited/n.ipynb', notebook(['print("edited")']));
    const refused = await machine.slipway(['retry', first.run, '--from', 'test']);
    expect(refused.exitCode).toBe(2);
    expect(refused.stderr).toMatch(/notebook/);
    const again = json(await machine.slipway(['retry', first.run, '--from', 'notebook', '-o', 'json']));
    expect(again.state).toBe('succeeded');
    expect(again.steps[0]?.state).toBe('reused');
  });

  it('rerun with a changed parameter, from the command line and from an editor', async () => {
    await machine.write('q.ipynb', notebook([{ source: 'n = 1', tags: ['parameters'] }, 'print("n is", n)']));
    const first = json(await machine.slipway(['run', '-o', 'json', '--python', testPython(), 'q.ipynb']));
    const second = json(await machine.slipway(['rerun', first.run, '-p', 'n=7', '-o', 'json']));
    expect(second.state).toBe('succeeded');
    const logs = await machine.slipway(['logs', second.run, '--step', 'notebook']);
    expect(logs.stdout).toContain('n is 7');

    const editor = await machine.write('editor.sh', '#!/bin/sh\nsed -i "s/: 7$/: 8/" "$1"\n');
    await chmod(editor, 0o700);
    const edited = json(
      await machine.slipway(['rerun', second.run, '--edit', '-o', 'json'], { env: { EDITOR: editor } }),
    );
    expect(edited.state).toBe('succeeded');
    const after = await machine.slipway(['logs', edited.run, '--step', 'notebook']);
    expect(after.stdout).toContain('n is 8');
  });
});

describe('what a person types afterwards', () => {
  it('lists, reads, fetches and deletes a run', async () => {
    await machine.write('s.ipynb', notebook(['print("hello from the notebook")']));
    const result = json(await machine.slipway(['run', '-o', 'json', '--python', testPython(), 's.ipynb']));
    const runs = await machine.slipway(['runs']);
    expect(runs.stdout).toContain(result.run);
    expect((await machine.slipway(['logs', result.run])).stdout).toContain('hello from the notebook');
    const folder = await mkdtemp(join(machine.folder, 'fetched-'));
    const target = join(folder, 'all');
    expect((await machine.slipway(['artifacts', 'get', result.run, '-d', target])).exitCode).toBe(0);
    const files = await readdir(target, { recursive: true });
    expect(files.some((name) => name.endsWith('s_output.html'))).toBe(true);
    const zip = join(folder, 'zipped');
    expect((await machine.slipway(['artifacts', 'get', result.run, '--zip', '-d', zip])).exitCode).toBe(0);
    expect((await machine.slipway(['delete', result.run])).exitCode).toBe(0);
    expect((await machine.slipway(['runs'])).stdout).not.toContain(result.run);
  });

  it('doctor finds this machine fit', async () => {
    const ended = await machine.slipway(['doctor']);
    expect(ended.stdout + ended.stderr).toMatch(/^✓ bash  .* (\d+ ms|\d\.\ds)$/m);
    expect(ended.exitCode).toBe(0);
  });

  it('spec init writes a job spec that validates', async () => {
    const folder = await mkdtemp(join(machine.work, 'init-'));
    await cp(join(examples, 'failing'), folder, { recursive: true });
    const init = await machine.slipway(['spec', 'init', 'key_error.ipynb'], { cwd: folder });
    expect(init.exitCode, init.stderr).toBe(0);
    const validate = await machine.slipway(['spec', 'validate', 'slipway.yaml'], { cwd: folder });
    expect(validate.exitCode, validate.stderr).toBe(0);
    await writeFile(join(folder, 'slipway.yaml'), 'notbook: key_error.ipynb\n');
    const wrong = await machine.slipway(['spec', 'validate', 'slipway.yaml'], { cwd: folder });
    expect(wrong.exitCode).toBe(2);
    expect(wrong.stdout + wrong.stderr).toMatch(/notebook/);
  });

  it('completion is offered for bash, zsh and fish', async () => {
    for (const shell of ['bash', 'zsh', 'fish']) {
      const ended = await machine.slipway(['completion', shell]);
      expect(ended.exitCode).toBe(0);
      expect(ended.stdout).toContain('slipway');
    }
  });
});

describe('a Python without papermill', () => {
  it('gets what is missing in an environment beside it; nothing is installed into it', async () => {
    const folder = await pythonWithoutPapermill();
    const packages = (): string =>
      execFileSync(join(folder, 'bin/python'), ['-m', 'pip', 'list'], { encoding: 'utf8' });
    const before = packages();
    await writeFile(join(sitePackages(join(folder, 'bin/python')), 'only_here.py'), 'answer = 42\n');
    await machine.write('bare/n.ipynb', notebook(['import only_here\nprint("the answer is", only_here.answer)']));
    const args = ['--no-tests', '--python', join(folder, 'bin/python'), 'bare/n.ipynb'];
    // Nobody can use an environment again that belongs to a folder of this test: it goes away with the machine.
    const env = {
      XDG_CACHE_HOME: join(machine.folder, 'cache'),
      PIP_CACHE_DIR: join(machine.environment.XDG_CACHE_HOME ?? '', 'pip'),
      PIP_NO_COMPILE: '1',
    };
    const plan = await machine.slipway(['plan', ...args], { env });
    expect(plan.stdout).toMatch(/will be built/);
    expect(before).not.toMatch(/^papermill/m);
    const ended = await machine.slipway(['run', '-o', 'json', ...args], { env });
    expect(json(ended).state, ended.stdout + ended.stderr).toBe('succeeded');
    const log = await machine.slipway(['logs', json(ended).run, '--step', 'notebook']);
    expect(log.stdout).toContain('the answer is 42');
    expect(packages()).toBe(before);
  });
});

/** A virtual environment with all that the tests' Python has but papermill: to install the rest, too, takes a long time. */
async function pythonWithoutPapermill(): Promise<string> {
  const folder = await mkdtemp(join(machine.folder, 'bare-'));
  execFileSync(testPython(), ['-m', 'venv', '--without-pip', folder]);
  const from = sitePackages(testPython());
  const to = sitePackages(join(folder, 'bin/python'));
  for (const name of await readdir(from)) {
    if (!name.startsWith('papermill')) await symlink(join(from, name), join(to, name));
  }
  // What nbconvert's templates lie in.
  await mkdir(join(folder, 'share'), { recursive: true });
  await symlink(join(dirname(testPython()), '../share/jupyter'), join(folder, 'share/jupyter'));
  return folder;
}

function sitePackages(python: string): string {
  return execFileSync(python, ['-c', 'import site; print(site.getsitepackages()[0])'], { encoding: 'utf8' }).trim();
}
