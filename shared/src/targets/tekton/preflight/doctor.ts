import type { Clock, KubernetesApi, SignIn } from '../../../kubernetes/index.ts';
import { settleRun } from '../../../pipeline/index.ts';
import { formatBytes, type Check, type ContextEntry, type JobSpec } from '../../../protocol/index.ts';
import type { ClusterTarget } from '../../runTarget.ts';
import { checkIdentity, checkRights, checkServer, checkTekton } from './accessChecks.ts';
import { check, failed, passed, skipped, warned, type Finding } from './checker.ts';
import { probeScript, readProbe, type Probe } from './probe.ts';
import { checkNodes } from './spaceChecks.ts';
import { devEnvVerbs } from './requiredVerbs.ts';
import { tryRun, type Trial } from './trialRun.ts';

export interface DoctorOptions {
  readonly target: ClusterTarget;
  /** Connects. @throws SlipwayError where the kubeconfig does not do */
  readonly open: () => Promise<{ readonly api: KubernetesApi }>;
  readonly entry: ContextEntry;
  /** Where the context's user signs in with us. */
  readonly signIn: SignIn | undefined;
  readonly clock: Clock;
  readonly randomHex: (bytes: number) => string;
}

/** Tries everything from the API to a one-cell run, each built on what is before it. Leaves nothing behind. */
export async function doctor(options: DoctorOptions, signal: AbortSignal): Promise<readonly Check[]> {
  const patient = new Patient(options, signal);
  await patient.reach();
  await patient.tryVolume();
  await patient.tryGpu();
  await patient.tryNotebook();
  return patient.checks;
}

class Patient {
  readonly checks: Check[] = [];
  readonly #options: DoctorOptions;
  readonly #signal: AbortSignal;
  #api: KubernetesApi | undefined;
  #volume: Probe | undefined;

  constructor(options: DoctorOptions, signal: AbortSignal) {
    this.#options = options;
    this.#signal = signal;
  }

  /** API server, identity, rights, Tekton. */
  async reach(): Promise<void> {
    const { clock, entry, open, signIn } = this.#options;
    await this.#look('API server', async () => {
      this.#api = (await open()).api;
      return checkServer(this.#api, clock.now, this.#signal);
    });
    await this.#look('who you are', () => this.#with((api) => checkIdentity(api, signIn, clock.now, this.#signal)));
    await this.#look('may do', () => this.#with((api) => checkRights(api, this.#signal)));
    if (entry.profile.devEnv !== undefined) {
      await this.#look('DevEnvs', () => this.#with((api) => checkRights(api, this.#signal, devEnvVerbs)));
    }
    await this.#look('Tekton', () => this.#with((api) => checkTekton(api, this.#signal)));
  }

  /** A run that writes to its volume as the run's user, and asks git. */
  async tryVolume(): Promise<void> {
    const { profile } = this.#options.entry;
    await this.#look('workspace', async () => {
      const end = await this.#try('volume', {});
      if (end.state !== 'succeeded') return failed(`a run could not write to its volume: ${end.reason}`);
      this.#volume = readProbe(end.output);
      if (this.#volume === undefined)
        return failed('the trial run ended well but printed nothing', 'Look at its image.');
      const { uid, free, total } = this.#volume;
      return passed(`${formatBytes(free)} of ${formatBytes(total)} free, written as uid ${uid}`);
    });
    await this.#look('git', () => {
      if (profile.git === undefined)
        return Promise.resolve(skipped('the profile names no repository to try (git.url)'));
      if (this.#volume === undefined) return Promise.resolve(skipped('not tried: the workspace check failed'));
      return Promise.resolve(judgeGit(profile.git.url, this.#volume));
    });
  }

  /** A node for the largest default, and a pod that uses its GPU. */
  async tryGpu(): Promise<void> {
    const { profile } = this.#options.entry;
    const instanceType = gpuInstanceType(this.#options.entry);
    if (instanceType === undefined) {
      await this.#look('GPU', () => Promise.resolve(skipped('no instance type of the profile has a GPU')));
      return;
    }
    const settings = settleRun({ command: 'true', instanceType }, profile);
    await this.#look('GPU nodes', () => this.#with((api) => checkNodes(api, settings, this.#signal)));
    await this.#look('GPU in a pod', async () => {
      if (this.#lastFailed()) return skipped('not tried: no node can take it');
      const end = await this.#try('gpu', { instanceType });
      if (end.state !== 'succeeded') return failed(`a run with a GPU failed: ${end.reason}`);
      return judgeGpu(readProbe(end.output));
    });
  }

  async tryNotebook(): Promise<void> {
    await this.#look('one-cell run', async () => {
      if (this.#volume === undefined) return skipped('not tried: the workspace check failed');
      const { target, clock, randomHex } = this.#options;
      const name = `doctor-notebook-${randomHex(3)}`;
      const trial: Trial = { name, title: 'slipway doctor', spec: { notebook: 'doctor.ipynb' }, notebook: oneCell };
      const end = await tryRun(target, trial, clock, this.#signal);
      return end.state === 'succeeded' ? passed('papermill and nbconvert ran') : failed(`it failed: ${end.reason}`);
    });
  }

  async #try(what: string, size: Pick<JobSpec, 'instanceType'>) {
    const { target, clock, randomHex, entry } = this.#options;
    if (this.#api === undefined || this.checks.some(({ name, outcome }) => name === 'Tekton' && outcome === 'fail')) {
      return { state: 'failed' as const, reason: 'the checks before it failed', output: '' };
    }
    const command = ['python3', '-c', probeScript, entry.profile.git?.url ?? ''];
    const spec: JobSpec = { command, ...size };
    const trial = { name: `doctor-${what}-${randomHex(3)}`, title: 'slipway doctor', spec, command };
    return tryRun(target, trial, clock, this.#signal);
  }

  #with(look: (api: KubernetesApi) => Promise<Finding>): Promise<Finding> {
    return this.#api === undefined
      ? Promise.resolve(skipped('not tried: the API server was not reached'))
      : look(this.#api);
  }

  #lastFailed(): boolean {
    return this.checks.at(-1)?.outcome === 'fail';
  }

  async #look(name: string, look: () => Promise<Finding>): Promise<void> {
    this.checks.push(await check(name, this.#options.clock.now, look));
  }
}

