import { appendFileSync, readFileSync, watch } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type DevEnv,
  type DevEnvJob,
  type DevEnvSpec,
  protocolVersion,
  type RequestHandlers,
  SlipwayError,
} from '../../../shared/src/protocol/index.ts';
import { devEnvNamed, runningJob } from '../../../shared/src/protocol/testing/devEnvs.ts';
import { logTo, type RunServerOptions, serveUntilEnd } from '../../../shared/src/server/runServer.ts';
import { standInCore, type StandInSession } from '../../../shared/src/server/testing/standInCore.ts';
import type { DevEnvScene } from './devEnvScene.ts';

// A core in a process of its own that plays a scene of DevEnvs. Arguments: the folder with scene.json, and what the host adds.
const [folder = '', ...hostArguments] = process.argv.slice(2);
const sessions = new Set<StandInSession>();
const wakeUps = new Set<() => void>();
let scene = read();
let changes: DevEnv[] = [...scene.devEnvs];
let jobs: DevEnvJob[] = [...scene.jobs];
let devices = [...scene.devices];

const watcher = watch(folder, (_event, name) => {
  if (name !== 'scene.json') return;
  try {
    scene = read();
  } catch {
    // It is being written.
    return;
  }
  for (const { context, name: gone } of changes) {
    if (!scene.devEnvs.some((each) => each.name === gone && each.context === context)) removed(context, gone);
  }
  changes = [...scene.devEnvs];
  jobs = [...scene.jobs];
  devices = [...scene.devices];
  const contexts = ['local', ...scene.contexts.map((each) => each.name)];
  for (const session of sessions) session.notify('contexts/changed', { contexts, current: 'local' });
});

function read(): DevEnvScene {
  return JSON.parse(readFileSync(join(folder, 'scene.json'), 'utf8')) as DevEnvScene;
}

function removed(context: string, name: string): void {
  changes = changes.filter((each) => each.name !== name || each.context !== context);
  for (const session of sessions) session.notify('devenv/deleted', { watch: '1', context, name });
}

function changed(devEnv: DevEnv): DevEnv {
  changes = [...changes.filter((each) => each.name !== devEnv.name || each.context !== devEnv.context), devEnv];
  for (const session of sessions) session.notify('devenv/changed', { watch: '1', devEnv });
  return devEnv;
}

function find({ context, name }: { readonly context: string; readonly name: string }): DevEnv {
  const found = changes.find((each) => each.name === name && each.context === context);
  if (found === undefined) throw new SlipwayError('devenv.notFound', `There is no ${name} in ${context}.`);
  return found;
}

function make(context: string, name: string, spec: DevEnvSpec): DevEnv {
  return devEnvNamed(name, {
    context,
    state: 'starting',
    image: spec.image ?? 'registry.example/devenv:1',
    instanceType: spec.instanceType,
    memory: '64Gi',
    disk: { claimName: name, size: spec.diskSize ?? '20Gi' },
    spec,
    createdAt: Date.now(),
  });
}

const steps = ['The cluster looks for a node with a free GPU.', 'The node pulls the image.', 'The SSH server starts.'];

