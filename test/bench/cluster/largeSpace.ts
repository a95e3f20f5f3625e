import { once } from 'node:events';
import * as z from 'zod';
import { resources, type Query } from '../../../shared/src/kubernetes/index.ts';
import { dated, type KubernetesObject } from '../../../shared/src/pipeline/index.ts';
import { commandRun } from '../../../shared/src/targets/tekton/submit/testing/submissions.ts';
import { context, testCluster } from '../../integration/cluster/clusterMachine.ts';
import type { CoreProcess } from '../../integration/core/coreProcess.ts';
import { processorMs, residentBytes } from '../processUse.ts';
import type { Comparison } from '../statistics.ts';
import { inBenchSpace, never, timedMs, type BenchSpace } from './benchSpace.ts';
import { inParallel } from './inParallel.ts';
import { QuietServer } from './quietServer.ts';
import { succeededStatus } from './writtenRuns.ts';

const coldStarts = 3;
const events = 1_000;
const newest = 50;
/** So many days the runs say that they were made on, as many on each; the server's own times are of today. */
const days = 40;
const dayMs = 86_400_000;
/** So many are made at the end, one after the other, as in a very busy space: nobody makes hundreds in a second. */
const lately = 600;
const betweenMs = 100;
/**
 * What a watch counts as news when it begins: runs that ended in the last two minutes though their labels say that they are old. All of these did;
 * nobody's do.
 */
const newsMs = 130_000;
const mebibyte = 1 << 20;

/** A run that was written, and when the server says that it was made, epoch ms. */
interface Written {
  readonly name: string;
  readonly madeAt: number;
}

/**
 * A space with many ended runs, of ours: the first rows of a core that knows nothing, its processor time an event, and its memory;
 * beside `kubectl get pipelineruns`. On an API server where no controller works.
 */
export async function largeSpace(runs: number): Promise<Comparison[]> {
  const server = await QuietServer.start(testCluster());
  try {
    return await inBenchSpace(
      'space',
      {},
      async (space) => {
        const started = performance.now();
        const written = await writeRuns(space, runs);
        const seconds = (performance.now() - started) / 1000;
        const pace = `the last ${lately} of them ${1_000 / betweenMs} a second`;
        return measure(space, written, `${runs} runs written in ${seconds.toFixed(0)} s, ${pace}`);
      },
      server.cluster,
    );
  } finally {
    await server.dispose();
  }
}

async function measure(space: BenchSpace, runs: readonly Written[], written: string): Promise<Comparison[]> {
  const names = runs.map(({ name }) => name);
  const expected = runs.toSorted(newestFirst).slice(0, newest);
  const rows = { window: new Array<number>(), command: new Array<number>(), kubectl: new Array<number>() };
  for (let start = 0; start < coldStarts; start += 1) {
    for (const asker of ['window', 'command'] as const) {
      const core = await space.coldCore(`${asker}-${start}`);
      rows[asker].push(await timedMs(() => firstRows(core, asker, expected)));
      await core.stop();
    }
    rows.kubectl.push(await timedMs(() => space.kubectl('get', 'pipelineruns')));
  }
  const page = await timedMs(() => table(space, { includeObject: 'Metadata', limit: 500 }));
  const cells = await timedMs(() => table(space, { includeObject: 'None', resourceVersion: '0' }));
  const details = [
    written,
    `server     ${page.toFixed(0)} ms for a page of 500 rows with metadata, ${cells.toFixed(0)} ms for the cells of all rows`,
  ];
  const last = Math.max(...runs.map(({ madeAt }) => madeAt));
  await new Promise((resolve) => setTimeout(resolve, last + newsMs - Date.now()));
  const { ours, reference } = await watching(space, names);
  const watch = 'kubectl get --watch';
  const title = `A space of ${names.length.toLocaleString('en')} runs`;
  return [
    {
      name: `${title}: first rows of a core that has read nothing, for a window`,
      unit: 'ms',
      ours: rows.window,
      reference: rows.kubectl,
      referenceName: 'kubectl get pipelineruns',
      details,
      goal: 'at most 500 ms',
      met: (mine) => mine <= 500,
    },
    {
      name: `${title}: the same for a list that nobody watches`,
      unit: 'ms',
      ours: rows.command,
      reference: rows.kubectl,
      referenceName: 'kubectl get pipelineruns',
      goal: 'at most 500 ms',
      met: (mine) => mine <= 500,
    },
    {
      name: `${title}: processor time an event`,
      unit: 'ms',
      ours: [ours.cpuMs / events],
      reference: [reference.cpuMs / events],
      referenceName: watch,
      details: [`${events} status changes of runs, a watch on`],
      goal: 'at most 1 ms',
      met: (mine) => mine <= 1,
    },
    {
      name: `${title}: memory after the list and ${events} changes`,
      unit: 'MiB',
      ours: [ours.bytes / mebibyte],
      reference: [reference.bytes / mebibyte],
      referenceName: watch,
      goal: 'at most 150 MB',
      met: (mine) => mine * mebibyte <= 150e6,
    },
  ];
}

