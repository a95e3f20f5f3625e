import { spawn } from 'node:child_process';
import { randomBytes, randomFillSync } from 'node:crypto';
import { mkdir, open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DevEnvConnection } from '../../../shared/src/protocol/index.ts';
import { context } from '../../integration/cluster/clusterMachine.ts';
import type { CoreProcess } from '../../integration/core/coreProcess.ts';
import type { Comparison } from '../statistics.ts';
import { inBenchSpace, never, timedMs, type BenchSpace } from './benchSpace.ts';

const bigBytes = 1024 ** 3;
const smallFiles = 10_000;
const smallBytes = 2_048;
const instanceType = { cpu: '50m', memory: '2Gi' };

/**
 * Uploads to a DevEnv beside what OpenSSH does through the same tunnel (`slipway ssh-proxy`): one big file beside `sftp`, ten thousand
 * small ones beside tar over ssh, and beside `sftp`. Each begins with connecting, and ends when the file is there.
 */
export function devEnvTransfer(pairs: number): Promise<readonly Comparison[]> {
  const changes = {
    instanceTypes: { small: instanceType },
    securityContext: { runAsUser: 1001, runAsGroup: 0, fsGroup: 1001 },
    devEnv: { image: 'testbed.local/devenv:1', instanceType: 'small', diskSize: '8Gi' },
  };
  return inBenchSpace('transfer', changes, async (space) => {
    const core = await space.core();
    const { name } = await core.client.request('devenvs/create', { context, spec: {} }, never);
    await core.client.request('devenvs/start', { context, name }, never);
    const connection = await core.client.request('devenvs/connect', { context, name, include: false }, never);
    const bench = new Bench(space, core, name, connection);
    await bench.makeFiles();
    return [await bench.big(pairs), await bench.small(pairs), await bench.smallBySftp()];
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

  get #folder(): string {
    return this.#space.machine.machine.work;
  }

  async makeFiles(): Promise<void> {
    await mkdir(join(this.#folder, 'big'));
    const file = await open(join(this.#folder, 'big/big.bin'), 'w');
    const piece = Buffer.alloc(16 * 1024 ** 2);
    for (let at = 0; at < bigBytes; at += piece.length) await file.write(randomFillSync(piece));
    await file.close();
    for (let index = 0; index < smallFiles; index++) {
      const folder = join(this.#folder, `small/${index % 100}`);
      if (index < 100) await mkdir(folder, { recursive: true });
      await writeFile(join(folder, `${index}.bin`), randomBytes(smallBytes));
    }
  }

  async big(pairs: number): Promise<Comparison> {
    const batch = await this.#batch('put big/big.bin big.bin');
    return this.#pairs(
      pairs,
      () => this.#upload('big'),
      () => this.#shell(`sftp -q -F "$1" -b ${batch} "$2"`),
      {
        name: 'DevEnv: 1 GiB uploaded',
        referenceName: 'OpenSSH sftp through the same tunnel',
        goal: '1.2 times as fast or better',
        met: (ours, reference) => reference / ours >= 1.2,
      },
    );
  }

  async small(pairs: number): Promise<Comparison> {
    const tar = 'tar -C small -cf - . | ssh -F "$1" "$2" "mkdir -p /workspace/small && tar -C /workspace/small -xf -"';
    return this.#pairs(
      pairs,
      () => this.#upload('small'),
      () => this.#shell(tar),
      {
        name: 'DevEnv: 10,000 files of 2 KiB uploaded',
        referenceName: 'tar over ssh through the same tunnel',
        goal: '0.9 times as fast or better',
        met: (ours, reference) => reference / ours >= 0.9,
      },
    );
  }

  async smallBySftp(): Promise<Comparison> {
    const batch = await this.#batch('mkdir small\nput -r small/. small');
    return this.#pairs(
      1,
      () => this.#upload('small'),
      () => this.#shell(`sftp -q -F "$1" -b ${batch} "$2"`),
      {
        name: 'DevEnv: 10,000 files of 2 KiB uploaded',
        referenceName: 'OpenSSH sftp through the same tunnel',
        goal: '5 times as fast or better',
        met: (ours, reference) => reference / ours >= 5,
      },
    );
  }

  async #pairs(
    pairs: number,
    ours: () => Promise<void>,
    reference: () => Promise<void>,
    words: Pick<Comparison, 'name' | 'referenceName' | 'goal' | 'met'>,
  ): Promise<Comparison> {
    const times = { ours: [] as number[], reference: [] as number[] };
    for (let pair = 0; pair < pairs; pair++) {
      for (const [who, work] of [['ours', ours] as const, ['reference', reference] as const]) {
        await this.#clean();
        times[who].push(await timedMs(work));
      }
    }
    await this.#clean();
    return { ...words, unit: 'ms', ...times };
  }

  async #upload(folder: string): Promise<void> {
    const local = [join(this.#folder, folder)];
    const params = { context, name: this.#name, id: folder, local, remote: ['.'] };
    const outcome = await this.#core.client.request('transfer/upload', params, never);
    if (outcome.skipped.length > 0) throw new Error(`Something was skipped: ${JSON.stringify(outcome.skipped)}`);
  }

  async #batch(text: string): Promise<string> {
    return this.#space.machine.machine.write(`batch-${text.length}`, `cd /workspace\n${text}\n`);
  }

  /** With our ssh config file as `$1` and the host as `$2`. */
  #shell(script: string): Promise<void> {
    const { configFile, host } = this.#connection;
    const { environment } = this.#space.machine.machine;
    return new Promise((resolve, reject) => {
      const child = spawn('sh', ['-c', script, 'sh', configFile, host], {
        cwd: this.#folder,
        env: environment,
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      let said = '';
      child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
      child.once('error', reject);
      child.once('close', (code) =>
        code === 0 ? resolve() : reject(new Error(`${script} ended with ${code}: ${said}`)),
      );
    });
  }

  async #clean(): Promise<void> {
    await this.#space.kubectl('exec', this.#name, '--', 'sh', '-c', 'rm -rf /workspace/big* /workspace/small; sync');
  }
}
