import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { resources } from '../../../shared/src/kubernetes/index.ts';
import { objectSchema } from '../../../shared/src/targets/tekton/submit/clusterObjects.ts';
import type { Submitter } from '../../../shared/src/targets/tekton/submit/index.ts';
import { commandRun } from '../../../shared/src/targets/tekton/submit/testing/submissions.ts';
import { median, type Comparison } from '../statistics.ts';
import { inBenchSpace, never, timedMs, type BenchSpace } from './benchSpace.ts';

/** No node has this label, so that what was submitted costs nothing while the next one is measured. */
const nowhere = { nodeSelector: { 'slipway.test/nowhere': 'true' } };

/**
 * From the submission to the PipelineRun that the API server has taken, beside `kubectl create` of the same manifest: by the
 * core in this process, and by the command line, a process of its own with its start.
 */
export async function submission(pairs: number): Promise<Comparison[]> {
  return inBenchSpace('submit', nowhere, async (space) => {
    const times = {
      core: [] as number[],
      commandLine: [] as number[],
      kubectl: [] as number[],
      dryRun: [] as number[],
    };
    const submitter = await space.submitter();
    for (let pair = -1; pair < pairs; pair += 1) {
      const one = await onePair(space, submitter, `pair-${pair + 1}`);
      // The first pair makes what all runs share, and connections.
      if (pair < 0) continue;
      for (const side of ['core', 'commandLine', 'kubectl', 'dryRun'] as const) times[side].push(one[side]);
    }
    const dryRun = median(times.dryRun);
    const common = { unit: 'ms', reference: times.kubectl, referenceName: 'kubectl create -f of the same manifest' };
    const details = [`dry run    ${dryRun.toFixed(1)} ms (median), which both have in ours`];
    const goal = 'at most 150 ms more than kubectl create and the dry run together';
    const met = (ours: number, kubectl: number) => ours - kubectl - dryRun <= 150;
    return [
      { ...common, name: 'Submission to accepted, by the core', ours: times.core, details, goal, met },
      {
        ...common,
        name: 'Submission to accepted, by the command line with its start (--no-preflight)',
        ours: times.commandLine,
        details,
        goal: 'none; for information',
        met: () => true,
      },
    ];
  });
}

async function onePair(space: BenchSpace, submitter: Submitter, name: string) {
  const mine = commandRun(`${name}-core`, 'true');
  const dryRun = await timedMs(() => submitter.dryRun(mine, never));
  const theirs = await submitter.render(commandRun(`${name}-kubectl`, 'true'), never);
  const file = join(space.machine.machine.folder, `${name}.json`);
  await writeFile(file, JSON.stringify(theirs.pipelineRun));
  // What the manifest refers to.
  const configMaps = { type: resources.configMaps, namespace: space.namespace };
  await space.api.create(configMaps, theirs.inputs, {}, objectSchema, never);
  const kubectl = await timedMs(() => space.kubectl('create', '-f', file));
  const core = await timedMs(() => submitter.submit(mine, never));
  const script = join(space.machine.machine.work, 'empty.sh');
  await writeFile(script, '');
  const commandLine = await timedMs(async () => {
    const words = ['run', '--detach', '--no-preflight', '--', 'bash', 'empty.sh'];
    const ended = await space.machine.slipway(words);
    if (ended.exitCode !== 0) throw new Error(`slipway run failed:\n${ended.stdout}${ended.stderr}`);
  });
  await space.kubectl('delete', 'pipelineruns', '--all', '--wait=false');
  return { core, commandLine, kubectl, dryRun };
}