/** A window watches before it lists, as the panels do; a command only lists. */
async function firstRows(
  { client }: CoreProcess,
  asker: 'window' | 'command',
  expected: readonly Written[],
): Promise<void> {
  if (asker === 'window') await client.request('runs/watch', { context }, never);
  const { runs } = await client.request('runs/list', { context, limit: newest }, never);
  const wrong = expected.findIndex(({ name }, index) => runs[index]?.name !== name);
  if (wrong !== -1) throw new Error(`row ${wrong} is ${runs[wrong]?.name ?? 'missing'}, not ${expected[wrong]?.name}`);
}

/** What the API server alone takes for a list. */
async function table(space: BenchSpace, query: Query): Promise<void> {
  const accept = 'application/json;as=Table;g=meta.k8s.io;v=v1';
  const stream = await space.api.stream(path(space), query, { accept }, never);
  for await (const chunk of stream) if (chunk.length === 0) break;
}

/** Both watch the space while statuses change. */
async function watching(space: BenchSpace, names: readonly string[]) {
  const core = await space.coldCore('watching');
  await core.client.request('runs/watch', { context }, never);
  await core.client.request('runs/list', { context, limit: newest }, never);
  const kubectl = space.startKubectl('get', 'pipelineruns', '--watch');
  kubectl.stdout.resume();
  await once(kubectl.stdout, 'data');
  // Whatever follows the first list is over by then.
  await new Promise((resolve) => setTimeout(resolve, 5_000));
  const pids = [core.child.pid, kubectl.pid].map((pid) => pid ?? 0);
  const before = pids.map(processorMs);
  await inParallel(names.slice(0, events), (name) => writeStatus(space, name, Date.now()));
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  const [ours, reference] = pids.map((pid, index) => ({
    cpuMs: processorMs(pid) - (before[index] ?? 0),
    bytes: residentBytes(pid),
  }));
  kubectl.kill();
  if (ours === undefined || reference === undefined) throw new Error('there are two processes');
  return { ours, reference };
}

/** As our own runs look when they have ended, but for their steps, which no list reads and which take twice the time to write. */
async function writeRuns(space: BenchSpace, runs: number): Promise<Written[]> {
  const submitter = await space.submitter();
  const { pipelineRun } = await submitter.render(commandRun('template', 'true'), never);
  const template = { ...pipelineRun, spec: bareSpec };
  const names = Array.from({ length: runs }, (_, index) => `run-${String(index).padStart(6, '0')}`);
  const written: Written[] = [];
  const now = Date.now();
  const write = async (name: string, index: number): Promise<void> => {
    const daysAgo = Math.floor(((runs - 1 - index) / runs) * days);
    const body = dated(named(template, name), now - daysAgo * dayMs);
    const made = await space.api.create(path(space), body, {}, madeSchema, never);
    const madeAt = Date.parse(made.metadata.creationTimestamp);
    const status = succeededStatus(madeAt + 1_000, 1_000);
    // Takes the server less than a patch.
    const whole = { ...path(space), name, subresource: 'status' };
    await space.api.replace(whole, { ...made, status }, {}, z.unknown(), never);
    written.push({ name, madeAt });
  };
  await inParallel(names.slice(0, -lately), write);
  for (const [index, name] of names.entries()) {
    if (index < runs - lately) continue;
    const next = new Promise((resolve) => setTimeout(resolve, betweenMs));
    await write(name, index);
    await next;
  }
  return written;
}

const bareSpec = {
  pipelineSpec: { tasks: [{ name: 'run', taskSpec: { steps: [{ name: 'collect', image: 'i', script: 'true' }] } }] },
};

const madeSchema = z.looseObject({ metadata: z.looseObject({ creationTimestamp: z.string() }) });

/** As lists show them: of one second, by name. */
function newestFirst(one: Written, other: Written): number {
  return other.madeAt - one.madeAt || (one.name < other.name ? 1 : -1);
}

function named(template: KubernetesObject, name: string): KubernetesObject {
  return JSON.parse(JSON.stringify(template).replaceAll('template', name)) as KubernetesObject;
}

async function writeStatus(space: BenchSpace, name: string, at: number): Promise<void> {
  const status = { ...path(space), name, subresource: 'status' };
  await space.api.patch(status, { status: succeededStatus(at) }, { kind: 'merge' }, z.unknown(), never);
}

function path({ namespace }: BenchSpace) {
  return { type: resources.pipelineRuns, namespace };
}
