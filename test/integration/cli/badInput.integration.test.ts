import { chmod, mkdir, mkdtemp, readdir, writeFile } from 'node:fs/promises';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Core } from '../../../shared/src/server/index.ts';
import { sized } from '../../sizes.ts';
import { coreInProcess } from '../cluster/coreInProcess.ts';
import { typedTo } from '../cluster/typedTo.ts';
import { json, Machine, notebook, pythonKernel, testPython, type Ended } from './slipway.ts';

let machine: Machine;
let core: Core;
beforeAll(async () => {
  machine = await Machine.create();
  core = coreInProcess(machine);
});
afterAll(async () => {
  await core.dispose();
  await machine.dispose();
});

/** What is refused starts nothing, so that most of it needs no process of its own either. */
const typed = (...argv: readonly string[]): Promise<Ended> => typedTo(core, argv, machine.work);

/** No run may be left behind by input that was refused. */
async function runsLeft(): Promise<string[]> {
  try {
    return await readdir(join(machine.data, 'slipway/runs'));
  } catch {
    return [];
  }
}

describe('bad input is refused with a reason, before anything runs', () => {
  const cases: readonly (readonly [string, string, string, RegExp])[] = [
    ['an empty file', 'empty.ipynb', '', /empty/i],
    ['plain text', 'text.ipynb', 'hello\n', /not a notebook|JSON/i],
    ['a file cut short', 'broken.ipynb', '{"cells": [', /cut short/],
    ['broken JSON', 'comma.ipynb', '{"cells": [,]}', /line 1, column 12/],
    ['JSON that is no notebook', 'list.ipynb', '[1, 2]', /notebook/i],
    ['a merge conflict', 'conflict.ipynb', '<<<<<<< HEAD\n{}\n=======\n{}\n>>>>>>> x\n', /conflict/i],
    ['a Git LFS pointer', 'lfs.ipynb', 'version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 3\n', /LFS/],
    ['notebook format 3', 'old.ipynb', '{"nbformat":3,"nbformat_minor":0,"metadata":{},"worksheets":[]}', /format 3/],
    ['a notebook without cells', 'none.ipynb', notebook([]), /no (code )?cells/i],
    ['a notebook without code', 'words.ipynb', notebook([{ kind: 'markdown', source: '# Hi' }]), /no code cells/i],
  ];
  it.each(cases)('%s', async (_what, file, content, reason) => {
    await machine.write(file, content);
    const ended = await typed('run', file);
    expect(ended.stderr).toMatch(reason);
    expect(ended.exitCode).toBe(2);
    expect(ended.stdout).toBe('');
    expect(await runsLeft()).toEqual([]);
  });

  it('a file that is not there', async () => {
    const ended = await typed('run', 'nowhere.ipynb');
    expect(ended.exitCode).toBe(2);
    expect(ended.stderr).toMatch(/nowhere\.ipynb/);
  });

  it('an unknown parameter, naming the known ones', async () => {
    await machine.write(
      'p.ipynb',
      notebook([{ source: 'n_pcs: int = 20  # components', tags: ['parameters'] }, 'print(n_pcs)']),
    );
    const ended = await typed('run', 'p.ipynb', '-p', 'n_pc=3');
    expect(ended.exitCode).toBe(2);
    expect(ended.stderr).toMatch(/n_pc\b/);
    expect(ended.stderr).toMatch(/n_pcs/);
  });

  it('a parameter of the wrong type, naming type and default', async () => {
    const ended = await typed('run', 'p.ipynb', '-p', 'n_pcs=many');
    expect(ended.exitCode).toBe(2);
    expect(ended.stderr).toMatch(/n_pcs/);
    expect(ended.stderr).toMatch(/int/);
    expect(ended.stderr).toMatch(/many/);
  });

  it('a kernel that does not exist, naming those that do', async () => {
    const text = notebook(['1'], { kernelspec: { name: 'julia-9', display_name: 'Julia', language: 'julia' } });
    await machine.write('julia.ipynb', text);
    const ended = await typed('run', 'julia.ipynb');
    expect(ended.stderr).toMatch(/julia-9/);
    expect(ended.exitCode).toBe(4);
    expect(await runsLeft()).toEqual([]);
  });

  it('a Python that is not there', async () => {
    const ended = await typed('run', 'p.ipynb', '--python', '/nowhere/python3');
    expect(ended.exitCode).toBe(4);
    expect(ended.stderr).toMatch(/\/nowhere\/python3/);
  });

  it('a context that does not exist', async () => {
    const ended = await typed('run', 'p.ipynb', '--context', 'moon');
    expect([2, 4]).toContain(ended.exitCode);
    expect(ended.stderr).toMatch(/moon/);
    expect(ended.stderr).toMatch(/local/);
  });

  it('a tests folder that is not there', async () => {
    const ended = await typed('run', 'p.ipynb', '--tests', 'nothing-here');
    expect(ended.exitCode).toBe(2);
    expect(ended.stderr).toMatch(/nothing-here/);
  });

  it('an unknown command, with a suggestion', async () => {
    const ended = await machine.slipway(['rnu']);
    expect(ended.exitCode).toBe(2);
    expect(ended.stderr).toMatch(/run/);
  });

  it('a job spec with both notebook and command, with the line', async () => {
    await machine.write('both.yaml', 'notebook: p.ipynb\ncommand: python x.py\n');
    const ended = await typed('run', 'both.yaml');
    expect(ended.exitCode).toBe(2);
    expect(ended.stderr).toMatch(/notebook/);
    expect(ended.stderr).toMatch(/command/);
  });

  it('errors as one JSON object with -o json', async () => {
    const ended = await machine.slipway(['run', 'broken.ipynb', '-o', 'json']);
    expect(ended.exitCode).toBe(2);
    const parsed = JSON.parse(ended.stdout) as { error: { code: string; message: string } };
    expect(parsed.error.code).toBe('notebook.unreadable');
  });
});

