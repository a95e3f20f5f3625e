import { spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, chown, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { artifactIndexSchema } from '../../../shared/src/protocol/index.ts';
import type { Artifact, PipelineStepName } from '../../../shared/src/protocol/index.ts';
import { asStepResult, notebookText, runFileOf, stepsFolder, testPython } from './stepRunner.ts';
import type { RunInput, StepEnd, StepResult, StepResults } from './stepRunner.ts';

/** Nobody that the machine knows, as in a pod with any uid. Without root the tests run as whoever runs them. */
const anyUid = process.getuid?.() === 0 ? { uid: 123_456, gid: 0 } : {};

export interface PodInput extends RunInput {
  /** Path → text of files that were uploaded to `inputs/` before the run, instead of lying in the ConfigMap. */
  readonly uploaded?: Readonly<Record<string, string>>;
}

/** A run's folder as it is in a pod: empty at first, what was submitted in a folder that stands for the ConfigMap. */
export class PodRun {
  readonly base: string;
  readonly folder: string;
  readonly steps: readonly PipelineStepName[];
  private readonly children = new Set<ChildProcess>();

  private constructor(base: string, steps: readonly PipelineStepName[]) {
    this.base = base;
    this.folder = join(base, 'run');
    this.steps = steps;
  }

  static async create(input: PodInput): Promise<PodRun> {
    const base = await mkdtemp(join(tmpdir(), 'slipway pod '));
    await chmod(base, 0o777);
    const runFile = runFileOf(input);
    const run = new PodRun(base, runFile.steps);
    await mkdir(run.folder);
    await mkdir(join(base, 'assets'));
    await writeFile(join(base, 'assets/mathjax.js.gz'), gzipSync('/* maths */'));
    await writeFile(join(base, 'assets/require.js'), '/* require */');
    await run.hand(run.folder);
    const files: Record<string, string> = { ...input.files };
    if (input.cells !== undefined) files[`${input.name ?? 'analysis'}.ipynb`] = notebookText(input);
    await run.writeInputs(files, input.uploaded ?? {}, JSON.stringify(runFile));
    return run;
  }

  path(...parts: string[]): string {
    return join(this.folder, ...parts);
  }

  text(...parts: string[]): Promise<string> {
    return readFile(this.path(...parts), 'utf8');
  }

  start(step: PipelineStepName, environment: Record<string, string> = {}): ChildProcess {
    return this.spawn('bash', [join(stepsFolder, `${step}.sh`)], environment);
  }

  /** Starts a verb of the helpers, as an exec in the pod does. */
  helper(verb: string): ChildProcess {
    return this.spawn(testPython(), ['-I', '-S', join(stepsFolder, 'slipway_steps'), verb], {});
  }

  async step(step: PipelineStepName, environment: Record<string, string> = {}): Promise<StepEnd> {
    return ended(this.start(step, environment));
  }

  /** Starts all steps in order, each whatever the one before did, as Tekton does. */
  async all(environment: Record<string, string> = {}): Promise<StepResults> {
    const results: StepResults = {};
    for (const step of this.steps) {
      await this.step(step, environment);
      results[step] = await this.result(step);
    }
    return results;
  }

  async result(step: PipelineStepName): Promise<StepResult> {
    return asStepResult(JSON.parse(await this.text('results', `${step}.json`)));
  }

  async artifacts(): Promise<Artifact[]> {
    return artifactIndexSchema.parse(JSON.parse(await this.text('artifacts.json'))).artifacts;
  }

  /** The Task's result. */
  async summary(): Promise<Record<string, unknown>> {
    const text = await readFile(join(this.base, 'summary'), 'utf8');
    return JSON.parse(text) as Record<string, unknown>;
  }

  /** Makes a folder the run's own. */
  async hand(folder: string): Promise<void> {
    if (anyUid.uid !== undefined) await chown(folder, anyUid.uid, anyUid.gid);
  }

  async dispose(): Promise<void> {
    for (const child of this.children) child.kill('SIGKILL');
    await rm(this.base, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }

  private spawn(program: string, args: readonly string[], environment: Record<string, string>): ChildProcess {
    const child = spawn(program, args, {
      cwd: '/',
      stdio: ['pipe', 'pipe', 'pipe'],
      ...anyUid,
      env: {
        PATH: `${dirname(testPython())}:${process.env.PATH ?? ''}`,
        HOME: '/',
        SLIPWAY_TARGET: 'cluster',
        SLIPWAY_RUN_DIR: this.folder,
        SLIPWAY_STEPS: stepsFolder,
        SLIPWAY_INPUTS: join(this.base, 'inputs'),
        SLIPWAY_ASSETS: join(this.base, 'assets'),
        SLIPWAY_IMAGE: 'registry.example/runner:1',
        SLIPWAY_RESULT: join(this.base, 'summary'),
        ...environment,
      },
    });
    this.children.add(child);
    child.once('close', () => this.children.delete(child));
    return child;
  }

  private async writeInputs(
    mounted: Readonly<Record<string, string>>,
    uploaded: Readonly<Record<string, string>>,
    runFile: string,
  ): Promise<void> {
    const folder = join(this.base, 'inputs');
    await mkdir(folder);
    const files: { path: string; bytes: number; sha256: string; key?: string }[] = [];
    for (const [index, [path, text]] of Object.entries(mounted).entries()) {
      const key = `f${String(index)}`;
      files.push({ key, ...describe(path, text) });
      await writeFile(join(folder, key), text);
    }
    for (const [path, text] of Object.entries(uploaded)) {
      files.push(describe(path, text));
      await this.upload(path, text);
    }
    await writeFile(join(folder, 'files.json'), JSON.stringify({ version: 1, files }));
    await writeFile(join(folder, 'run.json'), runFile);
  }

  /** Puts a file where the upload's pod does. */
  async upload(path: string, text: string): Promise<void> {
    const parts = ['inputs', ...path.split('/')];
    for (let length = 1; length < parts.length; length += 1) {
      const folder = this.path(...parts.slice(0, length));
      await mkdir(folder, { recursive: true });
      await this.hand(folder);
    }
    await writeFile(this.path('inputs', path), text);
    await this.hand(this.path('inputs', path));
  }
}

/** Waits for a process's end. */
export async function ended(child: ChildProcess): Promise<StepEnd> {
  const parts: Buffer[] = [];
  child.stdout?.on('data', (part: Buffer) => parts.push(part));
  child.stderr?.on('data', (part: Buffer) => parts.push(part));
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  return { exitCode, output: Buffer.concat(parts).toString('utf8') };
}

/** The runs of one test, with one owner that removes them. */
export class PodRuns {
  private readonly runs: PodRun[] = [];

  async make(input: PodInput): Promise<PodRun> {
    const run = await PodRun.create(input);
    this.runs.push(run);
    return run;
  }

  async dispose(): Promise<void> {
    for (const run of this.runs.splice(0)) await run.dispose();
  }
}

function describe(path: string, text: string): { path: string; bytes: number; sha256: string } {
  return { path, bytes: Buffer.byteLength(text), sha256: createHash('sha256').update(text).digest('hex') };
}
