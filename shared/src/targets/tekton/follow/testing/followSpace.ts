import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WebSocket } from 'ws';
import { parse, stringify } from 'yaml';
import * as z from 'zod';
import { openCluster, resources, type KubernetesApi, type ResourceType } from '../../../../kubernetes/index.ts';
import { SlipwayError, type StepName, type TeamProfile } from '../../../../protocol/index.ts';
import { observeRun } from '../../observe/index.ts';
import { placeOf } from '../../space/runLocation.ts';
import { readRunFacts } from '../../space/runReading.ts';
import { objectSchema } from '../../submit/clusterObjects.ts';
import { smallProfile, TestSpace } from '../../submit/testing/testSpace.ts';
import { createRunFiles, type RunFiles, type RunFilesOptions } from '../index.ts';
import type { RunLocator, RunPlace } from '../runPlace.ts';

const settingsSchema = z.object({ kubeconfig: z.string() });
const tokenSchema = z.object({ status: z.object({ token: z.string() }) });

/** Nothing left, as the history tells of a run whose objects are gone. */
const gone: RunPlace = {
  uid: undefined,
  own: false,
  final: true,
  live: undefined,
  steps: new Map(),
  logSizes: undefined,
};

/** A namespace of its own with what reads runs in it; `dispose` removes all of it. */
export class FollowSpace {
  readonly space: TestSpace;
  /** WebSockets that were opened, oldest first. */
  readonly sockets: WebSocket[] = [];
  readonly api: KubernetesApi;
  readonly notes: string[] = [];
  readonly #places: RunLocator;
  readonly #folders: string[] = [];
  readonly #files: RunFiles[] = [];

  private constructor(space: TestSpace) {
    this.space = space;
    this.api = this.#watched(space.api);
    this.#places = this.locator();
  }

  static async open(signal: AbortSignal): Promise<FollowSpace> {
    return new FollowSpace(await TestSpace.open(signal, 'follow'));
  }

  get profile(): TeamProfile {
    return smallProfile;
  }

  locator(api: KubernetesApi = this.api): RunLocator {
    const places = new Map<string, { readonly at: number; readonly place: Promise<RunPlace> }>();
    const look = async (run: string, signal: AbortSignal): Promise<RunPlace> => {
      const facts = await readRunFacts(api, 'test-cluster', run, Date.now(), signal);
      return facts === undefined ? gone : placeOf(facts, observeRun(undefined, facts).final);
    };
    return {
      // The product answers from a watch, which costs nothing.
      locate: (run) => {
        const known = places.get(run);
        if (known !== undefined && Date.now() - known.at < 600) return known.place;
        const place = look(run, new AbortController().signal);
        places.set(run, { at: Date.now(), place });
        return place;
      },
    };
  }

  /** Reads runs as another core would: with a spool of its own unless `cacheDir` is given. */
  async files(given: Partial<RunFilesOptions> = {}): Promise<RunFiles> {
    const cacheDir = given.cacheDir ?? (await this.folder());
    const files = createRunFiles({
      api: this.api,
      profile: this.profile,
      scripts: this.space.scripts,
      // What a test waits for is what is read by then.
      locator: given.api === undefined ? this.#places : this.locator(given.api),
      onNote: (run, note) => this.notes.push(`${run}: ${note}`),
      onError: (error) => this.notes.push(`unexpected: ${String(error)}`),
      ...given,
      cacheDir,
    });
    this.#files.push(files);
    return files;
  }

