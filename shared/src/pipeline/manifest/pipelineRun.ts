import type { PipelineStepName } from '../../protocol/index.ts';
import { settleRun } from './clusterSettings.ts';
import type { ClusterSettings } from './clusterSettings.ts';
import { compact } from './kubernetesObject.ts';
import type { JsonObject, KubernetesObject } from './kubernetesObject.ts';
import type { ManifestInput } from './manifestInput.ts';
import { objectNames, summaryResult, taskNames } from './names.ts';
import { pipelineRunMetadata } from './objectMetadata.ts';
import { podTemplate } from './podTemplate.ts';
import { runVolumes } from './podVolumes.ts';
import type { PodVolumes } from './podVolumes.ts';
import { runVolume } from './runVolume.ts';
import { containerSecurityContext } from './securityContexts.ts';
import { stageCredentials } from './stageCredentials.ts';
import { commonEnvironment } from './stepEnvironment.ts';
import { renderOwnStep, renderStep, stepsToRun, taskOf } from './steps.ts';
import { pipelineTimeout } from './timeouts.ts';

/**
 * The PipelineRun of a run, literal: nothing in it is left for Tekton or Kubernetes to fill in but the path of our own result,
 * and no value of the user's is in a command, its arguments or the environment.
 * @throws SlipwayError `spec.invalid` for what would be refused, or accepted and never run
 */
export function renderPipelineRun(input: ManifestInput): KubernetesObject {
  const { runFile, profile } = input;
  const settings = settleRun(runFile.spec, profile);
  const timeout = pipelineTimeout(stepsToRun(runFile), runFile.timeouts);
  return {
    apiVersion: 'tekton.dev/v1',
    kind: 'PipelineRun',
    metadata: pipelineRunMetadata(input),
    spec: compact({
      timeouts: { pipeline: timeout, tasks: timeout },
      taskRunTemplate: compact({
        serviceAccountName: settings.serviceAccountName,
        podTemplate: podTemplate(settings, profile),
      }),
      pipelineSpec: { tasks: renderTasks(input, settings, timeout) },
    }),
  };
}

function renderTasks(input: ManifestInput, settings: ClusterSettings, timeout: string): JsonObject[] {
  const { runFile, profile } = input;
  const { inputs } = objectNames(runFile.run);
  const volumes = runVolumes({
    run: runFile.run,
    volume: runVolume(input),
    profile,
    scripts: input.scripts,
    inputsName: inputs,
    downloads: runFile.dataset?.url !== undefined,
    reuses: runFile.reuse?.run,
  });
  const steps = stepsToRun(runFile);
  const shared = { input, settings, volumes, timeout };
  const stageSteps = steps.filter((step) => taskOf(step) === taskNames.stage);
  const runSteps = steps.filter((step) => taskOf(step) === taskNames.run);
  const stage = stageSteps.length > 0;
  return [
    ...(stage ? [renderTask(taskNames.stage, stageSteps, { ...shared, isFirst: true })] : []),
    renderTask(taskNames.run, runSteps, { ...shared, isFirst: !stage }),
  ];
}

interface TaskInput {
  readonly input: ManifestInput;
  readonly settings: ClusterSettings;
  readonly volumes: PodVolumes;
  readonly timeout: string;
  /** The first task that touches the run's folder. */
  readonly isFirst: boolean;
}

function renderTask(name: string, steps: readonly PipelineStepName[], task: TaskInput): JsonObject {
  const { input, settings, volumes, timeout, isFirst } = task;
  const { runFile, profile } = input;
  const own = isFirst ? renderOwnStep(profile) : undefined;
  const isRun = name === taskNames.run;
  const credentials = steps.flatMap((step) => stageCredentials(step, runFile, profile) ?? []);
  const works = steps.some((step) => step === 'notebook' || step === 'command');
  return compact({
    name,
    runAfter: isRun && !isFirst ? [taskNames.stage] : undefined,
    timeout,
    taskSpec: compact({
      results: isRun
        ? [{ name: summaryResult, type: 'string', description: 'The verdict, how each step ended, the failed cell' }]
        : undefined,
      volumes: [
        ...volumes.volumes,
        ...credentials.map(({ volume }) => volume),
        ...(works ? [{ name: 'shared-memory', emptyDir: { medium: 'Memory', sizeLimit: settings.sharedMemory } }] : []),
      ],
      stepTemplate: compact({
        image: settings.image,
        imagePullPolicy: profile.imagePullPolicy,
        env: commonEnvironment(settings.image, profile, runFile),
        securityContext: containerSecurityContext(profile),
        volumeMounts: volumes.mounts,
      }),
      steps: [
        ...(own === undefined ? [] : [own]),
        ...steps.map((step) => renderStep(step, { runFile, profile, settings })),
      ],
    }),
  });
}
