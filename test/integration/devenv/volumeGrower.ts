import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { adminRequest } from '../cluster/adminRequest.ts';
import type { ClusterMachine } from '../cluster/clusterMachine.ts';

const claimsSchema = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string() }),
      spec: z.object({
        storageClassName: z.string().optional(),
        volumeName: z.string().optional(),
        resources: z.object({ requests: z.object({ storage: z.string() }) }),
      }),
      status: z.object({ capacity: z.object({ storage: z.string() }).optional() }),
    }),
  ),
});

/** The part of a storage driver that enlarges volumes (external-resizer), for the claims of a space with one class. */
export class VolumeGrower {
  readonly #machine: ClusterMachine;
  readonly #storageClass: string;
  readonly #stopping = new AbortController();
  readonly #ended: Promise<void>;
  #isHeld = true;

  /** Enlarges nothing before it is told to. */
  constructor(machine: ClusterMachine, storageClass: string) {
    this.#machine = machine;
    this.#storageClass = storageClass;
    this.#ended = this.#work();
  }

  begin(): void {
    this.#isHeld = false;
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#ended;
  }

  async #work(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      if (!this.#isHeld) await this.#look();
      await sleep(200);
    }
  }

  async #look(): Promise<void> {
    const { cluster, namespace } = this.#machine;
    const path = `/api/v1/namespaces/${namespace}/persistentvolumeclaims`;
    const { items } = claimsSchema.parse(await adminRequest(cluster.kubeconfig, 'GET', path));
    for (const { metadata, spec, status } of items) {
      const { storage } = spec.resources.requests;
      const isOurs = spec.storageClassName === this.#storageClass && spec.volumeName !== undefined;
      if (!isOurs || status.capacity === undefined || status.capacity.storage === storage) continue;
      const capacity = { storage };
      // First the volume, then what is said of it to whoever asked.
      await this.#patch('pv', spec.volumeName ?? '', { spec: { capacity } });
      await this.#patch('pvc', metadata.name, { status: { capacity } }, '--subresource=status');
    }
  }

  #patch(kind: string, name: string, patch: object, ...more: readonly string[]): Promise<string> {
    return this.#machine.kubectl('patch', kind, name, ...more, '--type=merge', '-p', JSON.stringify(patch));
  }
}
