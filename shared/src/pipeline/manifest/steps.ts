import type { PipelineStepName, TeamProfile } from '../../protocol/index.ts';
import type { RunFile } from '../runFile.ts';
import type { ClusterSettings } from './clusterSettings.ts';
import { checkObjectName } from './fieldChecks.ts';
import { compact } from './kubernetesObject.ts';
import type { JsonObject } from './kubernetesObject.ts';
import { ownStep, paths, summaryResult, taskNames } from './names.ts';
import { ownerOfFolder, rootSecurityContext } from './securityContexts.ts';
import { gpuEnvironment, secretEnvironment } from './stepEnvironment.ts';
import { smallStepResources, workStepResources } from './stepResources.ts';

/** Steps that need a pod of their own: a retry takes over the others, so that nothing is reserved for them. */
export function stepsToRun(runFile: RunFile): PipelineStepName[] {
  const reused = new Set<PipelineStepName>(runFile.reuse?.steps ?? []);
  return runFile.steps.filter((step) => step === 'prepare' || step === 'collect' || !reused.has(step));
}

/** Task of each step: what downloads goes before the task that reserves the GPU. */
export function taskOf(step: PipelineStepName): (typeof taskNames)[keyof typeof taskNames] {
  return step === 'dataset' || step === 'clone' ? taskNames.stage : taskNames.run;
}

/**
 * What a step starts: a script of the ConfigMap, to be read there. A `command` and no `script`, for which Tekton would start
 * one more container in every pod, to write the script to a file (decision 16).
 */
function stepCommand(step: PipelineStepName | typeof ownStep): readonly string[] {
  return ['bash', `${paths.steps}/${step}.sh`];
}

/** Name of the volume with git's credentials in the task `stage`. */
const gitVolume = 'git-credentials';

/** The Secret with git's credentials, as a volume, where the job names one and a step clones. */
export function gitCredentials(runFile: RunFile, profile: TeamProfile): JsonObject | undefined {
  const secret = runFile.spec.repository?.secret;
  if (secret === undefined || !stepsToRun(runFile).includes('clone')) return undefined;
  const { fsGroup, runAsGroup } = profile.securityContext ?? {};
  // Files of a Secret belong to root. Where no group of the run's is known that may read them, everybody in the pod may.
  const defaultMode = fsGroup !== undefined || runAsGroup === 0 ? 0o440 : 0o444;
  return { name: gitVolume, secret: { secretName: checkObjectName(secret, 'repository.secret'), defaultMode } };
}

/** Whether the suite's repository lies where the run's does: nobody else is shown the credentials. */
function suiteSharesHost({ repository, suite }: RunFile): boolean {
  const host = repository && hostOf(repository.url);
  return host !== undefined && suite !== undefined && hostOf(suite.url) === host;
}

/** `host` of `https://host/…` and of `git@host:…`; undefined where there is none. */
function hostOf(url: string): string | undefined {
  const host = URL.parse(url)?.host ?? '';
  return host === '' ? /^[\w.-]+@([\w.-]+):/.exec(url)?.[1]?.toLowerCase() : host;
}

export interface StepsInput {
  readonly runFile: RunFile;
  readonly profile: TeamProfile;
  readonly settings: ClusterSettings;
}

/** The step of this name, as Tekton takes it. */
export function renderStep(step: PipelineStepName, input: StepsInput): JsonObject {
  const { runFile, profile, settings } = input;
  const works = step === 'notebook' || step === 'command';
  const withLimits = profile.stepLimits ?? false;
  const env = [
    ...gpuEnvironment(works && settings.hasGpu),
    ...(works || step === 'test' ? secretEnvironment(runFile.spec.secrets ?? []) : []),
    ...(step === 'collect' ? [{ name: 'SLIPWAY_RESULT', value: `$(results.${summaryResult}.path)` }] : []),
  ];
  const mounts: JsonObject[] = works ? [{ name: 'shared-memory', mountPath: '/dev/shm' }] : [];
  if (step === 'clone' && gitCredentials(runFile, profile) !== undefined) {
    env.push({ name: 'SLIPWAY_GIT_CREDENTIALS', value: paths.gitCredentials });
    if (suiteSharesHost(runFile)) env.push({ name: 'SLIPWAY_SUITE_GIT_CREDENTIALS', value: paths.gitCredentials });
    mounts.push({ name: gitVolume, mountPath: paths.gitCredentials, readOnly: true });
  }
  return compact({
    name: step,
    onError: step === 'collect' ? undefined : 'continue',
    env,
    computeResources: works ? workStepResources(settings, withLimits) : smallStepResources(step, withLimits),
    volumeMounts: mounts.length === 0 ? undefined : mounts,
    command: stepCommand(step),
  });
}

/** The root step that hands the run's folder to the run's user, where the profile allows one. It runs our script alone. */
export function renderOwnStep(profile: TeamProfile): JsonObject | undefined {
  const owner = ownerOfFolder(profile);
  if (owner === undefined) return undefined;
  return {
    name: ownStep,
    onError: 'continue',
    env: [...gpuEnvironment(false), ...ownerEnvironment(owner)],
    computeResources: smallStepResources(ownStep, profile.stepLimits ?? false),
    securityContext: rootSecurityContext,
    command: stepCommand(ownStep),
  };
}

/** Whom `own.sh` hands the folder to. */
export function ownerEnvironment(owner: { readonly uid: number; readonly gid: number }): JsonObject[] {
  return [
    { name: 'SLIPWAY_UID', value: String(owner.uid) },
    { name: 'SLIPWAY_GID', value: String(owner.gid) },
  ];
}
