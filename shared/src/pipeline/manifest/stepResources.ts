import type { PipelineStepName } from '../../protocol/index.ts';
import type { ClusterSettings } from './clusterSettings.ts';
import type { ownStep } from './names.ts';
import type { JsonObject } from './kubernetesObject.ts';

type SmallStep = Exclude<PipelineStepName, 'notebook' | 'command'> | typeof ownStep;

/**
 * What the steps beside the notebook ask for. The requests of all steps of a pod add up, so these are small; the steps may
 * use more while the notebook does not.
 */
const requests: Readonly<Record<SmallStep, JsonObject>> = {
  own: { cpu: '10m', memory: '32Mi' },
  dataset: { cpu: '100m', memory: '128Mi' },
  clone: { cpu: '100m', memory: '128Mi' },
  prepare: { cpu: '100m', memory: '256Mi' },
  report: { cpu: '100m', memory: '256Mi' },
  test: { cpu: '100m', memory: '256Mi' },
  collect: { cpu: '50m', memory: '64Mi' },
};

/** Where a quota demands limits: what these steps may use at most. */
const limits: Readonly<Record<SmallStep, JsonObject>> = {
  own: { cpu: '500m', memory: '256Mi' },
  dataset: { cpu: '2', memory: '1Gi' },
  clone: { cpu: '2', memory: '1Gi' },
  prepare: { cpu: '2', memory: '4Gi' },
  report: { cpu: '1', memory: '2Gi' },
  test: { cpu: '2', memory: '4Gi' },
  collect: { cpu: '1', memory: '512Mi' },
};

/** Resources of a step that is not the notebook or the command. */
export function smallStepResources(step: SmallStep, withLimits: boolean): JsonObject {
  return { requests: requests[step], ...(withLimits && { limits: limits[step] }) };
}

/**
 * Resources of the step that does the work: the instance type. Memory is a limit and a request alike, devices are limits
 * (Kubernetes makes requests of them), and CPU is a request only, unless a quota demands limits.
 */
export function workStepResources(settings: ClusterSettings, withLimits: boolean): JsonObject {
  const { cpu, memory, devices } = settings;
  return {
    requests: { cpu, memory },
    limits: { ...(withLimits && { cpu }), memory, ...devices },
  };
}

/** Resources of a helper pod. Limits always: it is ours alone, and knows what it needs. */
export const helperResources: JsonObject = {
  requests: { cpu: '50m', memory: '64Mi' },
  limits: { cpu: '1', memory: '512Mi' },
};
