import type { PipelineTask } from '../schemas/index.ts';

/** A variable that waits for another task: its results, artifacts, number of combinations, status or reason. */
const reference = /\$\(tasks\.([a-z0-9](?:[-a-z0-9]*[a-z0-9])?)\.(?:results|outputs|matrix|status|reason)\b/g;
const deepest = 32;

/** Names of the tasks that a task of a pipeline refers to, in the order in which they are met. */
export function referencesOf(task: PipelineTask): string[] {
  const found = new Set<string>();
  const { params, when, matrix, workspaces, displayName } = task;
  const { taskSpec, taskRef, pipelineRef } = task;
  const places = [params, when, matrix, workspaces, displayName, taskRef?.params, pipelineRef?.params];
  for (const place of [...places, taskSpec?.steps, taskSpec?.sidecars]) collect(place, found, 0);
  return [...found];
}

/** All names of tasks that it runs after: said by `runAfter`, or because it refers to them. */
export function afterOf(task: PipelineTask): string[] {
  return [...new Set([...task.runAfter, ...referencesOf(task)])];
}

function collect(value: unknown, found: Set<string>, depth: number): void {
  if (typeof value === 'string') {
    for (const [, name = ''] of value.matchAll(reference)) found.add(name);
  } else if (typeof value === 'object' && value !== null && depth < deepest) {
    for (const inner of Object.values(value)) collect(inner, found, depth + 1);
  }
}
