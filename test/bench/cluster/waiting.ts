import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { resources } from '../../../shared/src/kubernetes/index.ts';
import { context, testCluster } from '../../integration/cluster/clusterMachine.ts';
import { processorMs } from '../processUse.ts';
import type { Comparison } from '../statistics.ts';
import { inBenchSpace, never, type BenchSpace } from './benchSpace.ts';
import { inParallel } from './inParallel.ts';

const runs = 60;
const events = 3_000;
const settleMs = 10_000;
const measuredMs = 20_000;

/**
 * What it costs the API server that somebody watches a space in which many runs wait for a place and in which much has happened: a core
 * that tells why each waits, beside kubectl's watches of the pods and of the events, which tell nothing of that.
 */
export async function waitingRuns(pairs: number): Promise<Comparison> {
  const server = testCluster().daemons['kube-apiserver'];
  if (typeof server !== 'number') throw new Error('The API server does not run.');
  return inBenchSpace('waiting', {}, async (space) => {
    await fill(space);
    const ours: number[] = [];
    const reference: number[] = [];
    const nobody: number[] = [];
    for (let pair = 0; pair < pairs; pair += 1) {
      nobody.push(await shareOf(server));
      ours.push(await whileCoreWatches(space, pair, () => shareOf(server)));
      reference.push(await whileKubectlWatches(space, () => shareOf(server)));
    }
    const alone = Math.min(...nobody);
    return {
      name: `${runs} waiting runs in a space with ${events.toLocaleString('en')} events: processor time of the API server`,
      unit: 'ms/s',
      ours,
      reference,
      referenceName: 'kubectl get pods --watch and kubectl get events --watch',
      details: [`nobody     ${alone.toFixed(0)} ms/s at least`],
      goal: 'at most 150 ms/s more than with nobody',
      met: (mine) => mine - alone <= 150,
    };
  });
}

/** Processor time of a process a second, ms, once what has just begun has settled. */
async function shareOf(pid: number): Promise<number> {
  await sleep(settleMs);
  const [before, began] = [processorMs(pid), performance.now()];
  await sleep(measuredMs);
  return ((processorMs(pid) - before) / (performance.now() - began)) * 1000;
}

async function whileCoreWatches(space: BenchSpace, pair: number, measure: () => Promise<number>): Promise<number> {
  const core = await space.coldCore(`waiting-${pair}`);
  await core.client.request('runs/watch', { context }, never);
  const share = await measure();
  const { runs: shown } = await core.client.request('runs/list', { context }, never);
  const told = shown.filter(({ reason = '' }) => reason.includes('slipway.bench/nowhere')).length;
  if (told !== runs) throw new Error(`The core tells of ${told} of ${runs} runs why they wait.`);
  await core.stop();
  return share;
}

async function whileKubectlWatches(space: BenchSpace, measure: () => Promise<number>): Promise<number> {
  const watches = ['pods', 'events'].map((type) => space.startKubectl('get', type, '--watch'));
  for (const watch of watches) watch.stdout.resume();
  const share = await measure();
  for (const watch of watches) {
    const ended = once(watch, 'exit');
    watch.kill();
    await ended;
  }
  return share;
}

/** Runs that no node takes, and events of other pods as a busy hour leaves them. */
async function fill({ api, namespace }: BenchSpace): Promise<void> {
  const spec = {
    pipelineSpec: {
      tasks: [{ name: 'run', taskSpec: { steps: [{ name: 's', image: 'testbed.local/runner:1', script: 'true' }] } }],
    },
    taskRunTemplate: { podTemplate: { nodeSelector: { 'slipway.bench/nowhere': 'true' } } },
  };
  const now = new Date().toISOString().replace(/\.\d+/, '');
  const objects = [
    ...Array.from({ length: runs }, (_, at) => ({
      type: resources.pipelineRuns,
      body: { apiVersion: 'tekton.dev/v1', kind: 'PipelineRun', metadata: { name: `waits-${at}` }, spec },
    })),
    ...Array.from({ length: events }, (_, at) => ({
      type: resources.events,
      body: {
        apiVersion: 'v1',
        kind: 'Event',
        metadata: { name: `pulled-${at}` },
        involvedObject: { kind: 'Pod', name: `other-${at % 50}`, namespace },
        reason: 'Pulled',
        message:
          'Container image "registry.example/team/image:1" already present on machine and can be accessed by the pod',
        type: 'Normal',
        firstTimestamp: now,
        lastTimestamp: now,
      },
    })),
  ];
  await inParallel(objects, ({ type, body }) => api.create({ type, namespace }, body, {}, z.unknown(), never));
}
