import {
  type ClusterEvent,
  eventSchema,
  type Node,
  nodeSchema,
  type PipelineRun,
  pipelineRunSchema,
  type Pod,
  podSchema,
  type TaskRun,
  taskRunSchema,
} from '../schemas/index.ts';

type Json = Readonly<Record<string, unknown>>;

/** Second `seconds` of the minute in which everything happens, as the API writes times. */
export function at(seconds: number): string {
  return new Date(startMs + seconds * 1_000).toISOString();
}

/** Epoch ms of `at(0)`. */
export const startMs = Date.parse('2026-11-25T10:00:00Z');

export const ourLabels = {
  'app.kubernetes.io/managed-by': 'slipway',
  'slipway.dev/run': 'analysis-7f3a',
  'slipway.dev/trigger': 'cli',
};

/** A condition `Succeeded`. */
export function condition(status: 'True' | 'False' | 'Unknown', reason: string, message = ''): Json {
  return { type: 'Succeeded', status, reason, message };
}

/** Our run `analysis-7f3a` with these steps in its task `run`. */
export function ourRun(
  steps: readonly string[],
  status?: Json,
  more: { spec?: Json; annotations?: Json } = {},
): PipelineRun {
  return pipelineRunSchema.parse({
    metadata: {
      name: 'analysis-7f3a',
      uid: 'run-uid',
      creationTimestamp: at(0),
      labels: ourLabels,
      annotations: { 'slipway.dev/title': 'analysis.ipynb', ...more.annotations },
    },
    spec: {
      pipelineSpec: { tasks: [{ name: 'run', taskSpec: { steps: steps.map((name) => ({ name })) } }] },
      ...more.spec,
    },
    status,
  });
}

export function taskRun(name: string, task: string, status?: Json, spec: Json = {}): TaskRun {
  return taskRunSchema.parse({ metadata: { name, labels: { 'tekton.dev/pipelineTask': task } }, spec, status });
}

export function pod(name: string, parts: { spec?: Json; status?: Json; metadata?: Json } = {}): Pod {
  return podSchema.parse({ ...parts, metadata: { name, creationTimestamp: at(0), ...parts.metadata } });
}

/** A pod that no node takes. */
export function unscheduled(message: string, spec: Json = {}, reason = 'Unschedulable'): Pod {
  return pod('p', {
    spec,
    status: { phase: 'Pending', conditions: [{ type: 'PodScheduled', status: 'False', reason, message }] },
  });
}

/** A node with so many GPUs. */
export function node(
  name: string,
  gpus: number,
  more: { labels?: Json; taints?: readonly Json[]; unschedulable?: boolean } = {},
): Node {
  return nodeSchema.parse({
    metadata: { name, labels: more.labels ?? {} },
    spec: { taints: more.taints, unschedulable: more.unschedulable },
    status: { allocatable: { cpu: '16', memory: '64Gi', 'nvidia.com/gpu': String(gpus) } },
  });
}

/** A running pod that holds GPUs of a node. */
export function gpuPod(name: string, nodeName: string, gpus: number, startedAt: string): Pod {
  return pod(name, {
    spec: { nodeName, containers: [{ name: 'c', resources: { limits: { 'nvidia.com/gpu': gpus } } }] },
    status: { phase: 'Running', startTime: startedAt },
  });
}

export function event(
  about: { kind: string; name: string },
  reason: string,
  message: string,
  more: Json = {},
): ClusterEvent {
  return eventSchema.parse({
    metadata: { name: 'e' },
    involvedObject: about,
    type: 'Warning',
    reason,
    message,
    lastTimestamp: at(10),
    ...more,
  });
}
