import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JobFolder } from '../../jobs/index.ts';
import { memoryFolder } from '../../jobs/testing/memoryFolder.ts';
import type { Folder, JobSpec, Run, RunEvent, StepName, StepState, Submission } from '../../protocol/index.ts';
import type { RunTarget } from '../../targets/index.ts';
import { createRunService, type RunService } from '../index.ts';
import { MemoryTarget } from './memoryTarget.ts';

export const never: AbortSignal = new AbortController().signal;
export const diskFolder = '/home/ada/cells';

/** A notebook with a `parameters` cell (`n_pcs = 20`) and code cells of the given sources. */
export function notebookText(...sources: readonly string[]): string {
  const code = (id: string, source: string, tags: readonly string[] = []) => ({
    cell_type: 'code',
    id,
    metadata: tags.length === 0 ? {} : { tags },
    execution_count: null,
    outputs: [],
    source,
  });
  const cells = [
    code('params', 'n_pcs = 20', ['parameters']),
    ...sources.map((source, index) => code(`c${index}`, source)),
  ];
  const metadata = { kernelspec: { name: 'python3', language: 'python', display_name: 'Python 3' } };
  return JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata, cells });
}

/** A folder as a data scientist has one; tests change the files and the service reads them anew. */
export function projectFiles(): Record<string, string> {
  return {
    'analysis.ipynb': notebookText('import helpers', 'helpers.plot(n_pcs)'),
    'helpers.py': 'def plot(n): ...\n',
    'requirements.txt': 'scipy\n',
    'tests/test_report.py': 'def test_report(): ...\n',
  };
}

/** A run service on memory targets, with folders in memory and temporary files in a folder of its own. */
export class ServiceHarness {
  readonly target: MemoryTarget;
  /** By context; `service.contextsChanged` has to be told of changes. */
  readonly targets: Map<string, RunTarget>;
  readonly service: RunService;
  readonly temporary = mkdtempSync(join(tmpdir(), 'slipway-runs-'));
  /** The files of `diskFolder`, as they are now. */
  files = projectFiles();
  /** Called with each path that is read from a job folder. */
  onRead: (path: string) => void = () => undefined;
  readonly errors: unknown[] = [];
  /** Epoch ms; goes on by a second with each look. */
  clock = 1_000_000;
  #random = 0;

  constructor(targets: readonly RunTarget[] = [], target = new MemoryTarget()) {
    this.target = target;
    this.targets = new Map([target, ...targets].map((each) => [each.context, each]));
    this.service = createRunService({
      targets: this.targets,
      openFolder: (folder) => this.open(folder),
      now: () => (this.clock += 1_000),
      randomHex: (bytes) => (this.#random++).toString(16).padStart(bytes * 2, '0'),
      temporaryFolder: this.temporary,
      onError: (error) => this.errors.push(error),
    });
  }

  get temporaryFiles(): string[] {
    return readdirSync(this.temporary);
  }

  close(): void {
    this.service.dispose();
    rmSync(this.temporary, { recursive: true });
  }

  submission(changes: Partial<Submission> = {}, spec: JobSpec = { notebook: 'analysis.ipynb' }): Submission {
    return { context: 'local', folder: { kind: 'disk', path: diskFolder }, spec, ...changes };
  }

  submit(changes: Partial<Submission> = {}, spec?: JobSpec): Promise<Run> {
    return this.service.submit(this.submission(changes, spec), () => undefined, never);
  }

  /** Lets a run go through its steps with the given ends; the verdict is `failed` if one of them failed. */
  finish(
    run: string,
    ends: Readonly<Partial<Record<StepName, 'succeeded' | 'failed' | 'skipped' | 'cancelled'>>> = {},
  ): void {
    const { run: first } = this.target.runs.get(run)?.submission ?? {};
    const events: RunEvent[] = [];
    let verdict: 'succeeded' | 'failed' | 'cancelled' = 'succeeded';
    for (const step of first?.steps ?? []) {
      if (step.state === 'reused') continue;
      const state: Exclude<StepState, 'pending' | 'running'> = ends[step.name] ?? 'succeeded';
      if (state === 'failed' || state === 'cancelled') verdict = state;
      events.push({ type: 'stepStarted', time: (this.clock += 10), step: step.name });
      events.push({
        type: 'stepFinished',
        time: (this.clock += 10),
        step: step.name,
        state,
        note: `${step.name} done`,
      });
    }
    this.target.emit(run, ...events, { type: 'finished', time: (this.clock += 10), state: verdict });
  }

  open(folder: Folder): JobFolder {
    const isHere = folder.kind === 'host' || folder.path === diskFolder;
    const now = (): JobFolder => memoryFolder(isHere ? this.files : {});
    return {
      label: diskFolder,
      diskPath: folder.kind === 'disk' ? folder.path : undefined,
      list: (path, signal) => now().list(path, signal),
      stat: (path, signal) => now().stat(path, signal),
      read: (path, signal) => {
        this.onRead(path);
        return now().read(path, signal);
      },
    };
  }
}

/** Lets what is under way come to rest: all reads of memory targets are done by then. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
