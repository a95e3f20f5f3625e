import type { Duplex } from 'node:stream';
import type * as z from 'zod';
import type { WebSocket } from 'ws';

/** One type of API object, as its path is built: `/apis/GROUP/VERSION/namespaces/NS/PLURAL`; group "" is `/api/v1`. */
export interface ResourceType {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly kind: string;
  readonly namespaced: boolean;
}

/** What a request is about. Without `name` it is about the collection; without `namespace` about all of them. */
export interface ResourcePath {
  readonly type: ResourceType;
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
  /** `log`, `exec`, `portforward`, `status`. */
  readonly subresource?: string | undefined;
}

export type Query = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;

/** Whom and what a client talks to, for error messages; holds no secret. */
export interface ClusterIdentity {
  /** Slipway's context. */
  readonly context: string;
  /** `https://host:6443`, without user info. */
  readonly server: string;
  /** The kubeconfig user's name, or who the API said we are. */
  readonly user: string;
  /** The space. */
  readonly namespace: string;
}

export interface ListOptions {
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly limit?: number;
  readonly continue?: string;
  readonly resourceVersion?: string;
}

export interface WriteOptions {
  /** Everything but the storing: admission, quota, schema. */
  readonly dryRun?: boolean;
}

export interface PatchOptions extends WriteOptions {
  readonly kind: 'merge' | 'json' | 'strategic';
}

export interface DeleteOptions {
  readonly propagationPolicy?: 'Background' | 'Foreground' | 'Orphan';
  readonly gracePeriodSeconds?: number;
  /** Delete only this incarnation. */
  readonly uid?: string;
}

/** A page of a list as the API gives it. */
export interface ObjectList<T> {
  readonly items: readonly T[];
  readonly resourceVersion: string;
  /** Where to go on; empty at the end. */
  readonly continue: string;
}

/**
 * One cluster as one user, over one pool of keep-alive connections. Every answer is checked against a schema; every
 * failure is a SlipwayError that names cluster, user, verb, object and what to do (`errors.ts`); a 401 is answered once with
 * fresh credentials. Writes always ask for `fieldValidation=Strict`.
 */
export interface KubernetesApi {
  readonly cluster: ClusterIdentity;

  get<S extends z.ZodType>(path: ResourcePath, schema: S, signal: AbortSignal): Promise<z.output<S>>;
  /** One page. `listAll` in list.ts goes through all of them. */
  list<S extends z.ZodType>(
    path: ResourcePath,
    options: ListOptions,
    itemSchema: S,
    signal: AbortSignal,
  ): Promise<ObjectList<z.output<S>>>;
  create<S extends z.ZodType>(
    path: ResourcePath,
    body: unknown,
    options: WriteOptions,
    schema: S,
    signal: AbortSignal,
  ): Promise<z.output<S>>;
  replace<S extends z.ZodType>(
    path: ResourcePath,
    body: unknown,
    options: WriteOptions,
    schema: S,
    signal: AbortSignal,
  ): Promise<z.output<S>>;
  patch<S extends z.ZodType>(
    path: ResourcePath,
    body: unknown,
    options: PatchOptions,
    schema: S,
    signal: AbortSignal,
  ): Promise<z.output<S>>;
  /** False when it was not there. */
  delete(path: ResourcePath, options: DeleteOptions, signal: AbortSignal): Promise<boolean>;

  /** GET of any path such as `/version` or `/readyz`, as text; `date` is the server's clock (epoch ms), for clock skew. */
  text(
    path: string,
    query: Query,
    signal: AbortSignal,
  ): Promise<{ readonly text: string; readonly date: number | undefined }>;

  /** A long answer (watch, log) as it arrives. Resolves when the headers are there and were good. */
  stream(path: ResourcePath, query: Query, options: StreamOptions, signal: AbortSignal): Promise<ApiStream>;
  /**
   * Upgrades to a WebSocket (exec, portforward) that speaks one of `protocols`. Open when it resolves; an error handler is
   * attached. The caller closes it.
   */
  connect(path: ResourcePath, query: Query, protocols: readonly string[], signal: AbortSignal): Promise<WebSocket>;

  /**
   * Upgrades to the protocol that `headers` ask for (`connection` and `upgrade` among them), which the caller speaks. An error handler is
   * attached. The caller destroys it.
   */
  upgrade(
    path: ResourcePath,
    query: Query,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<Duplex>;

  /** Breaks off everything that is open: whoever asked is not who asks from now on. The next request connects anew. */
  disconnect(): void;

  /** Closes all connections. */
  dispose(): void;
}

export interface StreamOptions {
  /** `Accept`, for Table watches; default `application/json`. */
  readonly accept?: string;
  /** Ends the stream with an error after so long without a byte; undefined waits for ever. */
  readonly silenceMs?: number;
}

export interface ApiStream extends AsyncIterable<Uint8Array> {
  /** Ends it; idempotent. */
  destroy(): void;
}
