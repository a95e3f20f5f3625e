import type { PipelineStepName, TeamProfile } from '../../protocol/index.ts';
import type { RunFile } from '../runFile.ts';
import type { ClusterSettings } from './clusterSettings.ts';
import { compact } from './kubernetesObject.ts';
import type { JsonObject } from './kubernetesObject.ts';
import { ownStep, paths, summaryResult, taskNames } from './names.ts';
import { ownerOfFolder, rootSecurityContext } from './securityContexts.ts';
import { stageCredentials } from './stageCredentials.ts';
import { gpuEnvironment, s3Environment, secretEnvironment } from './stepEnvironment.ts';
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
  const credentials = stageCredentials(step, runFile, profile);
  const env = [
    ...gpuEnvironment(works && settings.hasGpu),
    ...(works || step === 'test' ? secretEnvironment(runFile.spec.secrets ?? []) : []),
    ...(step === 'collect' ? [{ name: 'SLIPWAY_RESULT', value: `$(results.${summaryResult}.path)` }] : []),
    ...(step === 'dataset' ? s3Environment(profile) : []),
    ...(credentials?.env ?? []),
  ];
  const mounts: JsonObject[] = works ? [{ name: 'shared-memory', mountPath: '/dev/shm' }] : [];
  if (credentials !== undefined) mounts.push(credentials.mount);
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
