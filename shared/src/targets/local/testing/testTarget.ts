import { execFileSync, spawnSync } from 'node:child_process';
import { execPath } from 'node:process';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { RunFile } from '../../../pipeline/index.ts';
import type { RunEvent, StepName } from '../../../protocol/index.ts';
import type { RunSubmission, RunTarget, StagedFile } from '../../runTarget.ts';
import type { LocalTargetOptions } from '../localOptions.ts';
import { createLocalTarget } from '../localTarget.ts';
import { readProcessTable } from '../../../processes/index.ts';
import { RunPaths } from '../runFolder.ts';
import { runMarker } from '../supervisor/stepEnvironment.ts';
import { readSupervisor } from '../supervisorProcess.ts';

export const noSignal: AbortSignal = new AbortController().signal;

/** The prelude of the fake steps: `result STATE [VERDICT]` writes results/STEP.json as a real step would. */
const prelude = `
step=$(basename "$0" .sh)
result() { printf '{"step":"%s","state":"%s","exitCode":%d%s}\\n' "$step" "$1" "\${3:-0}" "\${2:+,\\"verdict\\":\\"$2\\"}" >"$SLIPWAY_RUN_DIR/results/$step.json"; }
progress() { printf '%s\\n' "$1" >>"$SLIPWAY_RUN_DIR/progress.jsonl"; }
`;

/** A data folder and step scripts of a test's own, removed at its end. */
export class Workshop {
  readonly root: string;

  private constructor(root: string) {
    this.root = root;
  }

  /** @param scripts bodies of the step scripts; by default a step says its name and succeeds */
  static async open(scripts: Partial<Record<StepName, string>> = {}): Promise<Workshop> {
    const workshop = new Workshop(await mkdtemp(join(tmpdir(), "slipway target's $(test) ")));
    await mkdir(workshop.stepsDir, { recursive: true });
    await mkdir(workshop.dataDir, { recursive: true });
    for (const step of ['prepare', 'notebook', 'command', 'report', 'test', 'collect'] as const) {
      const usual = step === 'collect' ? 'result succeeded succeeded' : 'echo "this is $step"; result succeeded';
      await writeFile(join(workshop.stepsDir, `${step}.sh`), `${prelude}\n${scripts[step] ?? usual}\n`);
    }
    return workshop;
  }

  get dataDir(): string {
    return join(this.root, 'data');
  }
  get stepsDir(): string {
    return join(this.root, 'steps');
  }
  runDir(run: string): string {
    return join(this.dataDir, 'runs', run);
  }

  options(changes: Partial<LocalTargetOptions> = {}): LocalTargetOptions {
    return {
      dataDir: this.dataDir,
      environmentsDir: join(this.root, 'environments'),
      stepsDir: this.stepsDir,
      supervisorScript: fileURLToPath(new URL('../supervisorMain.ts', import.meta.url)),
      nodePath: execPath,
      env: process.env,
      now: Date.now,
      cancelGraceMs: 1_000,
      leftoverGraceMs: 300,
      ...changes,
    };
  }

  target(changes: Partial<LocalTargetOptions> = {}): RunTarget {
    return createLocalTarget(this.options(changes));
  }

  /** Cancels what still runs, then removes everything. */
  async close(): Promise<void> {
    const target = this.target();
    const names = await target.list(noSignal);
    await Promise.all(
      names.map(async (name) => {
        await target.cancel(name, noSignal);
        await untilFinished(target, name);
      }),
    );
    await chmod(this.dataDir, 0o700);
    // A supervisor leaves the queue after its run's last event, so a folder may still get a file.
    await rm(this.root, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }
}

export function textFile(path: string, text: string): StagedFile {
  const bytes = Buffer.from(text);
  return {
    path,
    bytes: bytes.length,
    open: async function* () {
      yield await Promise.resolve(bytes);
    },
  };
}

export function submissionOf(
  name: string,
  changes: Partial<RunFile> = {},
  files: readonly StagedFile[] = [],
): RunSubmission {
  const steps: RunFile['steps'] = changes.steps ?? ['prepare', 'notebook', 'collect'];
  const runFile: RunFile = {
    version: 1,
    run: name,
    spec: { notebook: 'a.ipynb' },
    notebook: { path: 'a.ipynb', name: 'a', kernel: 'python3', language: 'python', cells: [] },
    parameters: {},
    env: {},
    environment: { base: 'interpreter' },
    timeouts: {},
    outputs: [],
    inputHashes: { notebook: '', requirements: '', tests: '' },
    ...changes,
    steps,
  };
  return {
    runFile,
    files,
    run: {
      name,
      context: 'local',
      title: 'a.ipynb',
      state: 'submitting',
      createdAt: 1,
      cancelRequested: false,
      steps: steps.map((step) => ({ name: step, state: 'pending' })),
    },
    python: {
      interpreter: '/usr/bin/python3',
      version: '3.11.0',
      origin: 'chosen',
      kernel: 'python3',
      language: 'python',
      environment: 'asIs',
      explanation: 'for a test',
    },
  };
}

/** Waits for something to become true; the limit is there so that a failing test ends. */
export async function until<Value>(
  what: string,
  look: () => Promise<Value | undefined> | Value | undefined,
  limitMs = 60_000,
): Promise<Value> {
  const deadline = Date.now() + limitMs;
  for (;;) {
    const value = await look();
    if (value !== undefined && value !== false) return value;
    if (Date.now() > deadline) throw new Error(`waited in vain for: ${what}`);
    await sleep(20);
  }
}

export function untilFinished(target: RunTarget, run: string): Promise<RunEvent & { type: 'finished' }> {
  return until(`the end of ${run}`, async () => {
    const last = (await target.events(run, noSignal)).at(-1);
    return last?.type === 'finished' ? last : undefined;
  });
}

export function untilEvent(target: RunTarget, run: string, matches: (event: RunEvent) => boolean): Promise<RunEvent> {
  return until(`an event of ${run}`, async () => (await target.events(run, noSignal)).find(matches));
}

export async function logText(target: RunTarget, run: string, step: StepName): Promise<string> {
  const { bytes } = await target.readLog(run, step, 0, 100_000_000, noSignal);
  return Buffer.from(bytes).toString('utf8');
}

/** Live processes that carry a run's marker. */
export function processesLeft(runDir: string): readonly number[] {
  return readProcessTable(runMarker(runDir)).flatMap(({ pid, marked, dead }) => (marked && !dead ? [pid] : []));
}

/** The pid of the supervisor that drives a run. */
export async function supervisorPid(runDir: string): Promise<number> {
  const record = await readSupervisor(new RunPaths(runDir));
  if (record === undefined) throw new Error(`${runDir} has no supervisor`);
  return record.identity.pid;
}

/** Mounts a small file system of its own at a folder, if this system lets us. */
export function mountTmpfs(folder: string, options: string): boolean {
  return spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'slipway-test', folder], { stdio: 'ignore' }).status === 0;
}

export function unmount(folder: string): void {
  execFileSync('umount', ['-l', folder]);
}