describe('names that a shell would trip over', () => {
  // Each character in one of them is enough: a run of each name takes seconds.
  const names = [
    `it's "quoted" $(touch pwned) \`id\`;&| percent %s %(n)s.ipynb`,
    'line\nbreak 分析 データ.ipynb',
    '-leading, braces {x} {{y}}.ipynb',
  ];
  it.concurrent.each(names.map((name) => [JSON.stringify(name), name] as const))('%s runs', async (_shown, name) => {
    const folder = join(machine.work, `names $(touch pwned) 'of' "any" kind\n中文`);
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, name), notebook(['print("ok")']));
    // A name with a leading dash is given with ./ before it, as to every command.
    const ended = await machine.slipway(['run', '-o', 'json', '--no-tests', '--python', testPython(), `./${name}`], {
      cwd: folder,
    });
    expect(ended.stderr).toBe('');
    const result = json(ended);
    expect(result.state).toBe('succeeded');
    const stem = name.replace(/\.ipynb$/, '');
    expect(result.artifacts.map((artifact) => artifact.path)).toContain(`output/${stem}_output.html`);
    expect(await readdir(folder)).not.toContain('pwned');
  });
});

describe('a machine that does not cooperate', () => {
  it('a read-only data folder is named and nothing is left', async () => {
    if (process.getuid?.() === 0) {
      // Root may write anywhere, so a file where the folder should be stands in for the missing right.
      const blocked = join(machine.folder, 'blocked');
      await writeFile(blocked, '');
      const ended = await machine.slipway(['run', 'p.ipynb', '--python', testPython()], {
        env: { XDG_DATA_HOME: blocked },
      });
      expect(ended.exitCode).toBe(4);
      expect(ended.stderr).toContain(blocked);
      return;
    }
    const folder = await mkdtemp(join(machine.folder, 'read-only-'));
    await chmod(folder, 0o500);
    const ended = await machine.slipway(['run', 'p.ipynb', '--python', testPython()], {
      env: { XDG_DATA_HOME: folder },
    });
    expect(ended.exitCode).toBe(4);
    expect(ended.stderr).toContain(folder);
  });

  it('a read-only notebook folder is no obstacle: the run has its own', async () => {
    const folder = await mkdtemp(join(machine.work, 'sealed-'));
    await writeFile(join(folder, 'n.ipynb'), notebook(['open("made-here.txt", "w").write("x")']));
    await chmod(folder, 0o500);
    const before = await readdir(folder);
    const result = json(
      await machine.slipway(['run', '-o', 'json', '--python', testPython(), 'n.ipynb'], { cwd: folder }),
    );
    await chmod(folder, 0o700);
    expect(result.state).toBe('succeeded');
    expect(await readdir(folder)).toEqual(before);
    expect(result.artifacts.map((artifact) => artifact.path)).toContain('work/made-here.txt');
  });

  it('a full disk is named, and nothing is left', async ({ skip }) => {
    if (process.getuid?.() !== 0) skip('mounting a small file system needs root');
    const small = await mkdtemp(join(machine.folder, 'small-'));
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', small]);
    try {
      await machine.write('big/n.ipynb', notebook(['1']));
      await machine.write('big/data.bin', 'x'.repeat(3 * 1024 * 1024));
      const ended = await machine.slipway(['run', 'big/n.ipynb', '--python', testPython()], {
        env: { XDG_DATA_HOME: small },
      });
      expect(ended.exitCode).toBe(4);
      expect(ended.stderr).toMatch(/space|full/i);
      expect(await readdir(join(small, 'slipway/runs')).catch(() => [])).toEqual([]);
    } finally {
      execFileSync('umount', [small]);
    }
  });
});

