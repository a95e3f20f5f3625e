import { spawn, type ChildProcess } from 'node:child_process';
import { createRequire } from 'node:module';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { artifactIndexSchema, failedCellSchema, stepNameSchema } from '../../../shared/src/protocol/index.ts';
import type {
  Artifact,
  FailedCell,
  ParameterValue,
  PipelineStepName,
  StepName,
} from '../../../shared/src/protocol/index.ts';
import type { RunFile } from '../../../shared/src/pipeline/index.ts';
import { z } from 'zod';

export const stepsFolder = join(import.meta.dirname, '../../../shared/src/pipeline/steps');

export interface CellInput {
  readonly source: string;
  readonly kind?: 'code' | 'markdown';
  readonly tags?: readonly string[];
}

export interface RunInput {
  /** File name without `.ipynb`. */
  readonly name?: string;
  /** Strings are code cells; ids are `cell-0`, `cell-1`, … in order. Without cells there has to be a command. */
  readonly cells?: readonly (string | CellInput)[];
  readonly command?: readonly string[];
  /** Path → text, relative to the job's folder. */
  readonly files?: Readonly<Record<string, string>>;
  readonly parameters?: Record<string, ParameterValue>;
  readonly kernel?: string;
  readonly change?: Partial<RunFile>;
}

const resultSchema = z.strictObject({
  step: stepNameSchema,
  state: z.enum(['succeeded', 'failed', 'skipped']),
  exitCode: z.int(),
  reason: z.string().optional(),
  reasonCode: z
    .enum(['timeout', 'cellFailed', 'kernelDied', 'noTests', 'testsFailed', 'environment', 'previousStep', 'other'])
    .optional(),
  note: z.string().optional(),
  verdict: z.enum(['succeeded', 'failed', 'timedOut', 'cancelled']).optional(),
  failedCell: failedCellSchema.optional(),
});
export type StepResult = z.infer<typeof resultSchema>;

/** Checks what a step left. */
export function asStepResult(value: unknown): StepResult {
  return resultSchema.parse(value);
}

const progressSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('cellsCounted'),
    time: z.number(),
    cells: z.array(z.strictObject({ id: z.string(), label: z.string() })),
  }),
  z.strictObject({ type: z.literal('cellStarted'), time: z.number(), id: z.string() }),
  z.strictObject({ type: z.literal('cellFinished'), time: z.number(), id: z.string(), failed: z.boolean() }),
  z.strictObject({ type: z.literal('stepNote'), time: z.number(), step: stepNameSchema, text: z.string() }),
]);
export type Progress = z.infer<typeof progressSchema>;

export type StepResults = Partial<Record<StepName, StepResult>>;

export interface StepEnd {
  readonly exitCode: number | null;
  readonly output: string;
}

/** The interpreter with papermill and its friends; `npm test` makes one. */
export function testPython(): string {
  const python = process.env.SLIPWAY_TEST_PYTHON;
  if (python === undefined) {
    throw new Error(
      'SLIPWAY_TEST_PYTHON is not set: it has to name a Python with papermill, nbconvert, ipykernel and pytest',
    );
  }
  return python;
}

/** A run folder made by hand, as a target makes one, on which the real step scripts are started. */
export class StepRun {
  readonly base: string;
  readonly folder: string;
  private readonly runFile: RunFile;
  private readonly children = new Set<ChildProcess>();

  private constructor(base: string, runFile: RunFile) {
    this.base = base;
    this.folder = join(base, 'run');
    this.runFile = runFile;
  }

  static async create(input: RunInput, base?: string): Promise<StepRun> {
    const home = base ?? (await mkdtemp(join(tmpdir(), 'slipway steps ')));
    const run = new StepRun(home, runFileOf(input));
    await rm(run.folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
    await run.writeInput(input);
    await cp(run.path('inputs'), run.path('work'), { recursive: true });
    await writeFile(run.path('run.json'), JSON.stringify(run.runFile));
    await copyAssets(join(home, 'assets'));
    return run;
  }

  path(...parts: string[]): string {
    return join(this.folder, ...parts);
  }

  text(...parts: string[]): Promise<string> {
    return readFile(this.path(...parts), 'utf8');
  }

  /** Starts one step and waits for its end. */
  async step(step: StepName, environment: Record<string, string> = {}): Promise<StepEnd> {
    const child = this.start(step, environment);
    const parts: Buffer[] = [];
    child.stdout?.on('data', (part: Buffer) => parts.push(part));
    child.stderr?.on('data', (part: Buffer) => parts.push(part));
    const exitCode = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    this.children.delete(child);
    return { exitCode, output: Buffer.concat(parts).toString('utf8') };
  }

  start(step: StepName, environment: Record<string, string> = {}): ChildProcess {
    const child = spawn('bash', [join(stepsFolder, `${step}.sh`)], {
      cwd: this.folder,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...process.env,
        SLIPWAY_RUN_DIR: this.folder,
        SLIPWAY_STEPS: stepsFolder,
        SLIPWAY_OUTPUT: this.path('output'),
        SLIPWAY_PYTHON: testPython(),
        SLIPWAY_ENVIRONMENTS: join(this.base, 'environments'),
        SLIPWAY_ASSETS: join(this.base, 'assets'),
        ...environment,
      },
    });
    this.children.add(child);
    return child;
  }

