import * as z from 'zod';
import { anything, listOf, part, text, texts, timestamp } from './lenient.ts';

/** What every Kubernetes object carries; a name that is missing is empty. */
export const metadataSchema = z
  .object({
    name: z.string().catch(''),
    namespace: text,
    uid: text,
    resourceVersion: text,
    creationTimestamp: timestamp,
    deletionTimestamp: timestamp,
    labels: texts,
    annotations: texts,
    ownerReferences: listOf(z.object({ kind: text, name: text, uid: text })),
    managedFields: listOf(z.object({ manager: text, operation: text, subresource: text, time: timestamp })),
  })
  .catch({ name: '', labels: {}, annotations: {}, ownerReferences: [], managedFields: [] });
export type Metadata = z.output<typeof metadataSchema>;

export const conditionSchema = z.object({
  type: z.string(),
  status: text,
  reason: text,
  message: text,
  lastTransitionTime: timestamp,
});
export type Condition = z.output<typeof conditionSchema>;

/** A result of a task or pipeline: text, a list or an object of texts. */
export const resultSchema = z.object({ name: z.string(), value: anything });
export type Result = z.output<typeof resultSchema>;

export const terminatedSchema = part({
  exitCode: z.int().optional().catch(undefined),
  signal: z.int().optional().catch(undefined),
  reason: text,
  message: text,
  startedAt: timestamp,
  finishedAt: timestamp,
});
export type Terminated = NonNullable<z.output<typeof terminatedSchema>>;

export const waitingSchema = part({ reason: text, message: text });
export const runningSchema = part({ startedAt: timestamp });

/** The condition `Succeeded` of Tekton's runs. */
export function succeededCondition(conditions: readonly Condition[] | undefined): Condition | undefined {
  return conditions?.find(({ type }) => type === 'Succeeded');
}

/** A result's value as text: what is no text is shown as JSON. */
export function resultText(value: unknown): string {
  if (typeof value === 'string') return value;
  return value === undefined ? '' : JSON.stringify(value);
}

export function resultTexts(results: readonly Result[] | undefined): Record<string, string> | undefined {
  if (results === undefined || results.length === 0) return undefined;
  return Object.fromEntries(results.map(({ name, value }) => [name, resultText(value)]));
}
