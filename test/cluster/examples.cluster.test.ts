import { beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { taskSchema } from '../../shared/src/protocol/index.ts';
import { describeForeign, pipelineRunSchema } from '../../shared/src/targets/tekton/observe/index.ts';
import { exampleFiles, type ExampleFile } from './tektonExamples.ts';

const taskShape = z.looseObject({ name: z.string(), runAfter: z.array(z.string()).optional() });
type PipelineTask = z.output<typeof taskShape>;
const specShape = z.looseObject({ tasks: z.array(taskShape), finally: z.array(taskShape).optional() });
interface Example {
  readonly name: string;
  readonly pipelineRun: unknown;
  readonly tasks: readonly (PipelineTask & { readonly atEnd: boolean })[];
}

let examples: readonly Example[] = [];

beforeAll(async () => {
  examples = (await exampleFiles()).flatMap(readExamples);
});

/** The PipelineRuns of a file; a pipeline that one refers to is in the same file, and resolved as Tekton does. */
function readExamples({ name, objects }: ExampleFile): Example[] {
  return objects
    .filter(({ kind }) => kind === 'PipelineRun')
    .flatMap((object, index) => {
      const reference = z.object({ name: z.string() }).safeParse(object.spec?.pipelineRef);
      const pipeline = objects.find(
        ({ kind, metadata }) => kind === 'Pipeline' && metadata.name === reference.data?.name,
      );
      const spec = specShape.safeParse(object.spec?.pipelineSpec ?? pipeline?.spec);
      // What a resolver fetches from elsewhere is not here.
      if (!spec.success) return [];
      const { tasks, finally: atEnd = [] } = spec.data;
      const pipelineRun = { ...object, metadata: { name: 'example' }, status: { pipelineSpec: spec.data } };
      const all = [
        ...tasks.map((task) => ({ ...task, atEnd: false })),
        ...atEnd.map((task) => ({ ...task, atEnd: true })),
      ];
      return [{ name: `${name} ${index}`, pipelineRun, tasks: all }];
    });
}

/** Names of tasks in the variables of a text, found in another way than the code under test does. */
function namedIn(text: string): string[] {
  const variables = text
    .split('$(')
    .slice(1)
    .map((rest) => rest.split(')', 1)[0] ?? '');
  const paths = variables.map((variable) => variable.split('.'));
  return paths.flatMap(([root, name, what]) =>
    root === 'tasks' && name !== undefined && what !== undefined ? [name] : [],
  );
}

describe("Tekton's examples", () => {
  it('are there', () => {
    expect(examples.length).toBeGreaterThanOrEqual(60);
    expect(examples.filter(({ tasks }) => tasks.some(({ matrix }) => matrix !== undefined)).length).toBeGreaterThan(5);
    expect(examples.filter(({ tasks }) => tasks.some(({ atEnd }) => atEnd)).length).toBeGreaterThan(5);
  });

  it('have every task, with all that it waits for and nothing else', () => {
    for (const { name, pipelineRun, tasks } of examples) {
      const described = describeForeign(pipelineRunSchema.parse(pipelineRun), [], []).tasks;
      const known = new Set(tasks.map((task) => task.name));
      const wanted = tasks.map((task) => {
        // A pipeline inside has tasks of its own.
        const own = { ...task, pipelineSpec: undefined };
        const after = [...new Set([...(task.runAfter ?? []), ...namedIn(JSON.stringify(own))])];
        for (const other of after) expect([name, task.name, known.has(other)]).toEqual([name, task.name, true]);
        return [task.name, task.atEnd, after.toSorted()];
      });
      expect([name, described.map((task) => [task.name, task.finally, task.after.toSorted()])]).toEqual([name, wanted]);
      for (const task of described) expect(taskSchema.safeParse(task).error).toBeUndefined();
    }
  });

  it('have the steps that are written in them', () => {
    const steps = z.object({ taskSpec: z.object({ steps: z.array(z.looseObject({ name: z.string().optional() })) }) });
    for (const { name, pipelineRun, tasks } of examples) {
      const described = describeForeign(pipelineRunSchema.parse(pipelineRun), [], []);
      const wanted = tasks.flatMap((task) => {
        const embedded = steps.safeParse(task);
        if (!embedded.success || task.matrix !== undefined) return [];
        return embedded.data.taskSpec.steps.map((step, at) => `${task.name}/${step.name ?? `unnamed-${at}`}`);
      });
      expect([name, described.steps.map((step) => step.name)]).toEqual([name, wanted]);
    }
  });
});
