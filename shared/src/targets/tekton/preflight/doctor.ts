import type { Clock, KubernetesApi, SignIn } from '../../../kubernetes/index.ts';
import { settleRun } from '../../../pipeline/index.ts';
import { formatBytes, type Check, type ContextEntry, type JobSpec } from '../../../protocol/index.ts';
import type { ClusterTarget, DoctorProgress } from '../../runTarget.ts';
import { checkIdentity, checkRights, checkServer, checkTekton } from './accessChecks.ts';
import { check, failed, passed, skipped, warned, type Finding } from './checker.ts';
import { probeScript, readProbe, type Probe } from './probe.ts';
import { checkNodes } from './spaceChecks.ts';
import { devEnvVerbs } from './requiredVerbs.ts';
import { tryRun, type Trial, type TrialEnd } from './trialRun.ts';

export interface DoctorOptions {
  readonly target: ClusterTarget;
  /** Connects. @throws SlipwayError where the kubeconfig does not do */
  readonly open: () => Promise<{ readonly api: KubernetesApi }>;
  readonly entry: ContextEntry;
  /** Where the context's user signs in with us. */
  readonly signIn: SignIn | undefined;
  readonly clock: Clock;
  readonly randomHex: (bytes: number) => string;
  readonly progress: DoctorProgress | undefined;
}

/**
 * Tries everything from the API to a one-cell run, each built on what is before it. Leaves nothing behind, also when it is
 * called off; where the person may not delete runs, the checks name those that stay.
 */
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
    await this.#look('workspace', () =>
      this.#try(this.#probing('volume', {}), ({ state, reason, output }) => {
        if (state !== 'succeeded') return failed(`a run could not write to its volume: ${reason}`);
        this.#volume = readProbe(output);
        if (this.#volume === undefined)
          return failed('the trial run ended well but printed nothing', 'Look at its image.');
        const { uid, free, total } = this.#volume;
        return passed(`${formatBytes(free)} of ${formatBytes(total)} free, written as uid ${uid}`);
      }),
    );
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
      return this.#try(this.#probing('gpu', { instanceType }), ({ state, reason, output }) =>
        state === 'succeeded' ? judgeGpu(readProbe(output)) : failed(`a run with a GPU failed: ${reason}`),
      );
    });
  }

  async tryNotebook(): Promise<void> {
    await this.#look('one-cell run', async () => {
      if (this.#volume === undefined) return skipped('not tried: the workspace check failed');
      const trial = { name: this.#nameOf('notebook'), spec: { notebook: 'doctor.ipynb' }, notebook: oneCell };
      return this.#try(trial, ({ state, reason }) =>
        state === 'succeeded' ? passed('papermill and nbconvert ran') : failed(`it failed: ${reason}`),
      );
    });
  }

  #probing(what: string, size: Pick<JobSpec, 'instanceType'>): Trial {
    const command = ['python3', '-c', probeScript, this.#options.entry.profile.git?.url ?? ''];
    return { name: this.#nameOf(what), spec: { command, ...size }, command };
  }

  #nameOf(what: string): string {
    return `doctor-${what}-${this.#options.randomHex(3)}`;
  }

  /** Runs something small and judges it; not where nothing can be run. */
  async #try(trial: Trial, judge: (end: TrialEnd) => Finding): Promise<Finding> {
    const broken = this.checks.find(({ name, outcome }) => outcome === 'fail' && neededToRun.has(name));
    if (broken !== undefined) return skipped(`not tried: the check of ${broken.name} failed`);
    const end = await tryRun(this.#options.target, trial, this.#options.clock, this.#signal);
    const finding = judge(end);
    return end.stays === undefined ? finding : withRemains(finding, trial.name, end.stays);
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
    const { clock, progress } = this.#options;
    progress?.looking(name);
    const made = await check(name, clock.now, look);
    this.checks.push(made);
    progress?.checked(made);
  }
}

const neededToRun: ReadonlySet<string> = new Set(['API server', 'Tekton']);

/** What a trial found, and that its run is still there. Pure. */
export function withRemains(finding: Finding, run: string, stays: string): Finding {
  const outcome = finding.outcome === 'fail' ? 'fail' : 'warn';
  const detail = `${finding.detail}; its run ${run} stays: ${stays}`;
  return { outcome, detail, fix: finding.fix ?? `Have somebody delete it who may: slipway delete ${run}.` };
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
