import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import type { RunFacts } from '../facts.ts';
import {
  claimSchema,
  customRunSchema,
  eventSchema,
  pipelineRunSchema,
  podSchema,
  taskRunSchema,
} from '../schemas/index.ts';

const folder = join(import.meta.dirname, '..', '__fixtures__');

/** A change that a cluster showed: an object as it was seen, or the key of one that was gone. */
const changeSchema = z.object({
  now: z.number(),
  seen: z.looseObject({ kind: z.string(), metadata: z.looseObject({ name: z.string() }) }).optional(),
  gone: z.string().optional(),
});
type Change = z.output<typeof changeSchema>;

/** Runs that a real cluster (Kubernetes 1.34, Tekton 1.15) ran, by what became of them. */
export const recordedNames: readonly string[] = readdirSync(folder)
  .filter((file) => file.endsWith('.jsonl'))
  .map((file) => file.slice(0, -'.jsonl'.length));

/** The facts of a recorded run, one after the other as they became known. */
export function recordedFacts(name: string): RunFacts[] {
  const text = readFileSync(join(folder, `${name}.jsonl`), 'utf8');
  const changes = text
    .trim()
    .split('\n')
    .map((line) => changeSchema.parse(JSON.parse(line)));
  const objects = new Map<string, NonNullable<Change['seen']>>();
  const facts: RunFacts[] = [];
  for (const [index, change] of changes.entries()) {
    if (change.seen !== undefined) {
      const key = `${change.seen.kind}/${change.seen.metadata.name}`;
      objects.set(key, withUnchanged(objects.get(key), change.seen));
    }
    if (change.gone !== undefined) objects.delete(change.gone);
    if (changes[index + 1]?.now !== change.now) facts.push(factsOf([...objects.values()], change.now));
  }
  return facts;
}

/** What did not change since the change before is not written again: spec, metadata but the name. */
function withUnchanged(before: Change['seen'], seen: NonNullable<Change['seen']>): NonNullable<Change['seen']> {
  return { ...before, ...seen, metadata: { ...before?.metadata, ...seen.metadata } };
}

function factsOf(objects: readonly NonNullable<Change['seen']>[], now: number): RunFacts {
  const read = <S extends z.ZodType>(kind: string, schema: S): z.output<S>[] =>
    objects.filter((object) => object.kind === kind).map((object) => schema.parse(object));
  return {
    context: 'test-cluster',
    now,
    pipelineRun: read('PipelineRun', pipelineRunSchema)[0],
    taskRuns: read('TaskRun', taskRunSchema),
    customRuns: read('CustomRun', customRunSchema),
    pods: read('Pod', podSchema),
    events: read('Event', eventSchema),
    claims: read('PersistentVolumeClaim', claimSchema),
    progress: [],
  };
}
