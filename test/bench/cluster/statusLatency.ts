import { createInterface } from 'node:readline';
import * as z from 'zod';
import { resources } from '../../../shared/src/kubernetes/index.ts';
import { context } from '../../integration/cluster/clusterMachine.ts';
import type { Comparison } from '../statistics.ts';
import { inBenchSpace, never, type BenchSpace } from './benchSpace.ts';
import { pendingRun, succeededStatus, withoutWebhooks } from './writtenRuns.ts';

const atOnce = 10;
const giveUpMs = 20_000;

/**
 * From the write of a PipelineRun's status to the client that is told of it: by `run/changed`, beside `kubectl get --watch`.
 * The write itself is in both.
 */
export async function statusLatency(changes: number): Promise<Comparison[]> {
  return inBenchSpace('status', {}, async (space) => {
    // Tekton's webhooks would not have somebody else write it.
    await space.kubectl('label', 'namespace', space.namespace, withoutWebhooks);
    const core = await space.core();
    const ours: number[] = [];
    const reference: number[] = [];
    const told = new Arrivals();
    const seen = new Arrivals();
    core.client.onNotification('run/changed', ({ run }) => {
      if (run.state === 'succeeded') told.arrived(run.name);
    });
    await core.client.request('runs/watch', { context }, never);
    await core.client.request('runs/list', { context }, never);
    const columns = '{.metadata.name} {.status.conditions[0].status}{"\\n"}';
    const kubectl = space.startKubectl('get', 'pipelineruns', '--watch', '-o', `jsonpath=${columns}`);
    createInterface(kubectl.stdout).on('line', (line) => {
      const [name = '', status] = line.split(' ');
      if (status === 'True') seen.arrived(name);
    });
    try {
      for (let first = 0; first < changes; first += atOnce) {
        const names = Array.from({ length: Math.min(atOnce, changes - first) }, (_, index) => `run-${first + index}`);
        await Promise.all(names.map((name) => space.api.create(path(space), pendingRun(name), {}, z.unknown(), never)));
        // Each is looked at by then.
        await new Promise((resolve) => setTimeout(resolve, 3_000));
        for (const name of names) {
          const [mine, theirs] = await oneChange(space, name, [told, seen]);
          ours.push(mine);
          reference.push(theirs);
        }
      }
    } finally {
      kubectl.kill();
    }
    return [
      {
        name: 'A status change from its write to the client',
        unit: 'ms',
        ours,
        reference,
        referenceName: 'kubectl get --watch',
        percent: 99,
        goal: 'p99 at most 200 ms',
        met: (mine) => mine <= 200,
      },
    ];
  });
}

async function oneChange(space: BenchSpace, name: string, where: readonly [Arrivals, Arrivals]) {
  const started = performance.now();
  const arrivals = where.map((each) => each.of(name));
  const status = { ...path(space), name, subresource: 'status' };
  await space.api.patch(status, { status: succeededStatus(Date.now()) }, { kind: 'merge' }, z.unknown(), never);
  const [mine = Number.NaN, theirs = Number.NaN] = await Promise.all(arrivals);
  return [mine - started, theirs - started] as const;
}

function path({ namespace }: BenchSpace) {
  return { type: resources.pipelineRuns, namespace };
}

/** When something first came of each name. */
class Arrivals {
  readonly #waiting = new Map<string, (at: number) => void>();

  arrived(name: string): void {
    this.#waiting.get(name)?.(performance.now());
    this.#waiting.delete(name);
  }

  of(name: string): Promise<number> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`nobody was told of ${name}`)), giveUpMs);
      this.#waiting.set(name, (at) => {
        clearTimeout(timer);
        resolve(at);
      });
    });
  }
}