  /** Starts all steps in order, each whatever the one before did, as a target does; returns the results by step. */
  all(environment: Record<string, string> = {}): Promise<StepResults> {
    return this.only(this.runFile.steps, environment);
  }

  /** The same with some of the steps. */
  async only(steps: readonly StepName[], environment: Record<string, string> = {}): Promise<StepResults> {
    const results: StepResults = {};
    for (const step of steps) {
      const end = await this.step(step, environment);
      const result = await this.result(step);
      if (result.exitCode !== end.exitCode) {
        throw new Error(
          `${step} ended with ${String(end.exitCode)} but says ${String(result.exitCode)}: ${end.output}`,
        );
      }
      results[step] = result;
    }
    return results;
  }

  async result(step: StepName): Promise<StepResult> {
    return resultSchema.parse(JSON.parse(await this.text('results', `${step}.json`)));
  }

  async failedCell(): Promise<FailedCell> {
    return failedCellSchema.parse((await this.result('collect')).failedCell);
  }

  async progress(): Promise<Progress[]> {
    const text = await this.text('progress.jsonl').catch(() => '');
    return text
      .split('\n')
      .slice(0, -1)
      .map((line) => progressSchema.parse(JSON.parse(line)));
  }

  async artifacts(): Promise<Artifact[]> {
    return artifactIndexSchema.parse(JSON.parse(await this.text('artifacts.json'))).artifacts;
  }

  async dispose(): Promise<void> {
    for (const child of this.children) child.kill('SIGKILL');
    await rm(this.base, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }

  private async writeInput(input: RunInput): Promise<void> {
    const files: Record<string, string> = { ...input.files };
    if (input.cells !== undefined) files[`${nameOf(input)}.ipynb`] = notebookText(input);
    for (const folder of ['inputs', 'output', 'logs', 'results']) await mkdir(this.path(folder), { recursive: true });
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(this.path('inputs', path)), { recursive: true });
      await writeFile(this.path('inputs', path), text);
    }
  }
}

/** False for a process that has ended, also where nobody has asked for its exit code yet (a zombie). */
export async function isRunning(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${String(pid)}/stat`, 'utf8').catch(() => '');
  return stat !== '' && !/^\) [ZX]/.test(stat.slice(stat.lastIndexOf(')')));
}

/** The runs of one test, with one owner that removes them. */
export class StepRuns {
  private readonly runs: StepRun[] = [];

  async make(input: RunInput, base?: string): Promise<StepRun> {
    const run = await StepRun.create(input, base);
    this.runs.push(run);
    return run;
  }

  async dispose(): Promise<void> {
    for (const run of this.runs.splice(0)) await run.dispose();
  }
}

function nameOf(input: RunInput): string {
  return input.name ?? 'analysis';
}

function cellsOf(input: RunInput): (CellInput & { id: string })[] {
  return (input.cells ?? []).map((cell, index) => ({
    id: `cell-${String(index)}`,
    ...(typeof cell === 'string' ? { source: cell } : cell),
  }));
}

export function notebookText(input: RunInput): string {
  return JSON.stringify({
    nbformat: 4,
    nbformat_minor: 5,
    metadata: {
      kernelspec: { name: 'python3', display_name: 'Python 3', language: 'python' },
      language_info: { name: 'python' },
    },
    cells: cellsOf(input).map(({ id, source, kind, tags }) =>
      kind === 'markdown'
        ? { cell_type: 'markdown', id, metadata: {}, source }
        : { cell_type: 'code', id, metadata: tags ? { tags } : {}, source, outputs: [], execution_count: null },
    ),
  });
}

export function runFileOf(input: RunInput): RunFile {
  const name = nameOf(input);
  const main: PipelineStepName[] = input.cells === undefined ? ['command'] : ['notebook', 'report'];
  return {
    version: 1,
    run: 'analysis-7f3a',
    spec: {},
    steps: ['prepare', ...main, 'test', 'collect'],
    ...(input.cells === undefined
      ? { command: { argv: [...(input.command ?? [])] } }
      : {
          notebook: {
            path: `${name}.ipynb`,
            name: name.replace(/^.*\//, ''),
            kernel: input.kernel ?? 'python3',
            language: 'python',
            cells: cellsOf(input)
              .filter(({ kind }) => kind !== 'markdown')
              .map(({ id, source }) => ({ id, label: source.split('\n')[0] ?? '' })),
          },
        }),
    parameters: input.parameters ?? {},
    env: {},
    environment: { base: 'interpreter' },
    timeouts: {},
    outputs: [],
    inputHashes: { notebook: '', requirements: '', tests: '' },
    ...input.change,
  };
}

/** The two scripts that reports inline, under the names that the build gives them. */
async function copyAssets(folder: string): Promise<void> {
  const require = createRequire(import.meta.url);
  await mkdir(folder, { recursive: true });
  await cp(require.resolve('mathjax/es5/tex-svg-full.js'), join(folder, 'mathjax.js'));
  await cp(require.resolve('requirejs/require.js'), join(folder, 'require.js'));
}