/** The default one where it has a GPU, else the first that has one. */
function gpuInstanceType({ profile }: ContextEntry): string | undefined {
  const types = Object.entries(profile.instanceTypes ?? {}).filter(([, { gpus = 0 }]) => gpus > 0);
  const byDefault = types.find(([name]) => name === profile.defaultInstanceType);
  return (byDefault ?? types[0])?.[0];
}

/** Whether the repository answers, and whether what is missing are credentials. Pure. */
export function judgeGit(url: string, { git }: Probe): Finding {
  if (git?.code === undefined || git.code === null) return failed('the image has no git', 'Choose an image with git.');
  if (git.code === 0) return passed(`${url} answers`);
  const words = git.words.split('\n').at(-1) ?? '';
  if (/authentication failed|could not read (username|password)|permission denied|403|401/i.test(git.words)) {
    return warned(`${url} answers, credentials missing`, 'Make a Secret with them and name it as repository.secret.');
  }
  return failed(`${url} does not answer from a pod: ${words}`, 'Check the address, and whether pods may reach it.');
}

/** Seeing a device and being able to use it are two things. Pure. */
export function judgeGpu(probe: Probe | undefined): Finding {
  if (probe === undefined) return failed('the trial run printed nothing', 'Look at its image.');
  const { gpu, cuda } = probe;
  if (gpu === null) return failed('no device is visible in the pod', 'Ask the administrator about the device plugin.');
  if (cuda === null) return warned(`device visible (${gpu}), CUDA not tried: the image has no libcuda.so.1`);
  if (cuda === 0) return passed(`device visible (${gpu}), CUDA usable`);
  const why = cuda === 803 ? 'the driver is older than the CUDA library' : `cuInit answered ${cuda}`;
  return failed(
    `device visible (${gpu}), CUDA not usable: ${why}`,
    'Choose an image for an older CUDA, or ask for a newer driver.',
  );
}

const oneCell = JSON.stringify({
  nbformat: 4,
  nbformat_minor: 5,
  metadata: { kernelspec: { name: 'python3', display_name: 'Python 3', language: 'python' } },
  cells: [{ id: 'cell', cell_type: 'code', source: 'print(6 * 7)', metadata: {}, outputs: [], execution_count: null }],
});
