import { execFile, spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as z from 'zod';
import {
  isAlreadyExists,
  isNotFound,
  portForward,
  resources,
  runCommand,
  type KubernetesApi,
} from '../../../shared/src/kubernetes/index.ts';
import { eventually, NotYet } from '../../cluster/kubernetes/testSpace.ts';

const run = promisify(execFile);

export const podSchema = z.object({
  status: z.object({
    phase: z.string(),
    conditions: z.array(z.object({ type: z.string(), status: z.string() })).default([]),
    containerStatuses: z
      .array(
        z.object({
          state: z.object({
            terminated: z.object({ exitCode: z.int(), message: z.string().optional() }).optional(),
          }),
        }),
      )
      .default([]),
  }),
});

export const statusSchema = z.object({
  version: z.literal(1),
  idleSeconds: z.number(),
  stopAfterSeconds: z.number(),
  stopsAt: z.number().nullable(),
  lastActivity: z.record(z.enum(['terminal', 'editor', 'job', 'cpu', 'gpu']), z.number()),
  cpuCores: z.number(),
  gpuPercent: z.number().nullable(),
  workspace: z.object({ usedBytes: z.number(), totalBytes: z.number() }),
  runningJobs: z.int(),
  connections: z.int(),
  glibc: z.string().nullable(),
});

/** A key pair, as files of OpenSSH. */
export interface KeyPair {
  readonly file: string;
  readonly publicKey: string;
}

/** A DevEnv made by hand, from the image alone: the objects as the contract has them. */
export class DevEnvPod {
  readonly name: string;
  readonly #api: KubernetesApi;
  readonly #signal: AbortSignal;
  readonly #folder: string;
  #server: Server | undefined;

  private constructor(name: string, api: KubernetesApi, signal: AbortSignal, folder: string) {
    this.name = name;
    this.#api = api;
    this.#signal = signal;
    this.#folder = folder;
  }

  static async make(
    name: string,
    api: KubernetesApi,
    options: {
      readonly securityContext?: object;
      readonly env?: Readonly<Record<string, string>>;
      readonly gpus?: number;
      readonly signal: AbortSignal;
    },
  ): Promise<DevEnvPod> {
    const devEnv = new DevEnvPod(name, api, options.signal, await mkdtemp(join(tmpdir(), 'slipway-devenv-')));
    await devEnv.keyPair('host');
    const client = await devEnv.keyPair('client');
    await devEnv.#create('secrets', {
      stringData: {
        authorized_keys: client.publicKey,
        ssh_host_ed25519_key: await readFile(join(devEnv.#folder, 'host'), 'utf8'),
      },
    });
    await devEnv.#create('persistentVolumeClaims', {
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    });
    await devEnv.trust('host');
    await devEnv.start(options);
    await devEnv.#listen();
    return devEnv;
  }

  async start(options: {
    readonly securityContext?: object;
    readonly env?: Readonly<Record<string, string>>;
    readonly gpus?: number;
  }) {
    const env = { SLIPWAY_DEVENV: this.name, SLIPWAY_IDLE_STOP_SECONDS: '0', ...options.env };
    await this.#create('pods', {
      spec: {
        restartPolicy: 'OnFailure',
        automountServiceAccountToken: false,
        terminationGracePeriodSeconds: 10,
        securityContext: {
          runAsNonRoot: true,
          fsGroup: 2000,
          fsGroupChangePolicy: 'OnRootMismatch',
          seccompProfile: { type: 'RuntimeDefault' },
          ...options.securityContext,
        },
        containers: [
          {
            name: 'devenv',
            image: 'testbed.local/devenv:1',
            securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
            env: Object.entries(env).map(([key, value]) => ({ name: key, value })),
            ports: [{ name: 'ssh', containerPort: 2222 }],
            readinessProbe: { tcpSocket: { port: 2222 }, periodSeconds: 1 },
            resources: {
              requests: { cpu: '10m', memory: '64Mi' },
              ...(options.gpus !== undefined && { limits: { 'nvidia.com/gpu': options.gpus } }),
            },
            volumeMounts: [
              { name: 'workspace', mountPath: '/workspace' },
              { name: 'ssh', mountPath: '/etc/slipway/ssh', readOnly: true },
              { name: 'run', mountPath: '/run/slipway' },
              { name: 'memory', mountPath: '/dev/shm' },
            ],
          },
        ],
        volumes: [
          { name: 'workspace', persistentVolumeClaim: { claimName: this.name } },
          { name: 'ssh', secret: { secretName: this.name } },
          { name: 'run', emptyDir: {} },
          { name: 'memory', emptyDir: { medium: 'Memory' } },
        ],
      },
    });
    await eventually(async () =>
      (await this.pod()).status.conditions.some(({ type, status }) => type === 'Ready' && status === 'True'),
    );
  }

  /** Deletes the pod, as a stop does. */
  async stop(): Promise<void> {
    const path = this.#path('pods');
    await this.#api.delete(path, {}, this.#signal);
    await eventually(() =>
      this.#api.get(path, z.unknown(), this.#signal).then(
        () => false,
        (error: unknown) => {
          if (isNotFound(error)) return true;
          throw error;
        },
      ),
    );
  }

  pod() {
    return this.#api.get(this.#path('pods'), podSchema, this.#signal);
  }

  /** What a program in the pod says. */
  async output(...command: string[]): Promise<string> {
    const where = { namespace: this.#api.cluster.namespace, pod: this.name, container: 'devenv' };
    const { exitCode, stdout, stderr } = await runCommand(this.#api, { ...where, command }, this.#signal);
    if (exitCode !== 0) throw new Error(`${command.join(' ')} ended with ${exitCode}: ${stderr}`);
    return Buffer.from(stdout).toString('utf8');
  }

  async status() {
    return statusSchema.parse(JSON.parse(await this.output('cat', '/run/slipway/status.json')));
  }

  log(): Promise<string> {
    const path = { namespace: this.#api.cluster.namespace, type: resources.pods, name: this.name, subresource: 'log' };
    return this.#api
      .text(`/api/v1/namespaces/${path.namespace}/pods/${path.name}/log`, {}, this.#signal)
      .then(({ text }) => text);
  }

  /** Makes a key pair, or gives the one of that name. */
  async keyPair(name: string): Promise<KeyPair> {
    const file = join(this.#folder, name);
    await readFile(file).catch(() => run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', file]));
    return { file, publicKey: await readFile(`${file}.pub`, 'utf8') };
  }

  /** Pins the host key of that name. */
  async trust(name: string): Promise<void> {
    const { publicKey } = await this.keyPair(name);
    await writeFile(join(this.#folder, 'known_hosts'), `${this.name} ${publicKey}`);
  }

  /** Changes the Secret as clients do: then the pod's annotation, so that the kubelet hands it on at once. */
  async changeSecret(stringData: Readonly<Record<string, string>>): Promise<void> {
    await this.#api.patch(this.#path('secrets'), { stringData }, { kind: 'merge' }, z.unknown(), this.#signal);
    const annotations = { 'slipway.dev/keys-changed': new Date().toISOString() };
    await this.#api.patch(
      this.#path('pods'),
      { metadata: { annotations } },
      { kind: 'merge' },
      z.unknown(),
      this.#signal,
    );
  }

  /** OpenSSH's own client, which believes nothing but the pinned host key. */
  ssh(args: readonly string[], key = 'client'): ChildProcessWithoutNullStreams {
    return spawn('ssh', [...this.#options(key), '-p', String(this.#port), ...args]);
  }

  /** What a command says over ssh, its errors after its output, and how it ended. */
  async over(command: string, key = 'client'): Promise<{ readonly text: string; readonly code: number | null }> {
    return finished(this.ssh(['dev@127.0.0.1', command], key));
  }

  /** OpenSSH's own scp. */
  scp(...files: string[]) {
    return finished(spawn('scp', [...this.#options('client'), '-P', String(this.#port), ...files]));
  }

  get folder(): string {
    return this.#folder;
  }

  async dispose(): Promise<void> {
    this.#server?.close();
    await rm(this.#folder, { recursive: true, force: true });
  }

  get #port(): number {
    return (this.#server?.address() as AddressInfo).port;
  }

  #options(key: string): string[] {
    const options = {
      UserKnownHostsFile: join(this.#folder, 'known_hosts'),
      HostKeyAlias: this.name,
      StrictHostKeyChecking: 'yes',
      IdentityFile: join(this.#folder, key),
      IdentitiesOnly: 'yes',
      BatchMode: 'yes',
      LogLevel: 'ERROR',
    };
    return ['-F', 'none', ...Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`])];
  }

  /** A port of this machine that leads to the pod's. */
  async #listen(): Promise<void> {
    const target = { namespace: this.#api.cluster.namespace, pod: this.name, port: 2222 };
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      portForward(this.#api, target, this.#signal).then(
        (stream) => {
          socket.pipe(stream).pipe(socket);
          stream.on('error', () => socket.destroy());
          socket.on('close', () => stream.destroy());
        },
        () => socket.destroy(),
      );
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    this.#server = server;
  }

  #path(type: 'pods' | 'secrets' | 'persistentVolumeClaims') {
    return { type: resources[type], namespace: this.#api.cluster.namespace, name: this.name };
  }

  async #create(type: 'pods' | 'secrets' | 'persistentVolumeClaims', rest: object): Promise<void> {
    const { name, ...path } = this.#path(type);
    const body = { apiVersion: 'v1', kind: path.type.kind, metadata: { name }, ...rest };
    await eventually(async () => {
      await this.#api.create(path, body, {}, z.unknown(), this.#signal).catch((error: unknown) => {
        // The namespace's service account comes a moment later.
        if (isAlreadyExists(error) || !/service account|serviceaccount/.test(String(error))) throw error;
        throw new NotYet();
      });
      return true;
    });
  }
}

/** What a program said until it ended. */
export async function finished(child: ChildProcessWithoutNullStreams) {
  let text = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (piece: string) => (text += piece));
  child.stderr.setEncoding('utf8').on('data', (piece: string) => (errors += piece));
  child.stdin.end();
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject).once('close', resolve);
  });
  return { text: text + errors, code };
}
