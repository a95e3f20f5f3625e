import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { parseAllDocuments } from 'yaml';
import * as z from 'zod';

/** Tekton's own examples of PipelineRuns, from the module that the test cluster is built of. */
const module = 'github.com/tektoncd/pipeline@v1.15.0';

const objectSchema = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string().optional(), generateName: z.string().optional() }),
  spec: z.looseObject({}).optional(),
});
export type ExampleObject = z.output<typeof objectSchema>;

/** A file of examples, with the objects in it. */
export interface ExampleFile {
  /** Its path below the examples. */
  readonly name: string;
  readonly objects: readonly ExampleObject[];
}

/** All files of examples, in the order of their names. */
export async function exampleFiles(): Promise<readonly ExampleFile[]> {
  const { stdout } = await promisify(execFile)('go', ['mod', 'download', '-json', module], { cwd: tmpdir() });
  const { Dir } = z.object({ Dir: z.string() }).parse(JSON.parse(stdout));
  const folder = join(Dir, 'examples', 'v1', 'pipelineruns');
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(({ name }) => name.endsWith('.yaml'))
    .map((file) => join(file.parentPath, file.name))
    .toSorted()
    .map((path) => ({ name: relative(folder, path), objects: objectsOf(readFileSync(path, 'utf8')) }));
}

function objectsOf(text: string): ExampleObject[] {
  return parseAllDocuments(text).flatMap((document) => {
    const parsed = objectSchema.safeParse(document.toJS());
    return parsed.success ? [parsed.data] : [];
  });
}
