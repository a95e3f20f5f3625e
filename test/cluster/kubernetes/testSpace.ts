import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { isAlreadyExists, openCluster, resources, type KubernetesApi } from '../../../shared/src/kubernetes/index.ts';
import { startFaultProxy, type FaultProxy } from '../faultProxy.ts';

const settingsSchema = z.object({ kubeconfig: z.string() });

function openSpace(kubeconfig: string, namespace: string, homedir: string): Promise<KubernetesApi> {
  const signal = AbortSignal.timeout(120_000);
  return openCluster({ context: 'test-cluster', kubeconfig, namespace, env: {}, homedir, signal });
}

/** A namespace of its own on the test cluster, reached directly and through a fault proxy. */
export class TestSpace {
  readonly namespace: string;
  /** Straight to the API server. */
  readonly api: KubernetesApi;
  /** Through the proxy. */
  readonly proxied: KubernetesApi;
  readonly proxy: FaultProxy;
  readonly #folder: string;
  readonly #stop = new AbortController();

  private constructor(apis: readonly [KubernetesApi, KubernetesApi], proxy: FaultProxy, folder: string) {
    [this.api, this.proxied] = apis;
    this.namespace = this.api.cluster.namespace;
    this.proxy = proxy;
    this.#folder = folder;
  }

  static async open(name: string): Promise<TestSpace> {
    const file = process.env.SLIPWAY_TEST_CLUSTER;
    if (file === undefined) throw new Error('SLIPWAY_TEST_CLUSTER names no file');
    const { kubeconfig } = settingsSchema.parse(JSON.parse(await readFile(file, 'utf8')));
    const folder = await mkdtemp(join(tmpdir(), 'slipway-kubernetes-'));
    const proxy = await startFaultProxy({ kubeconfig, folder });
    const namespace = `${name}-${randomBytes(3).toString('hex')}`;
    const open = (path: string) => openSpace(path, namespace, folder);
    const space = new TestSpace([await open(kubeconfig), await open(proxy.kubeconfig)], proxy, folder);
    const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } };
    await space.api.create({ type: resources.namespaces }, body, {}, z.unknown(), space.signal);
    return space;
  }

  /** Another client through the proxy, which knows nothing yet. The caller disposes it. */
  openProxied(): Promise<KubernetesApi> {
    return openSpace(this.proxy.kubeconfig, this.namespace, this.#folder);
  }

  /** Aborted when the space is disposed. */
  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  /**
   * Makes a pod that runs a shell script in container `main`, and waits until it has started. One of that name goes
   * first.
   */
  async startPod(name: string, script: string, more: { readonly wait?: boolean } = {}): Promise<void> {
    const path = { type: resources.pods, namespace: this.namespace };
    const container = {
      name: 'main',
      image: 'testbed.local/runner:1',
      command: ['bash', '-c', script],
      resources: { requests: { cpu: '10m', memory: '64Mi' } },
    };
    const body = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name },
      spec: { restartPolicy: 'Never', terminationGracePeriodSeconds: 0, containers: [container] },
    };
    // The namespace's default service account comes a moment after the namespace.
    await eventually(async () => {
      await this.api.create(path, body, {}, z.unknown(), this.signal).catch(async (error: unknown) => {
        if (isAlreadyExists(error)) await this.api.delete({ ...path, name }, { gracePeriodSeconds: 0 }, this.signal);
        else if (!/service account|serviceaccount/.test(String(error))) throw error;
        throw new NotYet();
      });
      return true;
    });
    if (more.wait === false) return;
    const phase = z.object({ status: z.object({ phase: z.string() }) });
    await eventually(
      async () => (await this.api.get({ ...path, name }, phase, this.signal)).status.phase !== 'Pending',
    );
  }

  async dispose(): Promise<void> {
    await this.api.delete({ type: resources.namespaces, name: this.namespace }, {}, AbortSignal.timeout(120_000));
    this.#stop.abort();
    this.proxied.dispose();
    this.api.dispose();
    await this.proxy.dispose();
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }
}

/** What `eventually` asks again after. */
export class NotYet extends Error {}

/** Before the test's own limit, which would not say what was waited for. */
const eventuallyMs = 300_000;

/** Asks again until it is true. @throws Error that shows the question where it does not become so */
export async function eventually(ask: () => Promise<boolean> | boolean): Promise<void> {
  for (const end = Date.now() + eventuallyMs; ;) {
    try {
      if (await ask()) return;
    } catch (error) {
      if (!(error instanceof NotYet)) throw error;
    }
    if (Date.now() > end) throw new Error(`not within ${eventuallyMs / 1000} s: ${String(ask)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
