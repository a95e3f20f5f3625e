import { createHash } from 'node:crypto';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { matching } from './matching.ts';
import { PodRuns, type PodInput, type PodRun } from './podRunner.ts';
import { testPython } from './stepRunner.ts';

const runs = new PodRuns();
const servers: Server[] = [];
const make = (input: PodInput): Promise<PodRun> => runs.make(input);
afterEach(async () => {
  await runs.dispose();
  for (const server of servers.splice(0)) server.close();
});

const show = ['python', '-c', 'import os; print(open(os.environ["SLIPWAY_DATASET"]).read())'];
const steps = ['dataset', 'clone', 'prepare', 'command', 'test', 'collect'] as const;

describe('the stage before a run in a pod', () => {
  it('fetches a data set once and tells the command where it is', async () => {
    const { url, asked } = await serve('some data');
    const sha256 = createHash('sha256').update('some data').digest('hex');
    const dataset = { name: 'data.csv', url, sha256, bytes: 9 };
    const first = await make({ command: show, change: { steps: [...steps], dataset } });
    const shared = { SLIPWAY_DATASETS: join(first.base, 'downloads') };
    const results = await first.all(shared);
    expect(results).toMatchObject({
      dataset: { state: 'succeeded', note: 'data.csv fetched (9 B)' },
      clone: { state: 'skipped', reason: 'this run has no Git repository' },
      command: { state: 'succeeded' },
      collect: { verdict: 'succeeded' },
    });
    expect(await first.text('logs/command.log')).toBe('some data\n');
    const second = await make({ command: show, change: { steps: [...steps], dataset } });
    expect((await second.all(shared)).dataset).toMatchObject({ note: 'data.csv from the cache (9 B)' });
    expect(asked()).toBe(1);
  });

  it('is taken over by a retry that leaves it out', async () => {
    const { url, asked } = await serve('some data');
    const change = { steps: [...steps], dataset: { name: 'data.csv', url } };
    const first = await make({ command: ['false'], change });
    await first.all();
    const again = await make({
      command: show,
      change: { ...change, reuse: { run: 'first-1', steps: ['dataset', 'clone', 'prepare'] } },
    });
    for (const step of ['prepare', 'command', 'test', 'collect'] as const) {
      await again.step(step, { SLIPWAY_REUSE: first.folder });
    }
    expect(await again.text('logs/command.log')).toBe('some data\n');
    expect(await again.result('collect')).toMatchObject({ verdict: 'succeeded' });
    expect(asked()).toBe(1);
  });

  it('that fails has the verdict, and nothing after it runs', async () => {
    const { url } = await serve('some data');
    const dataset = { name: 'data.csv', url, sha256: '0'.repeat(64) };
    const run = await make({ command: show, change: { steps: [...steps], dataset } });
    const results = await run.all();
    const reason = matching(/^the sha256 of data\.csv is [0-9a-f]{64}, not the expected 0{64}$/);
    expect(results).toMatchObject({
      dataset: { state: 'failed', reason },
      prepare: { state: 'skipped', reason: 'the step dataset failed' },
      command: { state: 'skipped', reason: 'the environment was not prepared' },
      collect: { verdict: 'failed', reason },
    });
    expect(
      (await readdir(run.path('datasets'), { recursive: true })).filter((name) => name.includes('data.csv')),
    ).toEqual([]);
  });

  it.each([
    ['file:///etc/passwd', 'the address of the repository is not one of https://, http:// or ssh://'],
    ['https://me:secret@127.0.0.1/r.git', matching(/has a login in it/)],
    ['http://127.0.0.1:9/r.git', matching(/^http:\/\/127\.0\.0\.1:9\/r\.git could not be cloned: Failed to connect/)],
  ])('says why %s cannot be cloned', async (url, reason) => {
    const run = await make({ command: ['true'], change: { steps: [...steps], repository: { url } } });
    await run.step('clone');
    expect(await run.result('clone')).toMatchObject({ state: 'failed', reason });
    expect(await run.text('logs/clone.log')).not.toContain('secret');
  });

  it('gives a suite from a repository of its own the notebook and its report in its input', async () => {
    const suite = { url: 'https://git.example/suite.git' };
    const run = await make({
      cells: ['print(40 + 2)'],
      change: {
        steps: ['clone', 'prepare', 'notebook', 'report', 'test', 'collect'],
        suite,
        tests: { path: '.', always: false, asked: true },
      },
    });
    const files = {
      'input/old.txt': 'x',
      'test_it.py':
        'import os\ndef test_input():\n    here = os.path.join(os.path.dirname(__file__), "input")\n' +
        '    assert sorted(os.listdir(here)) == ["analysis_output.html", "analysis_output.ipynb"]\n',
    };
    await cloned(run, ['suite/input'], files);
    for (const step of ['prepare', 'notebook', 'report', 'test', 'collect'] as const) await run.step(step);
    expect(await run.result('test')).toMatchObject({ state: 'succeeded', note: matching(/^1 passed/) });
    expect(await run.result('collect')).toMatchObject({ verdict: 'succeeded' });
  });

  it('runs tests in a folder of a repository with the Poetry project that they lie in, and in its folder', async () => {
    const run = await make({
      cells: ['print(40 + 2)'],
      change: {
        steps: ['clone', 'prepare', 'notebook', 'report', 'test', 'collect'],
        suite: { url: 'https://git.example/monorepo.git' },
        tests: { path: 'checks/tests', always: false, asked: true },
      },
    });
    await cloned(run, ['suite/checks', 'suite/checks/tests', 'bin'], {
      // Of the repository as a whole, and no Poetry project.
      'pyproject.toml': '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n',
      // As Poetry 2 writes it: without a table of its own.
      'checks/pyproject.toml':
        '[project]\nname = "checks"\nversion = "1"\n\n' +
        '[build-system]\nrequires = ["poetry-core>=2"]\nbuild-backend = "poetry.core.masonry.api"\n',
      'checks/tests/test_it.py':
        'import os\ndef test_input():\n    assert sorted(os.listdir("input")) == ["analysis_output.html", "analysis_output.ipynb"]\n',
    });
    const poetry = '#!/bin/sh\necho "poetry $1 $2 $3 in ${PWD##*/}"\nshift 3\nexec python -m pytest "$@"\n';
    await writeFile(run.path('bin/poetry'), poetry, { mode: 0o755 });
    const path = `${run.path('bin')}:${dirname(testPython())}:/usr/bin:/bin`;
    for (const step of ['prepare', 'notebook', 'report'] as const) await run.step(step);
    const end = await run.step('test', { PATH: path });
    expect(end.output).toContain('poetry run -- pytest in checks');
    expect(await run.result('test')).toMatchObject({ state: 'succeeded', note: matching(/^1 passed/) });
  });
});

/** What `clone` leaves; that it does, the tests of the helpers show with a Git server. */
async function cloned(run: PodRun, folders: readonly string[], files: Record<string, string>): Promise<void> {
  for (const folder of ['results', 'suite', ...folders]) {
    await mkdir(run.path(folder));
    await run.hand(run.path(folder));
  }
  for (const [path, text] of Object.entries(files)) {
    await writeFile(run.path('suite', path), text);
    await run.hand(run.path('suite', path));
  }
  await writeFile(run.path('results/clone.json'), '{"step": "clone", "state": "succeeded", "exitCode": 0}');
}

async function serve(text: string): Promise<{ url: string; asked: () => number }> {
  let asked = 0;
  const server = createServer((_, response) => {
    asked += 1;
    response.end(text);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/data.csv`, asked: () => asked };
}
