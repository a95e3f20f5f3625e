import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import * as z from 'zod';
import type { ClusterAccess } from './access.ts';
import type {
  ApiStream,
  ClusterIdentity,
  DeleteOptions,
  KubernetesApi,
  ListOptions,
  ObjectList,
  PatchOptions,
  Query,
  ResourcePath,
  StreamOptions,
  WriteOptions,
} from './api.ts';
import { type Clock, systemClock } from './clock.ts';
import { type Attempt, explainFailure, isNotFound, notUnderstood } from './errors.ts';
import { pathOf, queryOf } from './paths.ts';
import { serverDate } from './transport/answerFailure.ts';
import { defaultLimits, type TransportLimits } from './transport/limits.ts';
import { ResponseStream } from './transport/responseStream.ts';
import { Transport, type TransportRequest } from './transport/transport.ts';
import { SlipwayError } from '../protocol/index.ts';

export interface KubernetesApiOptions {
  readonly cluster: ClusterIdentity;
  readonly access: ClusterAccess;
  readonly clock?: Clock;
  readonly limits?: Partial<TransportLimits>;
}

/** Access to one cluster as one user. The caller disposes it. */
export function createKubernetesApi(options: KubernetesApiOptions): KubernetesApi {
  return new HttpKubernetesApi(options);
}

const json = { accept: 'application/json', 'accept-encoding': 'gzip' };
const patchTypes = {
  merge: 'application/merge-patch+json',
  json: 'application/json-patch+json',
  strategic: 'application/strategic-merge-patch+json',
} as const;

const listSchema = z.object({
  metadata: z.object({ resourceVersion: z.string().default(''), continue: z.string().default('') }),
  items: z.array(z.unknown()).nullish(),
});

const namedSchema = z.object({ metadata: z.object({ name: z.string() }) });

class HttpKubernetesApi implements KubernetesApi {
  readonly cluster: ClusterIdentity;
  readonly #transport: Transport;
  readonly #clock: Clock;
  #disposed = false;

  constructor(options: KubernetesApiOptions) {
    this.cluster = options.cluster;
    this.#clock = options.clock ?? systemClock;
    this.#transport = new Transport(options.access, this.#clock, { ...defaultLimits, ...options.limits });
  }

  async get<S extends z.ZodType>(path: ResourcePath, schema: S, signal: AbortSignal): Promise<z.output<S>> {
    const attempt = this.#attempt('get', path);
    return this.#checked(await this.#read(attempt, pathOf(path), signal), schema, attempt);
  }

