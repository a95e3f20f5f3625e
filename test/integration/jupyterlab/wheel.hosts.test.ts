import { execFileSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { jupyterPython } from './jupyterServer.ts';

const wheels = join(import.meta.dirname, '../../../.cache/wheels');
const megabyte = 1_000_000;
const kilobyte = 1000;

interface Entry {
  readonly name: string;
  readonly bytes: number;
}

function entriesOf(wheel: string): readonly Entry[] {
  const list =
    'import json, sys, zipfile; print(json.dumps([{"name": i.filename, "bytes": i.file_size} for i in zipfile.ZipFile(sys.argv[1]).infolist()]))';
  return JSON.parse(execFileSync(jupyterPython(), ['-c', list, wheel], { encoding: 'utf8' })) as readonly Entry[];
}

it('holds the labextension, the core and Python, for any platform, and is small', () => {
  const [name = '', ...others] = readdirSync(wheels);
  expect(others).toEqual([]);
  expect(name).toMatch(/^slipway_jupyterlab-.*-py3-none-any\.whl$/);
  expect(statSync(join(wheels, name)).size).toBeLessThan(2 * megabyte);
  const entries = entriesOf(join(wheels, name));
  const names = entries.map((entry) => entry.name);
  const ends = (end: string): boolean => names.some((path) => path.endsWith(end));
  for (const end of [
    'slipway_jupyterlab/core/slipway.js',
    'slipway_jupyterlab/core/sshProxy.cjs',
    'slipway_jupyterlab/core/supervisor.js',
    'slipway_jupyterlab/core/steps/notebook.sh',
    'slipway_jupyterlab/app.py',
    'labextensions/@slipway/jupyterlab/package.json',
    'jupyter_server_config.d/slipway_jupyterlab.json',
    'licenses/LICENSE',
    'licenses/THIRD-PARTY-LICENSES.txt',
  ]) {
    expect(ends(end), end).toBe(true);
  }
  expect(names.filter((path) => path.includes('slipway_jupyterlab/labextension/'))).toEqual([]);
});

it('makes a page that only loads fetch little: panels and DevEnvs come later, from the server half', () => {
  const [name = ''] = readdirSync(wheels);
  const entries = entriesOf(join(wheels, name));
  const bytesOf = (pattern: RegExp): number =>
    entries.filter(({ name: path }) => pattern.test(path)).reduce((sum, { bytes }) => sum + bytes, 0);
  const labextension = bytesOf(/labextensions\/@slipway\/jupyterlab\//);
  const panels = bytesOf(/slipway_jupyterlab\/panels\/panels-\w+\.js\.gz$/);
  expect(labextension).toBeGreaterThan(0);
  expect(panels).toBeGreaterThan(0);
  expect(labextension).toBeLessThan(150 * kilobyte);
  expect(panels).toBeLessThan(60 * kilobyte);
  const devEnvs = bytesOf(/slipway_jupyterlab\/panels\/devEnvs-\w+\.js\.gz$/);
  expect(devEnvs).toBeGreaterThan(0);
  expect(devEnvs).toBeLessThan(40 * kilobyte);
});

it('has the licences of all whose code is in it, in browsers too', () => {
  const [name = ''] = readdirSync(wheels);
  const read =
    'import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); print(z.read(next(n for n in z.namelist() if n.endswith("THIRD-PARTY-LICENSES.txt"))).decode())';
  const texts = execFileSync(jupyterPython(), ['-c', read, join(wheels, name)], { encoding: 'utf8' });
  for (const packageName of ['lit', 'lit-html', '@lit/reactive-element', 'zod', 'mathjax'])
    expect(texts).toMatch(new RegExp(`^${packageName} \\d`, 'm'));
});
