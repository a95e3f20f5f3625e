import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ContextSummary, DevEnv, DevEnvDevice, DevEnvHop, DevEnvJob } from '../../../shared/src/protocol/index.ts';
import { devEnvNamed } from '../../../shared/src/protocol/testing/devEnvs.ts';
import type { CodeServer } from './codeServer.ts';

/** What a scripted core has to tell of DevEnvs; it reads the scene anew whenever the file changes. */
export interface DevEnvScene {
  readonly contexts: readonly ContextSummary[];
  readonly devEnvs: readonly DevEnv[];
  readonly problems: readonly { readonly context: string; readonly message: string; readonly action?: string }[];
  readonly jobs: readonly DevEnvJob[];
  readonly hops: readonly DevEnvHop[];
  readonly devices: readonly DevEnvDevice[];
  /** Where JupyterLab in a DevEnv is said to be. */
  readonly jupyterUrl: string;
}

export interface SceneRequest {
  readonly name: string;
  readonly params: Readonly<Record<string, unknown>>;
}

const mainScript = join(import.meta.dirname, 'devEnvSceneMain.ts');
const devices: readonly DevEnvDevice[] = [
  { fingerprint: 'SHA256:T9zLh2mHq0m1cYvP3u5cLkQ6q0t3n2oB1x8mWJfJk2A', name: 'alice@laptop', current: true },
  { fingerprint: 'SHA256:uJ0cVb4n7Qw8dR2yHk5pXz1sFg6tNm3eLo9aIiUuYyE', name: 'alice@desk', current: false },
];
const emptyScene: DevEnvScene = {
  contexts: [],
  devEnvs: [],
  problems: [],
  jobs: [],
  hops: [],
  devices,
  jupyterUrl: '',
};

export function clusterContext(name: string, given: Partial<ContextSummary> = {}): ContextSummary {
  const signIn = { state: 'signedIn', user: 'alice' } as const;
  return { name, current: false, authentication: 'oidc', namespace: 'lab', signIn, ...given };
}

/** A DevEnv of alice's that she works in, as pictures show it. */
export function sceneDevEnv(name: string, given: Partial<DevEnv> = {}): DevEnv {
  return devEnvNamed(name, {
    image: 'registry.example/devenv:1',
    instanceType: 'gpu-1x-16c-64g-1gpu',
    memory: '64Gi',
    disk: { claimName: name, size: '100Gi', usedBytes: 41 * 2 ** 30, totalBytes: 100 * 2 ** 30 },
    idle: { stopAfterMs: 7_200_000, idleMs: 20_000 },
    createdAt: Date.now() - 9 * 86_400_000,
    ...((given.state ?? 'running') === 'running' && { startedAt: Date.now() - 5_400_000 }),
    ...given,
  });
}

/** One in each state, as the core tells of them in English: in every other language somebody has to have put it into words. */
export function devEnvsInAllStates(): readonly DevEnv[] {
  const waits = [
    'GPU: 2 nodes — 1 full, 1 tainted maintenance',
    'frees up when a GPU job ends on node-1 (oldest has run 3 h)',
    'held by devenv-bob',
  ];
  const failed = {
    reason:
      'image registry.example/devenv:9: the registry refuses access: it is not there, or the pull secret may not read it',
    action: 'Name another image with resize, and start it again.',
  };
  const idle = { stopAfterMs: 7_200_000, idleMs: 6_720_000, stopsAt: Date.now() + 500_000 };
  const full = { claimName: 'devenv-alice-training', size: '2Ti', usedBytes: 1.9 * 2 ** 40, totalBytes: 2 ** 41 };
  return [
    sceneDevEnv('devenv-alice'),
    sceneDevEnv('devenv-alice-new', { state: 'failed', ...failed }),
    sceneDevEnv('devenv-alice-rapids', {
      state: 'starting',
      reason: waits.join('\n'),
      startingSince: Date.now() - 150_000,
    }),
    sceneDevEnv('devenv-alice-restarted', { state: 'stopping' }),
    sceneDevEnv('devenv-alice-tests', { state: 'stopped', reason: 'stopped after 2 h 30 min idle' }),
    sceneDevEnv('devenv-alice-training', { gpus: 4, disk: full, idle }),
    sceneDevEnv('devenv-bob', { mine: false, owner: 'bob', gpus: 0, idle: { stopAfterMs: 0, idleMs: 1_500_000 } }),
  ];
}

/** English words in a text that are no names of the scene, nor what is called so in every language. */
export function englishIn(text: string): readonly string[] {
  const names =
    /(devenv|gpu|node|team|registry|https|maintenance|slipway)[\w./:-]*( --?\w+)*|\/[\w./-]*|SHA256:\S+|\balice(@\w+)?\b|\bbob\b|\blab\b/gi;
  const terms =
    /\b(GPU|CPU|Secret|VPN|resize|GiB|TiB|GB|MB|SSH|Pod|Kubernetes|API|Slipway|Jupyter|JupyterLab|ssh|ms)\b/g;
  return (
    text
      .replaceAll(names, '')
      .replaceAll(terms, '')
      .match(/[A-Za-z]{2,}/g) ?? []
  );
}

/** Has the extension of a server start the scripted core instead of its own. */
export class SceneCore {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Has a Jupyter server start it; resolves with the program that stands for the core's bundle. */
  static async forJupyter(home: string): Promise<{ readonly scene: SceneCore; readonly script: string }> {
    const scene = await SceneCore.#create(home);
    const script = join(scene.#folder, 'core.mjs');
    const [folder, main] = [scene.#folder, pathToFileURL(mainScript).href].map((text) => JSON.stringify(text));
    await writeFile(script, `process.argv.splice(2, 0, ${folder});\nawait import(${main});\n`);
    return { scene, script };
  }

  static async install(server: CodeServer): Promise<SceneCore> {
    const core = await SceneCore.#create(server.home);
    const folder = core.#folder;
    const program = join(folder, 'node');
    // It is started as Node would be, with the bundle of the real core, which it leaves alone.
    await writeFile(program, `#!/bin/sh\nexec "${process.execPath}" "${mainScript}" "${folder}"\n`);
    await chmod(program, 0o755);
    const machine = join(server.home, 'vscode/user/Machine');
    await mkdir(machine, { recursive: true });
    await writeFile(join(machine, 'settings.json'), JSON.stringify({ 'slipway.nodePath': program }));
    return core;
  }

  static async #create(home: string): Promise<SceneCore> {
    const folder = join(home, 'scene');
    await mkdir(folder, { recursive: true });
    const core = new SceneCore(folder);
    await core.show(emptyScene);
    await writeFile(core.#requests, '');
    return core;
  }

  async show(scene: Partial<DevEnvScene>): Promise<void> {
    await writeFile(join(this.#folder, 'scene.json'), JSON.stringify({ ...emptyScene, ...scene }));
  }

  /** What the core was asked about DevEnvs, in order. */
  async requests(): Promise<readonly SceneRequest[]> {
    const lines = (await readFile(this.#requests, 'utf8')).split('\n').filter((line) => line !== '');
    return lines.map((line) => JSON.parse(line) as SceneRequest);
  }

  get #requests(): string {
    return join(this.#folder, 'requests.jsonl');
  }
}
