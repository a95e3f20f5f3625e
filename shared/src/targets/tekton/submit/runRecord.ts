import * as z from 'zod';
import { resources } from '../../../kubernetes/index.ts';
import { annotations, objectNames, runFileSchema, type RunFile } from '../../../pipeline/index.ts';
import { jobSpecSchema, SlipwayError, type JobSpec } from '../../../protocol/index.ts';
import type { StagedFile } from '../../runTarget.ts';
import { noSuchRun } from './cancelRun.ts';
import { configMapSchema, objectSchema, type ConfigMap } from './clusterObjects.ts';
import { isOurs, runOf } from './runObjects.ts';
import type { SpaceObjects } from './spaceObjects.ts';
import type { RunFolderReader } from './submitterOptions.ts';

const fileListSchema = z.object({
  version: z.literal(1),
  files: z.array(
    z.object({
      path: z.string(),
      bytes: z.int().nonnegative(),
      sha256: z.string(),
      /** Of the ConfigMap; without it the file was uploaded. */
      key: z.string().optional(),
    }),
  ),
});

/** What a run was submitted with: from its ConfigMap while that is there, else from its folder on the volume. */
export class RunRecord {
  readonly #space: SpaceObjects;
  readonly #files: RunFolderReader;

  constructor(space: SpaceObjects, files: RunFolderReader) {
    this.#space = space;
    this.#files = files;
  }

  /** See `RunTarget.runFile`. @throws SlipwayError `run.notFound`, `target.unsupported` for a run that Slipway did not make */
  async runFile(run: string, signal: AbortSignal): Promise<RunFile> {
    const inputs = await this.#inputsOf(run, signal);
    const text = inputs === undefined ? await this.#readFolder(run, 'run.json', signal) : inputs.data['run.json'];
    return parsed(text, runFileSchema, `the run file of ${run}`);
  }

  /** The job spec, for a new run like this one. @throws as `runFile` */
  async jobSpec(run: string, signal: AbortSignal): Promise<JobSpec> {
    const object = await this.#space.find(resources.pipelineRuns, run, objectSchema, signal);
    const text = object?.metadata.annotations[annotations.jobSpec];
    if (text === undefined) return (await this.runFile(run, signal)).spec;
    return parsed(text, jobSpecSchema, `the job spec of ${run}`);
  }

  /** See `RunTarget.inputs`. @throws as `runFile` */
  async inputs(run: string, signal: AbortSignal): Promise<readonly StagedFile[]> {
    const inputs = await this.#inputsOf(run, signal);
    if (inputs === undefined) return this.#files.inputs(run, signal);
    return listOfInputs(inputs, run).map(({ key, ...file }) => ({
      ...file,
      open:
        key === undefined
          ? (opened) => this.#uploaded(run, file.path, opened)
          : () => only(contentOf(inputs, key, run)),
    }));
  }

  /** The ConfigMap; undefined when it is gone while the run's folder may still be there. */
  async #inputsOf(run: string, signal: AbortSignal): Promise<ConfigMap | undefined> {
    const [inputs, pipelineRun] = await Promise.all([
      this.#space.find(resources.configMaps, objectNames(run).inputs, configMapSchema, signal),
      this.#space.find(resources.pipelineRuns, run, objectSchema, signal),
    ]);
    if (pipelineRun !== undefined && !isOurs(pipelineRun.metadata)) {
      throw new SlipwayError(
        'target.unsupported',
        `The run ${run} was not made by Slipway, so what it was given is not known.`,
        {
          action: 'It can be seen, read and cancelled; run it again with what made it.',
        },
      );
    }
    return inputs !== undefined && runOf(inputs.metadata) === run ? inputs : undefined;
  }

  async #readFolder(run: string, path: string, signal: AbortSignal): Promise<string> {
    try {
      const { content } = await this.#files.openFile(run, path, undefined, signal);
      const chunks: Uint8Array[] = [];
      for await (const chunk of content) chunks.push(chunk);
      return Buffer.concat(chunks).toString('utf8');
    } catch (error) {
      // No folder either.
      if (SlipwayError.is(error, 'artifact.notFound')) throw noSuchRun(run, this.#space);
      throw error;
    }
  }

  async *#uploaded(run: string, path: string, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    const { content } = await this.#files.openFile(run, `inputs/${path}`, undefined, signal);
    yield* content;
  }
}

/** All inputs of a run; those without a key were uploaded. @throws SlipwayError `artifact.unreadable` */
export function listOfInputs(inputs: ConfigMap, run: string): z.output<typeof fileListSchema>['files'] {
  return parsed(inputs.data['files.json'], fileListSchema, `the list of inputs of ${run}`).files;
}

function contentOf({ data, binaryData }: ConfigMap, key: string, run: string): Uint8Array {
  const text = data[key];
  const encoded = binaryData[key];
  if (text !== undefined) return Buffer.from(text, 'utf8');
  if (encoded !== undefined) return Buffer.from(encoded, 'base64');
  throw new SlipwayError(
    'artifact.unreadable',
    `The inputs of ${run} on the cluster lack the file ${key}, which their list names.`,
    {
      action: 'Submit anew from the folder that has the files.',
    },
  );
}

async function* only(content: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(content);
}

function parsed<S extends z.ZodType>(text: string | undefined, schema: S, what: string): z.output<S> {
  try {
    return schema.parse(JSON.parse(text ?? ''));
  } catch (error) {
    throw new SlipwayError('artifact.unreadable', `What the cluster has as ${what} cannot be read.`, {
      action: 'It may come from another version of Slipway: submit anew from the folder that has the files.',
      cause: error,
    });
  }
}