describe('notebooks at the edge', () => {
  it('no kernel named: python3 is taken', async () => {
    await machine.write('nokernel.ipynb', notebook(['print(1)'], {}));
    const result = json(await machine.slipway(['run', '-o', 'json', '--python', testPython(), 'nokernel.ipynb']));
    expect(result.state).toBe('succeeded');
  });

  const outputMegabytes = sized(200, 50);
  it(`${outputMegabytes} MB of outputs`, async () => {
    const source = `for i in range(${outputMegabytes}):\n    print("x" * (1024 * 1024))`;
    await machine.write('loud.ipynb', notebook([source, 'print("done")'], pythonKernel));
    const ended = await machine.slipway(['run', '-o', 'json', '--no-tests', '--python', testPython(), 'loud.ipynb']);
    const result = json(ended);
    expect(result.state).toBe('succeeded');
    const executed = result.artifacts.find((artifact) => artifact.role === 'executedNotebook');
    expect(executed?.bytes).toBeGreaterThan(outputMegabytes * 1_000_000);
  });

  it('an empty tests folder that was asked for fails, one that was only found is skipped', async () => {
    await machine.write('e/n.ipynb', notebook(['1']));
    await machine.write('e/checks/test_nothing.py', '# no test in here\n');
    const asked = json(
      await machine.slipway(['run', '-o', 'json', '--python', testPython(), '--tests', 'checks', 'e/n.ipynb']),
    );
    expect(asked.state).toBe('failed');
    expect(asked.steps.find((step) => step.name === 'test')?.reason).toMatch(/no tests/i);
    await machine.write('f/n.ipynb', notebook(['1']));
    await machine.write('f/tests/test_nothing.py', '# no test in here\n');
    const found = json(await machine.slipway(['run', '-o', 'json', '--python', testPython(), 'f/n.ipynb']));
    expect(found.state).toBe('succeeded');
    expect(found.steps.find((step) => step.name === 'test')?.state).toBe('skipped');
  });
});
