import * as z from 'zod';
import { anything, integer, listOf, part, text, textList, timestamp } from './lenient.ts';
import {
  conditionSchema,
  metadataSchema,
  resultSchema,
  runningSchema,
  terminatedSchema,
  waitingSchema,
} from './objects.ts';

const specStepSchema = z.object({ name: text, timeout: text });

/** The spec of a TaskRun as it was resolved. */
const taskSpecSchema = part({ steps: listOf(specStepSchema) });

/** The same inside of a pipeline: its steps stay as they were written, since they may refer to other tasks. */
const embeddedSpecSchema = part({
  apiVersion: text,
  kind: text,
  steps: listOf(z.looseObject({ name: text, timeout: text })),
  sidecars: anything,
});

const referenceSchema = part({ name: text, kind: text, apiVersion: text, resolver: text, params: anything });

/** A task of a pipeline; where results are referred to stays as it was written. */
export const pipelineTaskSchema = z.object({
  name: z.string(),
  taskRef: referenceSchema,
  taskSpec: embeddedSpecSchema,
  pipelineRef: referenceSchema,
  pipelineSpec: anything,
  runAfter: textList,
  params: anything,
  when: anything,
  matrix: anything,
  onError: text,
  workspaces: anything,
  displayName: anything,
  retries: anything,
});
export type PipelineTask = z.output<typeof pipelineTaskSchema>;

const pipelineSpecSchema = part({ tasks: listOf(pipelineTaskSchema), finally: listOf(pipelineTaskSchema) });

/** What is read of a PipelineRun (tekton.dev/v1). */
export const pipelineRunSchema = z.object({
  metadata: metadataSchema,
  spec: part({
    status: text,
    managedBy: text,
    timeouts: part({ pipeline: text, tasks: text, finally: text }),
    pipelineRef: referenceSchema,
    pipelineSpec: pipelineSpecSchema,
  }),
  status: part({
    conditions: listOf(conditionSchema),
    startTime: timestamp,
    completionTime: timestamp,
    childReferences: listOf(z.object({ kind: text, name: z.string(), pipelineTaskName: text })),
    skippedTasks: listOf(z.object({ name: z.string(), reason: text })),
    pipelineSpec: pipelineSpecSchema,
    results: listOf(resultSchema),
  }),
});
export type PipelineRun = z.output<typeof pipelineRunSchema>;

export const stepStatusSchema = z.object({
  name: z.string(),
  container: text,
  /** Of a container that was made. */
  imageID: text,
  terminated: terminatedSchema,
  running: runningSchema,
  waiting: waitingSchema,
  terminationReason: text,
});
export type StepStatus = z.output<typeof stepStatusSchema>;

/** What is read of a TaskRun (tekton.dev/v1). */
export const taskRunSchema = z.object({
  metadata: metadataSchema,
  spec: part({ status: text, statusMessage: text, timeout: text, retries: integer }),
  status: part({
    conditions: listOf(conditionSchema),
    podName: text,
    startTime: timestamp,
    completionTime: timestamp,
    steps: listOf(stepStatusSchema),
    results: listOf(resultSchema),
    taskSpec: taskSpecSchema,
    retriesStatus: z.array(z.unknown()).optional().catch(undefined),
  }),
});
export type TaskRun = z.output<typeof taskRunSchema>;

/** What is read of a CustomRun (tekton.dev/v1beta1): a task that another controller runs. */
export const customRunSchema = z.object({
  metadata: metadataSchema,
  status: part({
    conditions: listOf(conditionSchema),
    startTime: timestamp,
    completionTime: timestamp,
    results: listOf(resultSchema),
    retriesStatus: z.array(z.unknown()).optional().catch(undefined),
  }),
});
export type CustomRun = z.output<typeof customRunSchema>;
