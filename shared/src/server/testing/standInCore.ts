import {
  type NotificationName,
  type NotificationParams,
  protocolVersion,
  type RequestHandlers,
  type Run,
  SlipwayError,
} from '../../protocol/index.ts';
import type { ArtifactBytes } from '../artifactHttp.ts';
import type { EndableCore } from '../runServer.ts';
import type { CoreSession, HostFiles, NotificationListener } from '../session.ts';

/** A core for tests of the wire: it answers what a test tells it to, and remembers its sessions. */
export interface StandInCore extends EndableCore {
  readonly sessions: StandInSession[];
  disposed: boolean;
}

export interface StandInSession extends CoreSession {
  readonly hostFiles: HostFiles | undefined;
  disposed: boolean;
  notify<Name extends NotificationName>(name: Name, params: NotificationParams<Name>): void;
}

export type HandlerFactory = (session: StandInSession) => Partial<RequestHandlers>;

export function standInCore(
  handlers: HandlerFactory = () => ({}),
  files: ReadonlyMap<string, Uint8Array> = new Map(),
): StandInCore {
  const sessions: StandInSession[] = [];
  const core: StandInCore = {
    sessions,
    disposed: false,
    artifacts: artifactsIn(files),
    openSession: (hostFiles) => {
      const session = standInSession(hostFiles, handlers);
      sessions.push(session);
      return session;
    },
    dispose: () => {
      core.disposed = true;
      return Promise.resolve();
    },
  };
  return core;
}

export function runNamed(name: string): Run {
  return { name, context: 'local', title: name, state: 'queued', createdAt: 0, cancelRequested: false, steps: [] };
}

function standInSession(hostFiles: HostFiles | undefined, factory: HandlerFactory): StandInSession {
  const listeners = new Set<NotificationListener>();
  const session: StandInSession = {
    hostFiles,
    disposed: false,
    get handlers() {
      return { ...defaults, ...factory(session) };
    },
    onNotification: (listener) => {
      listeners.add(listener);
      return { dispose: () => listeners.delete(listener) };
    },
    notify: (name, params) => {
      for (const listener of listeners) listener(name, params);
    },
    dispose: () => {
      session.disposed = true;
      return Promise.resolve();
    },
  };
  return session;
}

const unexpected = (): Promise<never> => Promise.reject(new SlipwayError('internal', 'The test did not expect this.'));

const defaults: RequestHandlers = {
  initialize: () =>
    Promise.resolve({
      protocolVersion,
      core: { version: '0.0.0', node: process.version, pid: 1 },
      contexts: ['local'],
    }),
  'jobs/plan': unexpected,
  'jobs/schema': unexpected,
  'jobs/validate': unexpected,
  'jobs/manifest': unexpected,
  'jobs/preflight': unexpected,
  'runs/submitManifest': unexpected,
  'runs/prune': unexpected,
  'runs/recall': unexpected,
  'contexts/secrets': unexpected,
  'contexts/list': unexpected,
  'contexts/use': unexpected,
  'contexts/import': unexpected,
  'contexts/delete': unexpected,
  'contexts/setSpace': unexpected,
  'identity/signIn': unexpected,
  'identity/complete': unexpected,
  'identity/signOut': unexpected,
  'identity/whoami': unexpected,
  'identity/spaces': unexpected,
  'devenvs/list': unexpected,
  'devenvs/get': unexpected,
  'devenvs/watch': unexpected,
  'devenvs/unwatch': unexpected,
  'devenvs/options': unexpected,
  'devenvs/manifest': unexpected,
  'devenvs/create': unexpected,
  'devenvs/start': unexpected,
  'devenvs/reportActivity': unexpected,
  'devenvs/stop': unexpected,
  'devenvs/restart': unexpected,
  'devenvs/resize': unexpected,
  'devenvs/delete': unexpected,
  'devenvs/connect': unexpected,
  'devenvs/devices': unexpected,
  'devenvs/removeDevice': unexpected,
  'devenvs/test': unexpected,
  'devenvs/openJupyter': unexpected,
  'sshConfig/remove': unexpected,
  'devenvs/jobs': unexpected,
  'devenvs/runJob': unexpected,
  'devenvs/stopJob': unexpected,
  'devenvs/jobLog': unexpected,
  'transfer/upload': unexpected,
  'transfer/download': unexpected,
  'runs/submit': unexpected,
  'runs/list': () => Promise.resolve({ runs: [] }),
  'runs/get': ({ run }) => Promise.resolve(runNamed(run)),
  'runs/watch': unexpected,
  'runs/unwatch': unexpected,
  'runs/cancel': unexpected,
  'runs/rerun': unexpected,
  'runs/retry': unexpected,
  'runs/delete': unexpected,
  'logs/read': unexpected,
  'logs/tail': unexpected,
  'logs/scan': unexpected,
  'runs/spec': unexpected,
  'runs/links': unexpected,
  'artifacts/list': unexpected,
  'artifacts/read': unexpected,
  'artifacts/tests': unexpected,
  'artifacts/coverage': unexpected,
  'artifacts/failedCell': unexpected,
  doctor: unexpected,
  ping: () => Promise.resolve({}),
  shutdown: () => Promise.resolve({}),
};

function artifactsIn(files: ReadonlyMap<string, Uint8Array>): ArtifactBytes {
  return {
    open: (_context, run, path, range) => {
      const bytes = files.get(`${run}/${path}`);
      if (bytes === undefined) return Promise.reject(new SlipwayError('artifact.notFound', `There is no ${path}.`));
      const content = bytes.subarray(range?.start ?? 0, range?.end ?? bytes.length);
      const mediaType = path.endsWith('.html') ? 'text/html' : 'application/octet-stream';
      return Promise.resolve({ bytes: bytes.length, mediaType, content: pieces(content) });
    },
    zip: async function* (_context, run) {
      await Promise.resolve();
      if (run === 'missing') throw new SlipwayError('run.notFound', 'There is no such run.');
      yield* pieces(new TextEncoder().encode(`zip of ${run}`));
    },
  };
}

async function* pieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += 1000) {
    yield await Promise.resolve(bytes.subarray(start, start + 1000));
  }
}
