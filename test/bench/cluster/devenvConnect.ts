import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { DevEnvConnection } from '../../../shared/src/protocol/index.ts';
import { context } from '../../integration/cluster/clusterMachine.ts';
import type { CoreProcess } from '../../integration/core/coreProcess.ts';
import type { Comparison } from '../statistics.ts';
import { inBenchSpace, never, timedMs, type BenchSpace } from './benchSpace.ts';

const throughputBytes = 256 * 1024 ** 2;
const instanceType = { cpu: '50m', memory: '1Gi' };

/**
 * Reaching a DevEnv beside what one does by hand: a prompt beside `kubectl port-forward` and ssh, bytes through either tunnel, and from
 * stopped to a prompt beside `kubectl apply`, `kubectl wait` and ssh.
 */
export function devEnvConnect(pairs: number): Promise<readonly Comparison[]> {
  const changes = {
    instanceTypes: { small: instanceType },
    devEnv: { image: 'testbed.local/devenv:1', instanceType: 'small', diskSize: '1Gi' },
  };
  return inBenchSpace('connect', changes, async (space) => {
    const core = await space.core();
    const { name } = await core.client.request('devenvs/create', { context, spec: {} }, never);
    await core.client.request('devenvs/start', { context, name }, never);
    const connection = await core.client.request('devenvs/connect', { context, name, include: false }, never);
    const bench = new Bench(space, core, name, connection);
    return [await bench.prompt(pairs), ...(await bench.throughput(Math.min(pairs, 3))), await bench.start(pairs)];
  });
}

class Bench {
  readonly #space: BenchSpace;
  readonly #core: CoreProcess;
  readonly #name: string;
  readonly #connection: DevEnvConnection;

  constructor(space: BenchSpace, core: CoreProcess, name: string, connection: DevEnvConnection) {
    this.#space = space;
    this.#core = core;
    this.#name = name;
    this.#connection = connection;
  }

  async prompt(pairs: number): Promise<Comparison> {
    return this.#pairs(
      pairs,
      () => this.#ours('true'),
      () => this.#throughForward((port) => this.#byHand(port, 'true')),
      {
        name: 'DevEnv: ssh prompt',
        referenceName: 'kubectl port-forward and ssh',
        goal: 'at most 1.1 times as long',
        met: (ours, reference) => ours <= reference * 1.1,
      },
    );
  }

  /** Through a forward that is there already: kubectl's start is not its speed. Both times have ssh's login in them. */
  throughput(pairs: number): Promise<readonly Comparison[]> {
    const up = `head -c ${throughputBytes} /dev/zero | `;
    const words = {
      referenceName: 'ssh through kubectl port-forward',
      goal: 'as fast or better',
      met: (ours: number, reference: number) => ours <= reference,
    };
    return this.#throughForward(async (port) => [
      await this.#pairs(
        pairs,
        () => this.#ours('cat >/dev/null', up),
        () => this.#byHand(port, 'cat >/dev/null', up),
        { name: 'DevEnv: 256 MiB to it through ssh', ...words },
      ),
      await this.#pairs(
        pairs,
        () => this.#ours(`head -c ${throughputBytes} /dev/zero`),
        () => this.#byHand(port, `head -c ${throughputBytes} /dev/zero`),
        { name: 'DevEnv: 256 MiB from it through ssh', ...words },
      ),
    ]);
  }

  async start(pairs: number): Promise<Comparison> {
    const pod = await this.#podByHand();
    return this.#pairs(
      pairs,
      async () => {
        await this.#core.client.request('devenvs/start', { context, name: this.#name }, never);
        await this.#ours('true');
      },
      async () => {
        await this.#shell(`printf %s "$POD" | ${this.#kubectl} apply -f -`, { POD: pod });
        await this.#space.kubectl('wait', '--for=condition=Ready', `pod/${this.#name}`, '--timeout=120s');
        await this.#throughForward((port) => this.#byHand(port, 'true'));
      },
      {
        name: 'DevEnv: from stopped to a prompt',
        referenceName: 'kubectl apply, kubectl wait, kubectl port-forward and ssh',
        goal: 'at most 1.1 times as long',
        met: (ours, reference) => ours <= reference * 1.1,
      },
      () => this.#space.kubectl('delete', 'pod', this.#name, '--ignore-not-found'),
    );
  }

  /** The pod that runs, as somebody would have written it. */
  async #podByHand(): Promise<string> {
    const { apiVersion, kind, metadata, spec } = JSON.parse(
      await this.#space.kubectl('get', 'pod', this.#name, '-o', 'json'),
    ) as PodObject;
    const { name, labels, annotations } = metadata;
    return JSON.stringify({
      apiVersion,
      kind,
      metadata: { name, labels, annotations },
      spec: { ...spec, nodeName: undefined },
    });
  }

  async #pairs(
    pairs: number,
    ours: () => Promise<unknown>,
    reference: () => Promise<unknown>,
    words: Pick<Comparison, 'name' | 'referenceName' | 'goal' | 'met'>,
    before: () => Promise<unknown> = () => Promise.resolve(),
  ): Promise<Comparison> {
    const times = { ours: [] as number[], reference: [] as number[] };
    for (let pair = 0; pair < pairs; pair++) {
      for (const [who, work] of [['ours', ours] as const, ['reference', reference] as const]) {
        await before();
        times[who].push(await timedMs(work));
      }
    }
    return { ...words, unit: 'ms', ...times };
  }

  /** A command over the host that Slipway wrote. */
  #ours(command: string, input = ''): Promise<void> {
    return this.#shell(`${input}ssh -F "$CONFIG" "$HOST" '${command}' >/dev/null`, {});
  }

  /** The same with the same keys, through a port of this machine. */
  #byHand(port: number, command: string, input = ''): Promise<void> {
    const options = `-F "$CONFIG" -o ProxyCommand=none -o HostName=127.0.0.1 -p ${port}`;
    return this.#shell(`${input}ssh ${options} "$HOST" '${command}' >/dev/null`, {});
  }

  async #throughForward<T>(work: (port: number) => Promise<T>): Promise<T> {
    const forward = this.#space.startKubectl('port-forward', `pod/${this.#name}`, ':2222');
    try {
      return await work(await portOf(forward));
    } finally {
      forward.kill();
      await once(forward, 'close');
    }
  }

  get #kubectl(): string {
    const { kubectl, kubeconfig } = this.#space.machine.cluster;
    return `'${kubectl}' --kubeconfig '${kubeconfig}' --namespace '${this.#space.namespace}'`;
  }

  #shell(script: string, variables: Readonly<Record<string, string>>): Promise<void> {
    const { configFile, host } = this.#connection;
    const env = { ...this.#space.machine.machine.environment, CONFIG: configFile, HOST: host, ...variables };
    return new Promise((resolve, reject) => {
      const child = spawn('sh', ['-c', script], { env, stdio: ['ignore', 'ignore', 'pipe'] });
      let said = '';
      child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
      child.once('error', reject);
      child.once('close', (code) =>
        code === 0 ? resolve() : reject(new Error(`${script} ended with ${code}: ${said}`)),
      );
    });
  }
}

interface PodObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels: object; readonly annotations: object };
  readonly spec: object;
}

/** The port of this machine that kubectl says it listens on; what it says later is taken from it, so that it never waits. */
function portOf(forward: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    let said = '';
    forward.stdout?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      const port = /127\.0\.0\.1:(\d+)/.exec(said)?.[1];
      if (port !== undefined) resolve(Number(port));
    });
    forward.once('close', () => reject(new Error(`kubectl port-forward ended: ${said}`)));
  });
}
