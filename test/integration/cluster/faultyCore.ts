import { setTimeout as sleep } from 'node:timers/promises';
import { terminalStates, type JobSpec, type Run } from '../../../shared/src/protocol/index.ts';
import type { Core } from '../../../shared/src/server/index.ts';
import { startFaultProxy, type FaultProxy } from '../../cluster/faultProxy.ts';
import { ClusterMachine, context, profile } from './clusterMachine.ts';
import { coreInProcess } from './coreInProcess.ts';
import { FollowedLog } from './followedLog.ts';

const never = new AbortController().signal;
/** Ends the lines of a run, in its container. */
const stopFile = '/tmp/stop';
const countingScript = `import os, time
number = 0
while not os.path.exists("${stopFile}"):
    print("line", number)
    number += 1
    time.sleep(0.1)
print("all", number)
`;

/** What a client was told of the connection to the cluster. */
export interface ConnectionNews {
  /** When it was told, epoch ms. */
  readonly at: number;
  readonly state: 'live' | 'stale';
  readonly since: number;
  readonly reason?: string | undefined;
}

/** A core in this process whose only way to the cluster is a proxy that breaks things. */
export class FaultyCore {
  readonly machine: ClusterMachine;
  readonly proxy: FaultProxy;
  readonly core: Core;
  readonly news: ConnectionNews[] = [];
  /** Runs that were told to be deleted. */
  readonly deleted: string[] = [];
  /** What the core tells of failures that no request waits for. */
  readonly said: string[] = [];
  /** All that was told of each run. */
  readonly #seen = new Map<string, Run[]>();

  private constructor(machine: ClusterMachine, proxy: FaultProxy) {
    this.machine = machine;
    this.proxy = proxy;
    this.core = coreInProcess(machine.machine, {
      log: (...words: unknown[]) => this.said.push(words.map(String).join(' ')),
    });
    this.core.onNotification((name, params) => {
      if (name === 'context/changed' && 'state' in params) {
        const { state, since, reason } = params;
        this.news.push({ at: Date.now(), state, since, reason });
      } else if (name === 'run/changed' && 'run' in params && typeof params.run === 'object') {
        this.seenOf(params.run.name).push(params.run);
      } else if (name === 'run/deleted' && 'run' in params && typeof params.run === 'string') {
        this.deleted.push(params.run);
      }
    });
  }

  static async create(part: string): Promise<FaultyCore> {
    const machine = await ClusterMachine.create(part);
    const { kubeconfig } = machine.cluster;
    const proxy = await startFaultProxy({ kubeconfig, folder: machine.machine.folder });
    await machine.writeContext({ profile, kubeconfig: proxy.kubeconfig });
    const faulty = new FaultyCore(machine, proxy);
    await faulty.core.handlers['runs/watch']({ context }, never);
    return faulty;
  }

  seenOf(run: string): Run[] {
    const seen = this.#seen.get(run) ?? [];
    this.#seen.set(run, seen);
    return seen;
  }

  /** Starts a command that prints `line 0`, `line 1`, … until it is told to end, and how many there were. */
  async submitLines(): Promise<Run> {
    await this.machine.machine.write('lines.py', countingScript);
    const spec: JobSpec = { command: ['python3', '-u', 'lines.py'], files: { include: ['lines.py'] } };
    const folder = { kind: 'disk' as const, path: this.machine.machine.work };
    return this.core.handlers['runs/submit']({ context, folder, spec }, never);
  }

  /** The same by kubectl: a PipelineRun that Slipway did not make, whose logs only the API has. */
  async createLines(name: string): Promise<void> {
    const count = `i=0; until [ -e ${stopFile} ]; do echo "line $i"; i=$((i+1)); sleep 0.1; done; echo "all $i"`;
    await this.createByHand(name, count);
  }

  /** Lets the lines of a run of `submitLines` or `createLines` end. */
  async endLines(run: string, step: 'command' | 'build/print'): Promise<void> {
    const [pod, container] = step === 'command' ? [`${run}-run-pod`, 'command'] : [`${run}-build-pod`, 'print'];
    await this.machine.exec(pod, `step-${container}`, 'touch', stopFile);
  }

  /** A PipelineRun with the step `build/print`, by kubectl. */
  async createByHand(name: string, script: string): Promise<void> {
    const step = { name: 'print', image: 'testbed.local/busybox:1', script };
    const task = { name: 'build', taskSpec: { steps: [step] } };
    const body = {
      apiVersion: 'tekton.dev/v1',
      kind: 'PipelineRun',
      metadata: { name },
      spec: { pipelineSpec: { tasks: [task] } },
    };
    const file = await this.machine.machine.write(`${name}.json`, JSON.stringify(body));
    await this.machine.kubectl('create', '-f', file);
  }

  /** Reads a run's log from now on, as a client does. */
  follow(run: string): FollowedLog {
    return new FollowedLog((request, signal) => this.core.handlers['logs/read']({ ...request, run, context }, signal));
  }

  /** What the client that watches thinks of the connection now. */
  get connection(): 'live' | 'stale' {
    return this.news.at(-1)?.state ?? 'live';
  }

  /** Waits for the run's end as the watching client is told of it. */
  async ended(run: string, timeoutMs: number): Promise<Run> {
    return until(`${run} has ended`, timeoutMs, () => {
      const last = this.seenOf(run).at(-1);
      return last !== undefined && terminalStates.has(last.state) ? last : undefined;
    });
  }

  async dispose(): Promise<void> {
    await this.core.dispose();
    await this.proxy.dispose();
    await this.machine.dispose();
  }
}

/** Polls what is in memory; a failure says what was waited for. */
export async function until<T>(what: string, timeoutMs: number, look: () => T | undefined): Promise<T> {
  const end = Date.now() + timeoutMs;
  for (;;) {
    const found = look();
    if (found !== undefined) return found;
    if (Date.now() > end) throw new Error(`not within ${timeoutMs} ms: ${what}`);
    await sleep(50);
  }
}
