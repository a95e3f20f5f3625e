import * as z from 'zod';
import { runFileSchema, type RunFile } from '../../../../pipeline/index.ts';
import { artifactSchema, failedCellSchema, SlipwayError, type Artifact } from '../../../../protocol/index.ts';
import { containedParts } from '../../../local/containment.ts';
import type { ByteRange, OpenedFile, StagedFile } from '../../../runTarget.ts';
import { NoSuchFolder } from '../reader/readerStart.ts';
import type { FilesAnswer } from './filesConnection.ts';
import type { FolderAccess, Question } from './folderAccess.ts';

const listSchema = z.object({ live: z.boolean().optional(), artifacts: z.array(z.unknown()) });
const inputsSchema = z.object({ inputs: z.array(z.object({ path: z.string(), bytes: z.int().nonnegative() })) });

/** How a step ended, from `results/STEP.json`; what does not fit is left out. */
const stepResultSchema = z.object({
  state: z.enum(['succeeded', 'failed', 'skipped']),
  exitCode: z.int().optional().catch(undefined),
  reason: z.string().optional().catch(undefined),
  reasonCode: z.string().optional().catch(undefined),
  note: z.string().optional().catch(undefined),
  verdict: z.enum(['succeeded', 'failed', 'timedOut', 'cancelled']).optional().catch(undefined),
  failedCell: failedCellSchema.optional().catch(undefined),
});
export type StepResult = z.output<typeof stepResultSchema>;

const pastRunSchema = z.object({
  run: z.string(),
  runFile: runFileSchema,
  results: z.record(z.string(), z.unknown()),
  modified: z.number().nonnegative(),
});

/** A run as its folder on the volume tells it. */
export interface PastRun {
  readonly run: string;
  readonly runFile: RunFile;
  /** By step; a step without one was killed, or never ran. */
  readonly results: ReadonlyMap<string, StepResult>;
  /** Epoch ms: when the last step ended, as far as the folder tells. */
  readonly modifiedAt: number;
}

export interface ListedArtifacts {
  readonly artifacts: readonly Artifact[];
  /** The run goes on: files still change, and have no hashes. */
  readonly live: boolean;
}

/** What lies in the folders of runs. */
export class RunFolders {
  readonly #access: FolderAccess;

  constructor(access: FolderAccess) {
    this.#access = access;
  }

  /** The index if there is one, else what is there now. Entries that make no sense are left out. @throws as FolderAccess */
  async artifacts(run: string, signal: AbortSignal): Promise<ListedArtifacts> {
    const answer = await this.#ask(run, { list: true }, signal);
    if (answer === undefined) return { artifacts: [], live: true };
    const { live, artifacts } = understood(listSchema, answer, 'list of artifacts');
    return { live: live === true, artifacts: artifacts.flatMap(artifactOf) };
  }

  /**
   * Streams a file of the run's folder, or a byte range of it.
   * @throws SlipwayError `artifact.notFound`, `path.refused`, and as FolderAccess
   */
  async openFile(run: string, path: string, range: ByteRange | undefined, signal: AbortSignal): Promise<OpenedFile> {
    containedParts(path);
    const open: Question<OpenedFile> = ({ connection, done }) => connection.open(path, range, done, signal);
    const opened = await this.#access.ask(run, open, signal);
    if (opened === undefined) throw nothingYet(run);
    return opened;
  }

  /** Resolves once files of the run can be opened without waiting, for a while. @throws as `openFile` */
  async prepare(run: string, signal: AbortSignal): Promise<void> {
    const nothing: Question<true> = ({ done }) => {
      done();
      return Promise.resolve(true);
    };
    const isThere = await this.#access.ask(run, nothing, signal);
    if (isThere === undefined) throw nothingYet(run);
  }

  /** The staged input files. @throws as FolderAccess */
  async inputs(run: string, signal: AbortSignal): Promise<readonly StagedFile[]> {
    const answer = await this.#ask(run, { inputs: true }, signal);
    if (answer === undefined) throw nothingYet(run);
    const { inputs } = understood(inputsSchema, answer, 'list of inputs');
    return inputs.map(({ path, bytes }) => ({ path, bytes, open: (opened) => this.#input(run, path, opened) }));
  }

  /** All runs of the team's volume whose folders can be read. @throws as FolderAccess */
  async *history(signal: AbortSignal): AsyncGenerator<PastRun, void, undefined> {
    const answer = await this.#allRuns(signal);
    if (answer === undefined) return;
    const { lines, first, done } = answer;
    try {
      for (let line = first; line.done !== true; line = await lines.next()) {
        const past = pastRunSchema.safeParse(line.value);
        if (past.success) yield pastRun(past.data);
      }
    } finally {
      await lines.return();
      done();
    }
  }

  /** Undefined where nothing was ever run on the volume. */
  async #allRuns(signal: AbortSignal) {
    try {
      return await this.#access.askAll(async ({ connection, done }) => {
        const lines = connection.askLines({ runs: true }, signal);
        return { lines, first: await lines.next(), done };
      }, signal);
    } catch (error) {
      if (error instanceof NoSuchFolder) return undefined;
      throw error;
    }
  }

  async *#input(run: string, path: string, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    const { content } = await this.openFile(run, `inputs/${path}`, undefined, signal);
    yield* content;
  }

  async #ask(run: string, request: object, signal: AbortSignal): Promise<FilesAnswer | undefined> {
    const question: Question<FilesAnswer> = async ({ connection, done }) => {
      const answer = await connection.ask(request, signal);
      done();
      return answer;
    };
    return this.#access.ask(run, question, signal);
  }
}

function artifactOf(value: unknown): Artifact[] {
  const parsed = artifactSchema.safeParse(value);
  if (!parsed.success) return [];
  try {
    containedParts(parsed.data.path);
    return [parsed.data];
  } catch {
    return [];
  }
}

function pastRun({ run, runFile, results, modified }: z.output<typeof pastRunSchema>): PastRun {
  const known = Object.entries(results).flatMap(([step, value]): [string, StepResult][] => {
    const parsed = stepResultSchema.safeParse(value);
    return parsed.success ? [[step, parsed.data]] : [];
  });
  return { run, runFile, results: new Map(known), modifiedAt: modified };
}

function understood<S extends z.ZodType>(schema: S, answer: FilesAnswer, what: string): z.output<S> {
  const parsed = schema.safeParse(answer);
  if (parsed.success) return parsed.data;
  throw new SlipwayError('cluster.protocol', `The helper in the pod gave no ${what} that can be read.`, {
    action: 'The run may come from another version of Slipway.',
    cause: parsed.error,
  });
}

function nothingYet(run: string): SlipwayError {
  return new SlipwayError('artifact.notFound', `The run ${run} has no files: no pod of it has run.`, {
    action: 'Try again once it runs.',
  });
}
