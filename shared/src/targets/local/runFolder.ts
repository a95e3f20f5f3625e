import { join } from 'node:path';
import type { StepName } from '../../protocol/index.ts';

/** The steps in their order, kept here too because the supervisor starts without the schema library (runFolder.test.ts compares). */
export const knownSteps: readonly StepName[] = ['prepare', 'notebook', 'command', 'report', 'test', 'collect'];

export function isStepName(value: unknown): value is StepName {
  return knownSteps.some((step) => step === value);
}

/** How often `supervisor.json` is touched: the only sign of life that another machine on the same home folder can see. */
export const heartbeatMs = 30_000;

/** Where a data folder keeps its runs, its queue and the step scripts that runs use. */
export function dataPaths(dataDir: string): { readonly runs: string; readonly queue: string; readonly steps: string } {
  return { runs: join(dataDir, 'runs'), queue: join(dataDir, 'queue'), steps: join(dataDir, 'steps') };
}

/** Names of the files in a run's folder; the layout is docs/decisions/0002-run-folder.md. */
export class RunPaths {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  get runFile(): string {
    return join(this.folder, 'run.json');
  }
  get events(): string {
    return join(this.folder, 'events.jsonl');
  }
  get progress(): string {
    return join(this.folder, 'progress.jsonl');
  }
  get inputs(): string {
    return join(this.folder, 'inputs');
  }
  get work(): string {
    return join(this.folder, 'work');
  }
  get output(): string {
    return join(this.folder, 'output');
  }
  get logs(): string {
    return join(this.folder, 'logs');
  }
  get results(): string {
    return join(this.folder, 'results');
  }
  get python(): string {
    return join(this.folder, 'python');
  }
  get artifactIndex(): string {
    return join(this.folder, 'artifacts.json');
  }
  get supervisor(): string {
    return join(this.folder, 'supervisor.json');
  }
  /** What the supervisor says when it breaks; empty otherwise. */
  get supervisorLog(): string {
    return join(this.folder, 'supervisor.log');
  }
  get cancel(): string {
    return join(this.folder, 'cancel');
  }
  /** How this machine runs it; see `LocalSettings`. */
  get local(): string {
    return join(this.folder, 'local.json');
  }
  log(step: StepName): string {
    return join(this.logs, `${step}.log`);
  }
  times(step: StepName): string {
    return join(this.logs, `${step}.times`);
  }
  result(step: StepName): string {
    return join(this.results, `${step}.json`);
  }
}

/**
 * `local.json`: what the supervisor needs beside `run.json`, written once by `submit`. Everything in it belongs to this
 * machine, so it is not part of the run file that other targets share.
 */
export interface LocalSettings {
  readonly version: 1;
  /** Epoch ms; the place in the queue. */
  readonly submittedAt: number;
  /** Absolute path of the Python that the steps start from. */
  readonly interpreter: string;
  readonly environmentsDir: string;
  readonly stepsDir: string;
  readonly queueDir: string;
  /** How many runs may run at once on this machine. */
  readonly slots: number;
  /** From TERM to KILL when a run is cancelled. */
  readonly cancelGraceMs: number;
  /** From TERM to KILL for what a step left running in the background. */
  readonly leftoverGraceMs: number;
  /** Limit of the `collect` that lists what a cancelled run left. */
  readonly cancelledCollectMs: number;
}

/** True for a name that may be a run's folder: a DNS label, so never a path, a hidden or a staging folder. */
export function isRunName(name: string): boolean {
  return /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(name);
}