function handlers(session: StandInSession): Partial<RequestHandlers> {
  sessions.add(session);
  return {
    initialize: () =>
      Promise.resolve({
        protocolVersion,
        core: { version: '0.0.0', node: process.version, pid: process.pid },
        contexts: ['local', ...scene.contexts.map(({ name }) => name)],
      }),
    'contexts/list': () =>
      Promise.resolve({
        contexts: [
          { name: 'local', current: true, authentication: 'none', signIn: { state: 'notNeeded' } },
          ...scene.contexts,
        ],
      }),
    'runs/watch': () => Promise.resolve({ watch: '0' }),
    'devenvs/watch': () => Promise.resolve({ watch: '1' }),
    'devenvs/list': ({ context }) => {
      const asked = scene.contexts.find(({ name }) => name === context);
      if (asked?.signIn.state === 'signedOut')
        return Promise.reject(new SlipwayError('signIn.required', `You are not signed in to ${context ?? ''}.`));
      const devEnvs = changes.filter((each) => each.context === context);
      return Promise.resolve({ devEnvs, problems: scene.problems.filter((each) => each.context === context) });
    },
    'devenvs/get': (params) => Promise.resolve(find(params)),
    'devenvs/options': () =>
      Promise.resolve({
        name: 'devenv-alice',
        images: ['registry.example/devenv:1', 'registry.example/rapids-devenv:25.10'],
        instanceTypes: [
          { name: 'cpu-8c-32g', cpu: '8', memory: '32Gi', gpus: 0, default: false },
          { name: 'gpu-1x-16c-64g-1gpu', cpu: '16', memory: '64Gi', gpus: 1, default: true },
        ],
        diskSize: '100Gi',
        idleStop: '2h',
      }),
    'devenvs/create': ({ context, name = 'devenv-alice', spec }) => Promise.resolve(changed(make(context, name, spec))),
    'devenvs/start': async (params, signal) => {
      changed({ ...find(params), state: 'starting', reason: steps[0] });
      for (const text of steps) {
        session.notify('devenv/progress', { ...params, text });
        await sleep(1200, undefined, { signal });
      }
      const devEnv = find(params);
      return changed({ ...devEnv, reason: undefined, state: 'running', idle: { ...devEnv.idle, idleMs: 0 } });
    },
    'devenvs/stop': (params) =>
      Promise.resolve(changed({ ...find(params), state: 'stopped', reason: 'stopped by alice' })),
    'devenvs/restart': (params) => Promise.resolve(changed({ ...find(params), state: 'starting' })),
    'devenvs/resize': (params) => Promise.resolve(changed({ ...find(params), spec: params.changes })),
    'devenvs/delete': (params) => {
      find(params);
      removed(params.context, params.name);
      return Promise.resolve({});
    },
    'devenvs/reportActivity': (params) => {
      const devEnv = find(params);
      const { stopAfterMs } = devEnv.idle;
      changed({ ...devEnv, idle: { stopAfterMs, idleMs: 0 } });
      return Promise.resolve({});
    },
    'devenvs/connect': (params) => {
      const { host } = find(params);
      const configFile = '/home/alice/.local/share/slipway/ssh/config';
      const command = params.include ? `ssh ${host}` : `ssh -F ${configFile} ${host}`;
      return Promise.resolve({
        host,
        user: 'dev',
        workspace: '/workspace',
        configFile,
        command,
        hostKeyFingerprint: 'SHA256:wAx2n',
        conflicts: [],
      });
    },
    'devenvs/devices': () => Promise.resolve({ devices }),
    'devenvs/removeDevice': ({ fingerprint }) => {
      devices = devices.filter((each) => each.fingerprint !== fingerprint);
      return Promise.resolve({ devices });
    },
    'devenvs/openJupyter': () => Promise.resolve({ url: scene.jupyterUrl }),
    'devenvs/test': async ({ id = '' }) => {
      for (const hop of scene.hops) {
        await sleep(300);
        session.notify('devenv/hop', { id, hop });
      }
      return { hops: [...scene.hops] };
    },
    'devenvs/jobs': (params) => {
      find(params);
      return Promise.resolve({ jobs });
    },
    'devenvs/runJob': ({ command, title = '' }) => {
      const job = runningJob({ id: String(jobs.length + 1), command, title, startedAt: Date.now() });
      jobs = [...jobs, job];
      return Promise.resolve(job);
    },
    'devenvs/stopJob': (params) => {
      const job = jobs.find(({ id }) => id === params.id);
      if (job === undefined) throw new SlipwayError('devenv.jobNotFound', 'There is no such command.');
      const ended: DevEnvJob = { ...job, state: 'stopped', endedAt: Date.now() };
      jobs = jobs.map((each) => (each.id === job.id ? ended : each));
      for (const wake of wakeUps) wake();
      session.notify('devenv/jobEnded', { context: params.context, name: params.name, job: ended });
      return Promise.resolve(ended);
    },
    'devenvs/jobLog': async ({ id, offset }) => {
      const log = Buffer.from('\u001B[32mepoch 1\u001B[0m loss 0.71\nepoch 2 loss 0.42\n');
      const job = (): DevEnvJob | undefined => jobs.find((each) => each.id === id);
      if (offset >= log.length && job()?.state === 'running')
        await new Promise<void>((resolve) => wakeUps.add(resolve));
      const now = job();
      if (now === undefined) throw new SlipwayError('devenv.jobNotFound', 'There is no such command.');
      return { data: log.subarray(offset).toString('base64'), offset: log.length, job: now };
    },
    'transfer/upload': async ({ id }, signal) => {
      for (let part = 1; part <= 20; part += 1) {
        await sleep(200, undefined, { signal });
        const bytes = part * 2e8;
        const progress = {
          files: part * 17,
          totalFiles: 340,
          bytes,
          totalBytes: 4e9,
          bytesPerSecond: 9.3e7,
          leftMs: (4e9 - bytes) / 9.3e4,
        };
        session.notify('transfer/progress', { id, progress });
      }
      return { files: 340, bytes: 4e9, unchangedFiles: 12, deletedFiles: 0, skipped: [], durationMs: 43_000 };
    },
    'sshConfig/remove': () => Promise.resolve({ changed: ['/home/alice/.ssh/config'] }),
  };
}

/** Every request about DevEnvs goes into a file, for tests to read. */
function recorded(given: Partial<RequestHandlers>): Partial<RequestHandlers> {
  return Object.fromEntries(
    Object.entries(given).map(([name, handler]) => [
      name,
      async (params: never, signal: AbortSignal) => {
        if (/^(devenvs|transfer|sshConfig)\//.test(name))
          appendFileSync(join(folder, 'requests.jsonl'), `${JSON.stringify({ name, params })}\n`);
        return handler(params, signal);
      },
    ]),
  );
}

const environment: RunServerOptions['environment'] = {
  version: '0.1.0',
  dataDir: folder,
  environmentsDir: folder,
  configDir: folder,
  stepsDir: folder,
  supervisorScript: folder,
  nodePath: process.execPath,
  env: {},
  now: Date.now,
  randomHex: () => '00',
  temporaryFolder: folder,
};
const socket = hostArguments[hostArguments.indexOf('--socket') + 1];
const transport: RunServerOptions['transport'] =
  hostArguments.includes('--socket') && socket !== undefined
    ? { kind: 'socket', path: socket }
    : { kind: 'descriptor', fd: 3 };
const log = logTo(process.stderr, Date.now);
process.exitCode = await serveUntilEnd(
  standInCore((session) => recorded(handlers(session))),
  { transport, environment },
  process,
  log,
);
watcher.close();
