import * as z from 'zod';
import { annotations, labels, managedBy } from '../../../pipeline/index.ts';
import { pipelineStepNameSchema, type Run } from '../../../protocol/index.ts';
import type { Metadata, PipelineRun } from './schemas/index.ts';
import { tektonLabels } from './tektonLabels.ts';
import { line } from './text.ts';
import { triggerOf } from './trigger.ts';

/** True for a PipelineRun that Slipway made. */
export function isOurs(metadata: Metadata): boolean {
  return metadata.labels[labels.managedBy] === managedBy && metadata.labels[labels.run] === metadata.name;
}

/** What labels and annotations alone tell of a run; its state and steps are the caller's. */
export function identityOf(
  context: string,
  metadata: Metadata,
  pipeline: string | undefined,
): Omit<Run, 'state' | 'steps' | 'cancelRequested'> {
  const trigger = triggerOf(metadata);
  const common = {
    name: metadata.name,
    context,
    createdAt: metadata.creationTimestamp ?? 0,
    ...(trigger !== undefined && { trigger }),
  };
  if (!isOurs(metadata)) {
    const user =
      metadata.annotations['pipeline.openshift.io/started-by'] ?? metadata.labels['pipelinesascode.tekton.dev/sender'];
    return {
      ...common,
      title: line(pipeline ?? metadata.labels[tektonLabels.pipeline] ?? metadata.name),
      foreign: true,
      ...(user !== undefined && { user: line(user) }),
    };
  }
  const read = (name: string): string | undefined => metadata.annotations[name];
  const user = line(read(annotations.user) ?? '');
  const source = parseJson(read(annotations.source), sourceSchema);
  const reuses = parseJson(read(annotations.reuses), reusesSchema);
  const created = Date.parse(read(annotations.created) ?? '');
  const title = line(read(annotations.title) ?? '');
  return {
    ...common,
    ...(created >= 0 && { createdAt: created }),
    title: title === '' ? metadata.name : title,
    ...(user !== '' && { user }),
    ...(source !== undefined && { source }),
    ...(reuses !== undefined && { reuses }),
  };
}

/** Steps that the run takes from another one. */
export function reusedSteps(pipelineRun: PipelineRun): readonly string[] {
  return parseJson(pipelineRun.metadata.annotations[annotations.reuses], reusesSchema)?.steps ?? [];
}

const sourceSchema = z.object({ path: z.string(), unsaved: z.boolean() });
const reusesSchema = z.object({ run: z.string(), steps: z.array(pipelineStepNameSchema) });

function parseJson<Schema extends z.ZodType>(text: string | undefined, schema: Schema): z.output<Schema> | undefined {
  if (text === undefined) return undefined;
  try {
    const parsed = schema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}
