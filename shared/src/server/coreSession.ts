import {
  type NotificationName,
  type NotificationParams,
  protocolVersion,
  type RequestHandlers,
  SlipwayError,
  type Submission,
} from '../protocol/index.ts';
import type { RunChange, RunReference } from '../runs/index.ts';
import type { Disposable, DoctorProgress } from '../targets/index.ts';
import type { CoreEnvironment } from './core.ts';
import { contextHandlers } from './contexts/contextHandlers.ts';
import { identityHandlers } from './contexts/identityHandlers.ts';
import type { CoreServices } from './coreServices.ts';
import { devEnvHandlers } from './devenvs/devEnvHandlers.ts';
import type { CoreSession, HostFiles, NotificationListener } from './session.ts';

/** One client's view of the services: its watches, its notifications, its files. */
export function openCoreSession(
  services: CoreServices,
  environment: CoreEnvironment,
  hostFiles: HostFiles | undefined,
): CoreSession {
  return new Session(services, environment, hostFiles);
}

class Session implements CoreSession {
  readonly handlers: RequestHandlers;
  readonly #services: CoreServices;
  readonly #environment: CoreEnvironment;
  readonly #name: string;
  readonly #listeners = new Set<NotificationListener>();
  readonly #watches = new Map<string, Disposable>();
  readonly #ends: (() => void)[] = [];
  readonly #shared: Disposable;
  #host = 'slipway';
  #disposed = false;

