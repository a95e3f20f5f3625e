import { cp, mkdtemp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { json, notebook, type JsonResult } from '../cli/slipway.ts';
import { ClusterMachine, testCluster } from './clusterMachine.ts';

/** As OpenShift runs pods: a uid that no image knows, and the group root. */
const anyUid = 1_000_650_000;
let openShift: ClusterMachine;
/** Whose image has another user than the one that all other tests have. */
let analyst: ClusterMachine;

beforeAll(async () => {
  openShift = await ClusterMachine.create('any-uid', {
    securityContext: { runAsUser: anyUid, runAsGroup: 0, fsGroup: anyUid },
  });
  analyst = await ClusterMachine.create('other-uid', {
    image: 'testbed.local/runner-other-uid:1',
    securityContext: { runAsUser: 1234, runAsGroup: 1234, fsGroup: 1234 },
  });
});

afterAll(async () => {
  await openShift.dispose();
  await analyst.dispose();
});

function statesOf({ steps }: JsonResult): Readonly<Record<string, string>> {
  return Object.fromEntries(steps.map(({ name, state }) => [name, state]));
}

const whoAmI = 'import os, pathlib\nprint("user", os.getuid(), os.getgid(), os.access(pathlib.Path.home(), os.W_OK))';

describe.concurrent('a notebook runs to its end', () => {
  it('as any uid with group 0: its data set comes in spite of failures, and poetry runs its suite', async () => {
    const { files } = testCluster().services;
    const size = 1_500_000;
    // The first and the third answer are 500, and the second ends in the middle: the rest is asked for alone.
    const url = `${files}/~flaky=1/~truncate=1000000/data/${size}`;
    const sha256 = (await (await fetch(`${files}/sha256/${size}`)).text()).trim();
    const cells = [
      whoAmI,
      'import hashlib\nprint("sha256", hashlib.sha256(open(os.environ["SLIPWAY_DATASET"], "rb").read()).hexdigest())',
    ];
    await openShift.machine.write('a.ipynb', notebook(cells));
    await cp(join(import.meta.dirname, '../../cluster/fixtures/suite'), join(openShift.machine.work, 'suite'), {
      recursive: true,
    });
    const spec = { notebook: 'a.ipynb', dataset: { url, sha256 }, tests: 'suite' };
    await openShift.machine.write('slipway.yaml', stringify(spec));
    const ended = await openShift.typed(['run', '-o', 'json']);
    expect(ended.exitCode, ended.stdout + ended.stderr).toBe(0);
    const result = json(ended);
    const done = { dataset: 'succeeded', prepare: 'succeeded', notebook: 'succeeded', report: 'succeeded' };
    expect(statesOf(result)).toEqual({ ...done, test: 'succeeded', collect: 'succeeded' });
    const { stdout: said } = await openShift.typed(['logs', result.run]);
    expect(said).toContain(`user ${anyUid} 0 True`);
    expect(said).toContain(`sha256 ${sha256}`);
    expect(said).toContain('the server answered 500');
    expect(said).toContain('1000000 of 1500000 bytes');
    expect(result.steps.find(({ name }) => name === 'test')?.note).toContain('2 passed');
  });

  it("as another image's own user, who has no home in the environment; what it did so far can be read meanwhile", async () => {
    // However late what is read comes to whoever reads it.
    const waits = 'import time\nwhile not os.path.exists("/tmp/go"): time.sleep(0.1)\nprint("then", 6 * 7)';
    await analyst.machine.write('a.ipynb', notebook([whoAmI, waits]));
    const started = analyst.start(['run', 'a.ipynb']);
    await started.until(/cell 2\/2/);
    const [, run = ''] = /^run +(\S+)$/m.exec(started.output()) ?? [];
    const soFar = await analyst.until('what the first cell printed is in the notebook', async () => {
      const read = await executedNotebook(run);
      return read?.includes('user 1234 1234 True') === true ? read : undefined;
    });
    expect(soFar).not.toContain('then 42');
    expect(await analyst.field(`pod/${run}-run-pod`, '.status.phase'), 'while it was read').toBe('Running');
    await analyst.exec(`${run}-run-pod`, 'step-notebook', 'touch', '/tmp/go');
    const ended = await started.ended;
    expect(ended.exitCode, ended.stdout + ended.stderr).toBe(0);
    expect(await executedNotebook(run)).toMatch(/user 1234 1234 True[^]*then 42/);
  });
});

/** The analyst's executed notebook as far as it goes; undefined where there is none yet. */
async function executedNotebook(run: string): Promise<string | undefined> {
  const folder = await mkdtemp(join(analyst.machine.folder, 'left-'));
  const got = await analyst.typed(['artifacts', 'get', run, 'notebook', '-d', folder]);
  return got.exitCode === 0 ? readFile(join(folder, 'output/a_output.ipynb'), 'utf8') : undefined;
}
