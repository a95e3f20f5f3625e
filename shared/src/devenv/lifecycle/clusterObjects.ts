import { resources, unlessMissing, type KubernetesApi, type ResourcePath } from '../../kubernetes/index.ts';
import * as z from 'zod';
import type { Claim, Pod, PodReading } from '../../targets/index.ts';
import { secretName } from '../names/index.ts';

/** Of a Secret its identity; its values get no further than this. */
export const secretSchema = z.object({
  metadata: z.object({
    name: z.string(),
    uid: z.string(),
    labels: z.record(z.string(), z.string()).default({}),
    ownerReferences: z.array(z.object({ uid: z.string() })).default([]),
  }),
});
export type SecretIdentity = z.output<typeof secretSchema>;

/** The three objects of a DevEnv, by its name, in the space of an API. */
export class DevEnvObjects {
  readonly api: KubernetesApi;
  readonly #reading: PodReading;

  constructor(api: KubernetesApi, reading: PodReading) {
    this.api = api;
    this.#reading = reading;
  }

  claimPath(name?: string): ResourcePath {
    return { type: resources.persistentVolumeClaims, namespace: this.api.cluster.namespace, name };
  }

  podPath(name?: string): ResourcePath {
    return { type: resources.pods, namespace: this.api.cluster.namespace, name };
  }

  /** @param name of the DevEnv */
  secretPath(name?: string): ResourcePath {
    const secret = name === undefined ? undefined : secretName(name);
    return { type: resources.secrets, namespace: this.api.cluster.namespace, name: secret };
  }

  claim(name: string, signal: AbortSignal): Promise<Claim | undefined> {
    return unlessMissing(() => this.api.get(this.claimPath(name), this.#reading.claimSchema, signal));
  }

  pod(name: string, signal: AbortSignal): Promise<Pod | undefined> {
    return unlessMissing(() => this.api.get(this.podPath(name), this.#reading.podSchema, signal));
  }

  secret(name: string, signal: AbortSignal): Promise<SecretIdentity | undefined> {
    return unlessMissing(() => this.api.get(this.secretPath(name), secretSchema, signal));
  }
}
