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

it('makes a page that only loads fetch little: the protocol and the panels come later', () => {
  const [name = ''] = readdirSync(wheels);
  const chunks = entriesOf(join(wheels, name)).filter(({ name: path }) =>
    /@slipway\/jupyterlab\/static\/.*\.js$/.test(path),
  );
  const sizes = chunks.map(({ bytes }) => bytes).sort((a, b) => b - a);
  // The two largest are those that come later.
  const first = sizes.slice(2).reduce((sum, bytes) => sum + bytes, 0);
  expect(first).toBeLessThan(150 * kilobyte);
});
