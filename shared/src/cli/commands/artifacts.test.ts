import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Artifact } from '../../protocol/index.ts';
import { slipway } from '../testing/commandLine.ts';
import { FakeCore } from '../testing/fakeCore.ts';
import { artifact, submittedRun } from '../testing/runs.ts';

let cwd = '';
let core = new FakeCore();

beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'slipway-artifacts-'));
  core = new FakeCore();
  core.set({ ...submittedRun, state: 'succeeded' });
  add('output/analysis_output.html', '<p>report</p>', 'report');
  add('output/analysis_output.ipynb', '{}', 'executedNotebook');
  add('work/figures/图.png', 'PNG', 'file');
});
afterEach(() => rm(cwd, { recursive: true }));

function add(path: string, content: string, role: Artifact['role'] = 'file'): void {
  const sha256 = createHash('sha256').update(content).digest('hex');
  core.artifactList.push({ ...artifact(path, Buffer.byteLength(content), role), sha256 });
  core.files.set(`analysis-7f3a/${path}`, content);
}

const files = async (folder = '.'): Promise<string[]> =>
  (await readdir(join(cwd, folder), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(cwd.length + 1))
    .sort();

describe('slipway artifacts', () => {
  it('lists them in columns, with their sum', async () => {
    const { stdout } = await slipway(['artifacts', 'last'], { core, cwd });
    expect(stdout).toBe(
      [
        'output/analysis_output.html   13 B  report',
        'output/analysis_output.ipynb   2 B  executed notebook',
        'work/figures/图.png            3 B',
        '3 artifacts, 18 B',
        '',
      ].join('\n'),
    );
    expect((await slipway(['artifacts', 'list', 'last'], { core, cwd })).stdout).toBe(stdout);
  });

  it('gives them to programs', async () => {
    const { stdout } = await slipway(['artifacts', 'last', '-o', 'json'], { core, cwd });
    expect(JSON.parse(stdout)).toMatchObject({ run: 'analysis-7f3a', artifacts: core.artifactList });
  });
});

describe('slipway artifacts get', () => {
  it('fetches all into a folder named after the run', async () => {
    const { stdout, exitCode } = await slipway(['artifacts', 'get', 'last'], { core, cwd });
    expect(exitCode).toBe(0);
    expect(stdout).toBe('3 files, 18 B in ./analysis-7f3a\n');
    expect(await files()).toEqual([
      'analysis-7f3a/output/analysis_output.html',
      'analysis-7f3a/output/analysis_output.ipynb',
      'analysis-7f3a/work/figures/图.png',
    ]);
    expect(await readFile(join(cwd, 'analysis-7f3a/work/figures/图.png'), 'utf8')).toBe('PNG');
  });

  it('fetches those that are named, by role, path or folder', async () => {
    await slipway(['artifacts', 'get', 'last', 'report', 'work/figures', '-d', 'here'], { core, cwd });
    expect(await files()).toEqual(['here/output/analysis_output.html', 'here/work/figures/图.png']);
    const missing = await slipway(['artifacts', 'get', 'last', 'nothing'], { core, cwd });
    expect(missing.exitCode).toBe(2);
  });

  it('leaves what is there already, and writes over other files only with --force', async () => {
    await slipway(['artifacts', 'get', 'last', '-d', 'here'], { core, cwd });
    expect((await slipway(['artifacts', 'get', 'last', '-d', 'here'], { core, cwd })).exitCode).toBe(0);
    await writeFile(join(cwd, 'here/output/analysis_output.html'), 'my own');
    const refused = await slipway(['artifacts', 'get', 'last', '-d', 'here'], { core, cwd });
    expect(refused.exitCode).toBe(2);
    expect(refused.stderr).toMatch(/analysis_output\.html is there already[^]*--force/);
    expect(await readFile(join(cwd, 'here/output/analysis_output.html'), 'utf8')).toBe('my own');
    await slipway(['artifacts', 'get', 'last', '-d', 'here', '--force'], { core, cwd });
    expect(await readFile(join(cwd, 'here/output/analysis_output.html'), 'utf8')).toBe('<p>report</p>');
  });

  it.each(['../escape', '/etc/escape', 'a/../../escape', 'a//b', './x', 'a/\0b'])(
    'refuses the path %j',
    async (path) => {
      core.artifactList = [];
      add(path, 'bad');
      const { exitCode, stderr } = await slipway(['artifacts', 'get', 'last', '-d', 'here'], { core, cwd });
      expect(exitCode).toBe(2);
      expect(stderr).toMatch(/outside the folder/);
      expect(await files()).toEqual([]);
    },
  );

  it('does not follow a link out of the folder', async () => {
    await mkdir(join(cwd, 'elsewhere'));
    await mkdir(join(cwd, 'here'));
    await symlink(join(cwd, 'elsewhere'), join(cwd, 'here/output'));
    const { exitCode } = await slipway(['artifacts', 'get', 'last', '-d', 'here'], { core, cwd });
    expect(exitCode).toBe(2);
    expect(await files('elsewhere')).toEqual([]);
  });

  it('leaves no half file when the reading breaks off', async () => {
    const { open } = core.artifacts;
    core.artifacts.open = async (context, run, path, signal) => {
      const file = await open(context, run, path, signal);
      const content = (async function* () {
        yield Buffer.from('half');
        await Promise.reject(new Error('the connection broke'));
      })();
      return { ...file, content };
    };
    const { exitCode } = await slipway(['artifacts', 'get', 'last', '-d', 'here'], { core, cwd });
    expect(exitCode).toBe(4);
    expect(await files()).toEqual([]);
  });

  it('fetches one zip file', async () => {
    const { stdout } = await slipway(['artifacts', 'get', 'last', '--zip', '-d', 'z'], { core, cwd });
    expect(stdout).toBe('./z/analysis-7f3a.zip\n');
    expect(await readFile(join(cwd, 'z/analysis-7f3a.zip'), 'utf8')).toBe('PK zip');
    expect((await slipway(['artifacts', 'get', 'last', 'report', '--zip'], { core, cwd })).exitCode).toBe(2);
  });
});

describe('slipway artifacts open', () => {
  it('opens the report, and prints its path where there is no desktop', async () => {
    const { stdout, io } = await slipway(['artifacts', 'open', 'last'], { core, cwd });
    const path = '/data/slipway/runs/analysis-7f3a/output/analysis_output.html';
    expect(stdout).toBe(`${path}\n`);
    expect(io.opened).toEqual([path]);
  });

  it('opens others by what people call them', async () => {
    const { io } = await slipway(['artifacts', 'open', 'last', 'notebook'], { core, cwd });
    expect(io.opened).toEqual(['/data/slipway/runs/analysis-7f3a/output/analysis_output.ipynb']);
    expect((await slipway(['artifacts', 'open', 'last', 'tests'], { core, cwd })).exitCode).toBe(2);
  });
});
