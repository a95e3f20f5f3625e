import * as z from 'zod';
import {
  isAlreadyExists,
  isConflict,
  listWhole,
  unlessMissing,
  type KubernetesApi,
  type Query,
  type ResourcePath,
  type ResourceType,
} from '../../../kubernetes/index.ts';
import { SlipwayError } from '../../../protocol/index.ts';
import { objectSchema, type ClusterObject, type Metadata, type Owner } from './clusterObjects.ts';

/** The objects of one namespace: the few requests that submission, cancel and prune are made of. */
export class SpaceObjects {
  readonly api: KubernetesApi;
  readonly namespace: string;

  constructor(api: KubernetesApi) {
    this.api = api;
    this.namespace = api.cluster.namespace;
  }

  path(type: ResourceType, name?: string, subresource?: string): ResourcePath {
    return { type, namespace: this.namespace, name, subresource };
  }

  /** Undefined when it is not there. */
  async find<S extends z.ZodType>(
    type: ResourceType,
    name: string,
    schema: S,
    signal: AbortSignal,
  ): Promise<z.output<S> | undefined> {
    return unlessMissing(() => this.api.get(this.path(type, name), schema, signal));
  }

  async list<S extends z.ZodType>(
    type: ResourceType,
    labelSelector: string,
    schema: S,
    signal: AbortSignal,
  ): Promise<readonly z.output<S>[]> {
    return listWhole(this.api, this.path(type), { labelSelector }, schema, signal);
  }

  /** Undefined when the name is taken. */
  async create(type: ResourceType, body: unknown, signal: AbortSignal): Promise<ClusterObject | undefined> {
    try {
      return await this.api.create(this.path(type), body, {}, objectSchema, signal);
    } catch (error) {
      if (isAlreadyExists(error)) return undefined;
      throw error;
    }
  }

  /**
   * Adds an owner; those that it has stay. Neither `controller` nor `blockOwnerDeletion`: the latter needs rights on the
   * owner's finalizers.
   */
  async addOwner(type: ResourceType, name: string, owner: Owner, signal: AbortSignal): Promise<ClusterObject> {
    const { apiVersion, kind, uid } = owner;
    const body = { metadata: { ownerReferences: [{ apiVersion, kind, name: owner.name, uid }] } };
    // A strategic merge goes by uid, so that adding twice is adding once and nobody else's reference is lost.
    return this.api.patch(this.path(type, name), body, { kind: 'strategic' }, objectSchema, signal);
  }

  /** False when it was gone already, or another one of its name stood there. */
  async remove(
    type: ResourceType,
    { name, uid }: { readonly name: string; readonly uid?: string | undefined },
    signal: AbortSignal,
    propagationPolicy: 'Background' | 'Foreground' = 'Background',
  ): Promise<boolean> {
    try {
      const options = { propagationPolicy, ...(uid !== undefined && { uid }) };
      return await this.api.delete(this.path(type, name), options, signal);
    } catch (error) {
      if (uid !== undefined && isConflict(error)) return false;
      throw error;
    }
  }

  /** Whether it is there, without its content: a Secret's values stay where they are, and a large ConfigMap too. */
  async exists(type: ResourceType, name: string, signal: AbortSignal): Promise<boolean> {
    const read = () => this.#partial(this.path(type, name), {}, 'PartialObjectMetadata', objectSchema, signal);
    return (await unlessMissing(read)) !== undefined;
  }

  /** All objects of a type, without their content. */
  async metadata(
    type: ResourceType,
    labelSelector: string | undefined,
    signal: AbortSignal,
  ): Promise<readonly Metadata[]> {
    const all: Metadata[] = [];
    let next: string | undefined;
    do {
      const query = { limit: 500, labelSelector, continue: next };
      const page = await this.#partial(this.path(type), query, 'PartialObjectMetadataList', metadataListSchema, signal);
      all.push(...(page.items ?? []).map(({ metadata }) => metadata));
      next = page.metadata.continue === '' ? undefined : page.metadata.continue;
    } while (next !== undefined);
    return all;
  }

  async #partial<S extends z.ZodType>(
    path: ResourcePath,
    query: Query,
    kind: string,
    schema: S,
    signal: AbortSignal,
  ): Promise<z.output<S>> {
    const stream = await this.api.stream(
      path,
      query,
      { accept: `application/json;as=${kind};g=meta.k8s.io;v=v1` },
      signal,
    );
    const chunks: Uint8Array[] = [];
    try {
      for await (const chunk of stream) chunks.push(chunk);
    } finally {
      stream.destroy();
    }
    return checked(Buffer.concat(chunks).toString('utf8'), schema, this.api.cluster.server);
  }
}

const metadataListSchema = z.object({
  metadata: z.object({ continue: z.string().optional() }).default({}),
  items: z.array(objectSchema).nullish(),
});

function checked<S extends z.ZodType>(text: string, schema: S, server: string): z.output<S> {
  try {
    return schema.parse(JSON.parse(text));
  } catch (error) {
    throw new SlipwayError('cluster.protocol', `${server} answered with something that is no list of objects.`, {
      action: 'Check that the address in the kubeconfig is that of a Kubernetes API server.',
      cause: error,
    });
  }
}