  async list<S extends z.ZodType>(
    path: ResourcePath,
    options: ListOptions,
    itemSchema: S,
    signal: AbortSignal,
  ): Promise<ObjectList<z.output<S>>> {
    const attempt = this.#attempt('list', path);
    const body = await this.#read(attempt, pathOf(path) + queryOf({ ...options }), signal);
    const { metadata, items } = this.#checked(body, listSchema, attempt);
    return { items: this.#checked(items ?? [], z.array(itemSchema), attempt), ...metadata };
  }

  create<S extends z.ZodType>(
    path: ResourcePath,
    body: unknown,
    options: WriteOptions,
    schema: S,
    signal: AbortSignal,
  ): Promise<z.output<S>> {
    return this.#write('create', 'POST', path, body, options, 'application/json', schema, signal);
  }

  replace<S extends z.ZodType>(
    path: ResourcePath,
    body: unknown,
    options: WriteOptions,
    schema: S,
    signal: AbortSignal,
  ): Promise<z.output<S>> {
    return this.#write('update', 'PUT', path, body, options, 'application/json', schema, signal);
  }

  patch<S extends z.ZodType>(
    path: ResourcePath,
    body: unknown,
    options: PatchOptions,
    schema: S,
    signal: AbortSignal,
  ): Promise<z.output<S>> {
    return this.#write('patch', 'PATCH', path, body, options, patchTypes[options.kind], schema, signal);
  }

  async delete(path: ResourcePath, options: DeleteOptions, signal: AbortSignal): Promise<boolean> {
    const attempt = this.#attempt('delete', path);
    if (path.name === undefined) {
      // Without a name it would be the whole collection.
      throw new SlipwayError('internal', `There was no name to ${attempt.verb} in ${path.type.plural}.`);
    }
    const body = {
      apiVersion: 'v1',
      kind: 'DeleteOptions',
      ...(options.propagationPolicy === undefined ? {} : { propagationPolicy: options.propagationPolicy }),
      ...(options.gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds: options.gracePeriodSeconds }),
      ...(options.uid === undefined ? {} : { preconditions: { uid: options.uid } }),
    };
    try {
      await this.#text(
        attempt,
        { method: 'DELETE', target: pathOf(path), ...jsonBody(body), repeatable: true },
        signal,
      );
      return true;
    } catch (error) {
      if (isNotFound(error)) return false;
      throw error;
    }
  }

  async text(path: string, query: Query, signal: AbortSignal) {
    const attempt: Attempt = { cluster: this.cluster, verb: 'get', url: path };
    const headers = { accept: '*/*', 'accept-encoding': 'gzip' };
    const request = { method: 'GET', target: path + queryOf(query), headers, repeatable: true } as const;
    return this.#text(attempt, request, signal);
  }

  async stream(path: ResourcePath, query: Query, options: StreamOptions, signal: AbortSignal): Promise<ApiStream> {
    const attempt = this.#attempt(query.watch === undefined ? 'get' : 'watch', path);
    const target = pathOf(path) + queryOf(query);
    const headers = { accept: options.accept ?? 'application/json' };
    const response = await this.#explaining(attempt, signal, () =>
      this.#transport.send({ method: 'GET', target, headers, repeatable: true }, signal),
    );
    return new ResponseStream(response, options.silenceMs, signal, (error) => this.#explain(error, attempt, signal));
  }

  connect(path: ResourcePath, query: Query, protocols: readonly string[], signal: AbortSignal): Promise<WebSocket> {
    const attempt = this.#attempt('create', path);
    return this.#explaining(attempt, signal, () =>
      this.#transport.connect(pathOf(path) + queryOf(query), protocols, signal),
    );
  }

  upgrade(
    path: ResourcePath,
    query: Query,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<Duplex> {
    const attempt = this.#attempt('create', path);
    return this.#explaining(attempt, signal, () =>
      this.#transport.upgrade(pathOf(path) + queryOf(query), headers, signal),
    );
  }

  disconnect(): void {
    this.#transport.disconnect();
  }

  dispose(): void {
    this.#disposed = true;
    this.#transport.dispose();
  }

  async #write<S extends z.ZodType>(
    verb: string,
    method: 'POST' | 'PUT' | 'PATCH',
    path: ResourcePath,
    body: unknown,
    options: WriteOptions,
    type: string,
    schema: S,
    signal: AbortSignal,
  ): Promise<z.output<S>> {
    const attempt = this.#attempt(verb, { ...path, name: path.name ?? nameOf(body) });
    const dryRun = options.dryRun === true;
    const query = queryOf({ fieldValidation: 'Strict', fieldManager: 'slipway', dryRun: dryRun ? 'All' : undefined });
    const request = { method, target: pathOf(path) + query, ...jsonBody(body, type), repeatable: dryRun };
    const { text } = await this.#text(attempt, request, signal);
    return this.#checked(this.#parse(text, attempt), schema, attempt);
  }

  async #read(attempt: Attempt, target: string, signal: AbortSignal): Promise<unknown> {
    const { text } = await this.#text(attempt, { method: 'GET', target, headers: json, repeatable: true }, signal);
    return this.#parse(text, attempt);
  }

  /** The body of a successful answer, and the server's clock. */
  #text(attempt: Attempt, request: TransportRequest, signal: AbortSignal) {
    return this.#explaining(attempt, signal, async () => {
      const response = await this.#transport.send(request, signal);
      return { text: await this.#transport.text(response, signal), date: serverDate(response) };
    });
  }

  #parse(text: string, attempt: Attempt): unknown {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      // The parser's own error quotes the text, which may be a Secret's.
      throw notUnderstood(/^\s*</.test(text) ? 'it is a web page, not JSON' : 'it is not JSON', attempt);
    }
  }

  #checked<S extends z.ZodType>(value: unknown, schema: S, attempt: Attempt): z.output<S> {
    const result = schema.safeParse(value);
    if (result.success) return result.data;
    const [issue] = result.error.issues;
    const where = issue === undefined || issue.path.length === 0 ? 'the answer' : issue.path.map(String).join('.');
    throw notUnderstood(`${where}: ${issue?.message ?? 'invalid'}`, attempt, result.error);
  }

  async #explaining<T>(attempt: Attempt, signal: AbortSignal, act: () => Promise<T>): Promise<T> {
    try {
      return await act();
    } catch (error) {
      throw this.#explain(error, attempt, signal);
    }
  }

  #explain(error: unknown, attempt: Attempt, signal: AbortSignal): SlipwayError {
    if (this.#disposed) return new SlipwayError('cancelled', 'The operation was cancelled.', { cause: error });
    return explainFailure(error, attempt, signal, this.#clock.now());
  }

  #attempt(verb: string, path: ResourcePath): Attempt {
    return { cluster: this.cluster, verb, path };
  }
}

function jsonBody(value: unknown, type = 'application/json') {
  const body = Buffer.from(JSON.stringify(value), 'utf8');
  // Node sets no length by itself for a DELETE.
  return { headers: { ...json, 'content-type': type, 'content-length': String(body.length) }, body };
}

/** The name in a body, for messages; a create has none in its path. */
function nameOf(body: unknown): string | undefined {
  return namedSchema.safeParse(body).data?.metadata.name;
}