  async folder(): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'slipway-follow-'));
    this.#folders.push(folder);
    return folder;
  }

  /** Creates any object in the space. */
  async create(type: ResourceType, body: object, signal: AbortSignal): Promise<void> {
    const { namespace } = this.space.objects;
    await this.api.create({ type, namespace }, body, {}, objectSchema, signal);
  }

  /** Access as somebody who may see runs, pods and logs, and nothing else. */
  async viewer(signal: AbortSignal): Promise<KubernetesApi> {
    const { namespace } = this.space.objects;
    const metadata = { name: 'viewer', namespace };
    const rights = 'rbac.authorization.k8s.io';
    const see = (group: string, kinds: readonly string[]) => ({
      apiGroups: [group],
      resources: kinds,
      verbs: ['get', 'list', 'watch'],
    });
    await this.create(resources.serviceAccounts, { apiVersion: 'v1', kind: 'ServiceAccount', metadata }, signal);
    const rules = [see('', ['pods', 'pods/log']), see('tekton.dev', ['pipelineruns', 'taskruns', 'customruns'])];
    await this.create(
      { group: rights, version: 'v1', plural: 'roles', kind: 'Role', namespaced: true },
      { apiVersion: `${rights}/v1`, kind: 'Role', metadata, rules },
      signal,
    );
    await this.create(
      { group: rights, version: 'v1', plural: 'rolebindings', kind: 'RoleBinding', namespaced: true },
      {
        apiVersion: `${rights}/v1`,
        kind: 'RoleBinding',
        metadata,
        roleRef: { apiGroup: rights, kind: 'Role', name: 'viewer' },
        subjects: [{ kind: 'ServiceAccount', ...metadata }],
      },
      signal,
    );
    const request = { type: resources.serviceAccounts, namespace, name: 'viewer', subresource: 'token' };
    const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} };
    const { status } = await this.api.create(request, body, {}, tokenSchema, signal);
    const folder = await this.folder();
    const kubeconfig = join(folder, 'kubeconfig');
    const { kubeconfig: admins } = settingsSchema.parse(
      JSON.parse(await readFile(process.env.SLIPWAY_TEST_CLUSTER ?? '', 'utf8')),
    );
    const config = parse(await readFile(admins, 'utf8')) as { users: { name: string; user: object }[] };
    const users = config.users.map(({ name }) => ({ name, user: { token: status.token } }));
    await writeFile(kubeconfig, stringify({ ...config, users }), { mode: 0o600 });
    return openCluster({ context: 'test-cluster', kubeconfig, namespace, env: {}, homedir: folder, signal });
  }

  place(run: string, signal: AbortSignal): Promise<RunPlace> {
    return this.#places.locate(run, signal);
  }

  async untilFinal(run: string, signal: AbortSignal): Promise<RunPlace> {
    return this.space.until(async () => {
      const place = await this.place(run, signal);
      return place.final ? place : undefined;
    }, signal);
  }

  async untilLive(run: string, signal: AbortSignal): Promise<RunPlace> {
    return this.space.until(async () => {
      const place = await this.place(run, signal);
      return place.live === undefined ? undefined : place;
    }, signal);
  }

  async dispose(signal: AbortSignal): Promise<void> {
    await Promise.all(this.#files.map((files) => files.dispose()));
    await this.space.dispose(signal);
    await Promise.all(
      this.#folders.map((folder) => rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })),
    );
  }

  #watched(api: KubernetesApi): KubernetesApi {
    const connect: KubernetesApi['connect'] = async (...request) => {
      const socket = await api.connect(...request);
      this.sockets.push(socket);
      return socket;
    };
    return new Proxy(api, {
      get: (target, name) => {
        if (name === 'connect') return connect;
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      },
    });
  }
}

export interface ReadLog {
  readonly bytes: number;
  readonly lines: number;
  readonly sha256: string;
}

/** Reads a log page by page, as clients do, until `over` says that nothing more comes and all is read. */
export async function readWholeLog(
  files: RunFiles,
  run: string,
  step: StepName,
  over: () => Promise<boolean>,
  signal: AbortSignal,
): Promise<ReadLog> {
  const hash = createHash('sha256');
  let offset = 0;
  let lines = 0;
  while (true) {
    const last = await over();
    const chunk = await files.logChunk(run, step, offset, 262_144, signal);
    if (chunk.offset !== offset) throw new SlipwayError('internal', `read at ${chunk.offset}, not at ${offset}`);
    hash.update(chunk.bytes);
    offset += chunk.bytes.length;
    for (const byte of chunk.bytes) if (byte === 10) lines += 1;
    if (chunk.bytes.length > 0) continue;
    if (last) return { bytes: offset, lines, sha256: hash.digest('hex') };
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

export async function hashOf(content: AsyncIterable<Uint8Array>): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of content) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  return { bytes, sha256: hash.digest('hex') };
}