  constructor(services: CoreServices, environment: CoreEnvironment, hostFiles: HostFiles | undefined) {
    this.#services = services;
    this.#environment = environment;
    this.#name = environment.randomHex(8);
    if (hostFiles !== undefined) services.addHost(this.#name, hostFiles);
    this.#shared = services.onNotification((name, params) => this.#notify(name, params));
    this.handlers = {
      ...this.#ownHandlers(),
      ...jobHandlers,
      ...this.#runHandlers(),
      ...this.#artifactHandlers(),
      ...contextHandlers(services, environment.configDir),
      ...identityHandlers(services, {
        openedBy: () => this.#host,
        notify: (name, params) => this.#notify(name, params),
        now: environment.now,
      }),
      ...devEnvHandlers({
        services,
        environment,
        notify: (name, params) => this.#notify(name, params),
        onEnd: (end) => this.#ends.push(end),
      }),
    };
  }

  readonly onNotification = (listener: NotificationListener): Disposable => {
    this.#listeners.add(listener);
    return { dispose: () => this.#listeners.delete(listener) };
  };

  readonly dispose = (): Promise<void> => {
    this.#disposed = true;
    for (const watch of this.#watches.values()) watch.dispose();
    this.#watches.clear();
    for (const end of this.#ends.splice(0)) end();
    this.#shared.dispose();
    this.#listeners.clear();
    this.#services.removeHost(this.#name);
    return Promise.resolve();
  };

  #ownHandlers(): Pick<RequestHandlers, 'initialize' | 'ping' | 'shutdown' | 'doctor' | 'runs/watch' | 'runs/unwatch'> {
    const { version } = this.#environment;
    return {
      initialize: async ({ host }) => {
        this.#services.startedBy(host.name);
        this.#host = host.name;
        const { targets } = await this.#services.contexts();
        await this.#services.followContexts();
        return {
          protocolVersion,
          core: { version, node: process.version, pid: process.pid },
          contexts: [...targets.keys()],
        };
      },
      ping: () => Promise.resolve({}),
      shutdown: async () => {
        await this.dispose();
        return {};
      },
      doctor: async ({ context, id }, signal) => {
        const target = await this.#services.target(context ?? 'local');
        const { isClusterTarget, localDoctor } = await import('../targets/index.ts');
        const progress = id === undefined ? undefined : this.#doctorProgress(id);
        if (isClusterTarget(target)) return { checks: [...(await target.doctor(signal, progress))] };
        return { checks: [...(await localDoctor(this.#environment, signal, progress))] };
      },
      'runs/watch': async ({ context, run }) => ({ watch: await this.#watch(context, run) }),
      'runs/unwatch': ({ watch }) => {
        this.#watches.get(watch)?.dispose();
        this.#watches.delete(watch);
        return Promise.resolve({});
      },
    };
  }

  #doctorProgress(id: string): DoctorProgress {
    return {
      looking: (name) => this.#notify('doctor/looking', { id, name }),
      checked: (check) => this.#notify('doctor/checked', { id, check }),
    };
  }

  #runHandlers(): Pick<
    RequestHandlers,
    | 'jobs/plan'
    | 'jobs/manifest'
    | 'jobs/preflight'
    | 'runs/submit'
    | 'runs/submitManifest'
    | 'runs/prune'
    | 'runs/recall'
    | 'contexts/secrets'
    | 'runs/list'
    | 'runs/get'
    | 'runs/cancel'
    | 'runs/rerun'
    | 'runs/retry'
    | 'runs/delete'
    | 'logs/read'
    | 'runs/spec'
    | 'runs/links'
    | 'logs/tail'
    | 'logs/scan'
  > {
    const runs = () => this.#services.runs();
    return {
      'jobs/plan': async (submission, signal) => (await runs()).plan(this.#ownFolder(submission), signal),
      'jobs/manifest': async (submission, signal) => ({
        manifest: await (await runs()).manifest(this.#ownFolder(submission), signal),
      }),
      'jobs/preflight': async (submission, signal) => ({
        checks: [...(await (await runs()).preflight(this.#ownFolder(submission), signal))],
      }),
      'runs/submitManifest': async ({ context, manifest }, signal) =>
        (await runs()).submitManifest(context, manifest, signal),
      'runs/recall': async ({ context }, signal) => ({ recalled: [...(await (await runs()).recall(context, signal))] }),
      'contexts/secrets': async ({ context }, signal) => ({
        secrets: [...(await (await runs()).secretNames(context, signal))],
      }),
      'runs/prune': async ({ context, ...request }, signal) => ({
        removed: [...(await (await runs()).prune(context, request, signal))],
      }),
      'runs/submit': async (submission, signal) => {
        const onProgress = (text: string): void => this.#notify('submit/progress', { text });
        return (await runs()).submit(this.#ownFolder(submission), onProgress, signal);
      },
      'runs/list': async (request, signal) => ({ runs: await (await runs()).list(request, signal) }),
      'runs/get': async (reference, signal) => (await runs()).get(reference, signal),
      'runs/cancel': async (reference, signal) => (await runs()).cancel(reference, signal),
      'runs/rerun': async ({ changes, unset = [], ...reference }, signal) => {
        const taken = Object.fromEntries(unset.map((field) => [field, null]));
        return (await runs()).rerun(reference, { ...changes, ...taken }, signal);
      },
      'runs/retry': async ({ from, ...reference }, signal) => (await runs()).retry(reference, from, signal),
      'runs/delete': async (reference, signal) => {
        await (await runs()).delete(reference, signal);
        return {};
      },
      'logs/read': async (request, signal) => (await runs()).readLog(request, signal),
      'logs/tail': async (request, signal) => (await runs()).tailLog(request, signal),
      'logs/scan': async (request, signal) => (await runs()).scanLog(request, signal),
      'runs/spec': async (reference, signal) => (await runs()).spec(reference, signal),
      'runs/links': async (reference, signal) => ({ links: [...(await (await runs()).links(reference, signal))] }),
    };
  }

  #artifactHandlers(): Pick<
    RequestHandlers,
    'artifacts/list' | 'artifacts/read' | 'artifacts/tests' | 'artifacts/coverage' | 'artifacts/failedCell'
  > {
    const found = async (reference: RunReference, signal: AbortSignal) => {
      const [service, runs] = await Promise.all([this.#services.artifacts(), this.#services.runs()]);
      const { target, run } = await runs.find(reference, signal);
      return { service, context: target.context, run };
    };
    return {
      'artifacts/list': async (reference, signal) => {
        const { service, context, run } = await found(reference, signal);
        return { artifacts: [...(await service.list(context, run, signal))] };
      },
      'artifacts/read': async ({ path, offset, length, ...reference }, signal) => {
        const { service, context, run } = await found(reference, signal);
        const { bytes, content } = await service.open(
          context,
          run,
          path,
          { start: offset, end: offset + length },
          signal,
        );
        const parts: Uint8Array[] = [];
        for await (const part of content) parts.push(part);
        return { data: Buffer.concat(parts).toString('base64'), bytes };
      },
      'artifacts/tests': async (reference, signal) => {
        const { service, context, run } = await found(reference, signal);
        return service.tests(context, run, signal);
      },
      'artifacts/coverage': async (reference, signal) => {
        const { service, context, run } = await found(reference, signal);
        return service.coverage(context, run, signal);
      },
      'artifacts/failedCell': async (reference, signal) => {
        const { service, context, run } = await found(reference, signal);
        return service.failedCell(context, run, signal);
      },
    };
  }

  async #watch(context: string | undefined, run: string | undefined): Promise<string> {
    if (context !== undefined) await this.#services.target(context);
    const runs = await this.#services.runs();
    if (this.#disposed) throw new SlipwayError('cancelled', 'The session has ended.');
    const watch = this.#environment.randomHex(8);
    const isMeant = (name: string): boolean => run === undefined || run === name;
    const tell = (change: RunChange): void => {
      switch (change.kind) {
        case 'changed':
          if (isMeant(change.run.name)) this.#notify('run/changed', { watch, run: change.run });
          break;
        case 'deleted':
          if (!isMeant(change.run)) break;
          this.#notify('run/deleted', { watch, context: change.context, run: change.run });
          break;
        case 'connection': {
          const { context: name, state, since, reason, forbidden } = change;
          this.#notify('context/changed', {
            watch,
            context: name,
            state,
            since,
            ...(reason !== undefined && { reason }),
            ...(forbidden === true && { forbidden }),
          });
        }
      }
    };
    const subscription = runs.watch(context, tell, run === undefined ? 'all' : 'asked');
    this.#watches.set(watch, subscription);
    return watch;
  }

  #notify<Name extends NotificationName>(name: Name, params: NotificationParams<Name>): void {
    for (const listener of this.#listeners) listener(name, params);
  }

  /** Folders of a host are known to the services by session too. */
  #ownFolder(submission: Submission): Submission {
    const { folder } = submission;
    if (folder.kind === 'disk') return submission;
    return { ...submission, folder: { ...folder, id: `${this.#name}:${folder.id}` } };
  }
}

const jobHandlers: Pick<RequestHandlers, 'jobs/schema' | 'jobs/validate'> = {
  'jobs/schema': async () => {
    const { specJsonSchema } = await import('../jobs/index.ts');
    return { schema: specJsonSchema() };
  },
  'jobs/validate': async ({ text }) => {
    const { parseSpecText } = await import('../jobs/index.ts');
    const { spec, problems } = parseSpecText(text);
    return { ...(spec !== undefined && { spec }), problems: [...problems] };
  },
};
