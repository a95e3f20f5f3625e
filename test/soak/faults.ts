import { setTimeout as sleep } from 'node:timers/promises';
import { SlipwayError } from '../../shared/src/protocol/index.ts';
import { startFaultProxy, type FaultProxy } from '../cluster/faultProxy.ts';
import { ClusterMachine, context, profile } from '../integration/cluster/clusterMachine.ts';
import { startDetached } from '../integration/cluster/detached.ts';
import { startCore, type CoreProcess } from '../integration/core/coreProcess.ts';
import { faultKinds } from './faultKinds.ts';
import { between, BrokenPromises, pick, type Outcome, type Say } from './outcome.ts';

/** A run is followed through so many faults; then its end is looked at, and another one begins. */
const faultsOfRun = 20;
const truthMs = 10_000;
/** What is not true by then is not waited for. */
const longestMs = 60_000;
const never = new AbortController().signal;

/** Writes numbered lines that say when, until it is told to stop. */
const program = `import os, time
number = 0
while not os.path.exists("/tmp/stop"):
    print(f"line {number} {time.time_ns() // 1000000}", flush=True)
    number += 1
    time.sleep(0.02)
print(f"all {number}", flush=True)
`;

/** Faults between the core and the API server while runs are followed: no line is lost or doubled, and the truth comes within 10 s. */
export async function soakFaults(count: number, say: Say): Promise<Outcome> {
  const broken = new BrokenPromises(say);
  if (count === 0) return { what: 'faults', count, broken: broken.all };
  const machine = await ClusterMachine.create('soak-faults');
  const { kubeconfig } = machine.cluster;
  const proxy = await startFaultProxy({ kubeconfig, folder: machine.machine.folder });
  try {
    await machine.writeContext({ profile, kubeconfig: proxy.kubeconfig });
    for (let done = 0; done < count;) {
      const now = Math.min(faultsOfRun, count - done);
      const core = await startCore(machine.machine.environment);
      try {
        await new FollowedRun(machine, core, proxy, broken).through(now);
      } finally {
        await core.stop();
      }
      done += now;
      say(`${done} of ${count} faults, ${broken.all.length} promises broken`);
    }
  } finally {
    await proxy.dispose();
    await machine.dispose();
  }
  return { what: 'faults', count, broken: broken.all };
}

class FollowedRun {
  readonly #machine: ClusterMachine;
  readonly #core: CoreProcess;
  readonly #proxy: FaultProxy;
  readonly #broken: BrokenPromises;
  /** How many lines came, and when the last one was written, epoch ms. */
  #lines = 0;
  #newest = 0;
  #all: number | undefined;
  #run = '';
  readonly #connection: { readonly at: number; readonly state: string; readonly reason: string | undefined }[] = [];
  readonly #faults: string[] = [];

  constructor(machine: ClusterMachine, core: CoreProcess, proxy: FaultProxy, broken: BrokenPromises) {
    this.#machine = machine;
    this.#core = core;
    this.#proxy = proxy;
    this.#broken = broken;
  }

