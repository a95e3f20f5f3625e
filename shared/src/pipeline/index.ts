/**
 * The pipeline: the step scripts (`steps/`, the same files on a laptop and in a pod) and the pure code that writes what
 * they read, and the objects that a cluster runs. Pure: no I/O here. Start reading at runFile.ts, manifest/pipelineRun.ts and steps/README.md.
 */
export * from './runFile.ts';
export * from './manifest/manifestInput.ts';
export { settleRun } from './manifest/clusterSettings.ts';
export type { ClusterSettings } from './manifest/clusterSettings.ts';
export { checkObjectName } from './manifest/fieldChecks.ts';
export { dated, dayOf } from './manifest/dayLabel.ts';
export { renderHelperPod, renderVolumeReaderPod } from './manifest/helperPod.ts';
export type { HelperPodOptions, VolumeReaderInput } from './manifest/helperPod.ts';
export { planInputs, renderInputs, runFileText } from './manifest/inputs.ts';
export type { ListedInput } from './manifest/inputs.ts';
export { compact } from './manifest/kubernetesObject.ts';
export type { Json, JsonObject, KubernetesObject, ObjectMetadata } from './manifest/kubernetesObject.ts';
export * from './manifest/names.ts';
export { renderPipelineRun } from './manifest/pipelineRun.ts';
export { renderVolumeClaim, runVolume } from './manifest/runVolume.ts';
export { sharedConfigMaps } from './manifest/sharedConfigMaps.ts';
export type { SharedConfigMap, SharedConfigMaps } from './manifest/sharedConfigMaps.ts';
export { stepsToRun, taskOf } from './manifest/steps.ts';
export { checkPipelineRun } from './manifest/checkPipelineRun.ts';
export type { ManifestFault } from './manifest/checkPipelineRun.ts';
export { manifestText, objectsText } from './manifest/manifestText.ts';
export { podTemplate } from './manifest/podTemplate.ts';
export { parseSize } from './manifest/quantity.ts';
export { containerSecurityContext } from './manifest/securityContexts.ts';
export { gpuEnvironment, mirrorEnvironment } from './manifest/stepEnvironment.ts';
export { workStepResources } from './manifest/stepResources.ts';
