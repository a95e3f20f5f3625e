import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { json, notebook } from '../cli/slipway.ts';
import { ClusterMachine } from './clusterMachine.ts';

let ada: ClusterMachine;

beforeAll(async () => {
  ada = await ClusterMachine.create('literal-values');
});

afterAll(async () => {
  await ada.dispose();
});

describe('values that Tekton and Kubernetes would expand', () => {
  it('arrive as they were written, in paths, parameters and environment, under the longest name', async () => {
    const odd = '$(params.x) $(HOME) $$(HOME) ${HOME} `id` "q" \'s\' \\ ü\ttab \u007f\u2028';
    const name = `${'n'.repeat(60)}.ipynb`;
    const cells = [
      { source: 'value = ""', tags: ['parameters'] },
      'import json, os\nprint("told", json.dumps([value, os.environ["ODD"], open("$(params.x)/$(HOME).txt").read()]))',
    ];
    await ada.machine.write(`odd/${name}`, notebook(cells));
    await ada.machine.write('odd/$(params.x)/$(HOME).txt', odd);
    // In its name what JSON leaves as it is and no reader sees.
    await ada.machine.write('odd/\u007f\u2028.txt', odd);
    const spec = { notebook: name, parameters: { value: odd }, env: { ODD: odd } };
    await ada.machine.write('odd/slipway.yaml', stringify(spec));
    const ended = await ada.typed(['run', '-o', 'json'], { cwd: join(ada.machine.work, 'odd') });
    expect(ended.exitCode, ended.stdout + ended.stderr).toBe(0);
    const { run } = json(ended);
    expect(run.length).toBeLessThanOrEqual(63);
    expect(await toldBy(run)).toEqual([odd, odd, odd]);
    // What it was submitted with is read back off the cluster.
    const again = await ada.typed(['rerun', run, '-p', 'value=other', '-o', 'json']);
    expect(again.exitCode, again.stdout + again.stderr).toBe(0);
    expect(await toldBy(json(again).run)).toEqual(['other', odd, odd]);
  });
});

async function toldBy(run: string): Promise<unknown> {
  const { stdout } = await ada.typed(['logs', run, '--step', 'notebook']);
  const [, told = '[]'] = /told (\[.*\])$/m.exec(stdout) ?? [];
  return JSON.parse(told);
}