  async through(faults: number): Promise<void> {
    await this.#machine.machine.write('lines.py', program);
    this.#run = await startDetached(this.#machine, ['--', 'python3', 'lines.py']);
    const ended = this.#watchEnd();
    const reading = this.#read();
    await this.#machine.until('lines come', () => Promise.resolve(this.#lines > 0 ? true : undefined));
    for (let fault = 0; fault < faults; fault += 1) {
      await sleep(between(200, 2_000));
      await this.#break();
    }
    await this.#machine.kubectl('exec', `${this.#run}-run-pod`, '-c', 'step-command', '--', 'touch', '/tmp/stop');
    await this.#machine.until('the run ends', async () => {
      const done = await this.#machine.field(`pipelinerun/${this.#run}`, '.status.completionTime');
      return done === '' ? undefined : done;
    });
    const done = Date.now();
    const inTime = await Promise.race([ended.then(() => true), sleep(truthMs, false, { ref: false })]);
    if (!inTime) await this.#tellLate(ended, done);
    await reading;
    if (this.#all !== this.#lines)
      this.#broken.add(`${this.#run}: ${this.#lines} lines came, ${this.#all} were written`);
  }

  /**
   * One fault. Within 10 s of its beginning it is told that there are no news, where it lasts so long; within 10 s of its end that there are,
   * and a line comes that was written after it.
   */
  async #break(): Promise<void> {
    const kind = pick(Object.keys(faultKinds) as [string, ...string[]]);
    this.#faults.push(kind);
    const began = Date.now();
    await faultKinds[kind]?.(this.#proxy);
    const healed = Date.now();
    if (healed - began > truthMs && this.#toldAt(began + truthMs) !== 'stale')
      this.#broken.add(`${this.#run}: not told within 10 s that there are no news: "${kind}"`);
    const isTrue = () => this.#newest >= healed && this.#toldAt(Date.now()) === 'live';
    while (!isTrue() && Date.now() - healed <= truthMs) await sleep(20);
    if (isTrue()) return;
    const what = this.#newest < healed ? 'no line' : 'not told that there are news again';
    while (!isTrue() && Date.now() - healed < longestMs) await sleep(20);
    const late = isTrue()
      ? `${((Date.now() - healed) / 1000).toFixed(1)} s after it`
      : `nor within ${longestMs / 1000} s`;
    this.#broken.add(`${this.#run}: ${what} within 10 s of "${kind}", but ${late}; ${this.#changesSince(began)}`);
  }

  /** What was told of the connection, in seconds from a time on. */
  #changesSince(from: number): string {
    const changes = this.#connection
      .slice(-6)
      .map(({ at, state, reason }) => `${((at - from) / 1000).toFixed(1)} s ${state} ${reason ?? ''}`);
    return `connection: ${changes.join('; ')}`;
  }

  /** What was last told of the connection until then, epoch ms. */
  #toldAt(time: number): string {
    return this.#connection.findLast(({ at }) => at <= time)?.state ?? 'live';
  }

  /** Says how late the end was told, and what the core knew of the cluster meanwhile. */
  async #tellLate(ended: Promise<void>, done: number): Promise<void> {
    await Promise.race([ended, sleep(60_000, undefined, { ref: false })]);
    const { state, steps } = await this.#core.client.request('runs/get', { run: this.#run, context }, never);
    const known = steps.map((step) => `${step.name} ${step.state}`).join(', ');
    this.#broken.add(
      `${this.#run}: its end was told ${((Date.now() - done) / 1000).toFixed(1)} s late, not within 10 s, after the faults ${this.#faults.slice(-4).join(', ')}; ` +
        `now ${state} (${known}); ${this.#changesSince(done)}`,
    );
  }

  async #watchEnd(): Promise<void> {
    this.#core.client.onNotification('context/changed', ({ state, reason }) => {
      this.#connection.push({ at: Date.now(), state, reason });
    });
    const ended = new Promise<void>((resolve) => {
      this.#core.client.onNotification('run/changed', ({ run }) => {
        if (run.name === this.#run && run.state === 'succeeded') resolve();
      });
    });
    await this.#core.client.request('runs/watch', { context }, never);
    await ended;
  }

  /** Reads as a client does: after a failure on from where it was. */
  async #read(): Promise<void> {
    const request = { run: this.#run, context, steps: ['command'], maxBytes: 1 << 20, waitMs: 20_000 };
    let position = '';
    let rest = '';
    for (;;) {
      try {
        const page = await this.#core.client.request('logs/read', { ...request, position }, never);
        const text = rest + page.batches.map((batch) => Buffer.from(batch.data, batch.encoding).toString()).join('');
        rest = text.slice(text.lastIndexOf('\n') + 1);
        for (const line of text.slice(0, text.lastIndexOf('\n') + 1).split('\n')) this.#take(line);
        position = page.next;
        if (page.end) return;
      } catch (error) {
        // The step is not there yet, or the cluster did not answer: both pass.
        if (!SlipwayError.is(error)) throw error;
        await sleep(200);
      }
    }
  }

  #take(line: string): void {
    const [, number, at] = /^line (\d+) (\d+)$/.exec(line) ?? [];
    const [, all] = /^all (\d+)$/.exec(line) ?? [];
    if (all !== undefined) this.#all = Number(all);
    if (number === undefined) return;
    if (Number(number) !== this.#lines) this.#broken.add(`${this.#run}: line ${number} came instead of ${this.#lines}`);
    this.#lines = Number(number) + 1;
    this.#newest = Number(at);
  }
}
