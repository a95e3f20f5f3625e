import { homedir } from 'node:os';
import { KeptSteps } from './keptSteps.ts';
import { planByHelper, type PlanEnvironment } from './python/index.ts';

/** What a local target needs from outside; nothing of it is looked up behind the caller's back. */
export interface LocalTargetOptions {
  /** Absolute path of the data folder; `$XDG_DATA_HOME/slipway`. */
  readonly dataDir: string;
  /** Absolute path of the folder with the virtual environments that runs share. */
  readonly environmentsDir: string;
  /** Absolute path of the folder with the step scripts. */
  readonly stepsDir: string;
  /** Absolute path of `supervisorMain`, bundled or as source. */
  readonly supervisorScript: string;
  /** Absolute path of the program that runs it: Node, or an editor that can act as Node. */
  readonly nodePath: string;
  /** The submitter's environment, which the steps inherit. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Epoch ms. */
  readonly now: () => number;
  /** Told of what could not be read or removed and keeps nobody waiting; nobody if not given. */
  readonly log?: (entry: string) => void;
  /** The context's name; `local` if not given. */
  readonly context?: string;
  /** How many runs may run at once; 2 if not given. All cores on one data folder should agree. */
  readonly slots?: number;
  /** From TERM to KILL when a run is cancelled; 10,000 if not given. */
  readonly cancelGraceMs?: number;
  /** From TERM to KILL for what a finished step left behind; 2,000 if not given. */
  readonly leftoverGraceMs?: number;
  /** Limit of the `collect` after a cancel; 60,000 if not given. */
  readonly cancelledCollectMs?: number;
  /** Absolute path of the user's home; the system's answer if not given. */
  readonly home?: string;
  /** Asks what environment a run would get; the steps' own helper if not given. */
  readonly planEnvironment?: PlanEnvironment;
  /** How long a supervisor may take to come up; 15,000 if not given. */
  readonly startLimitMs?: number;
}

/** With every default filled in. */
export interface LocalTargetSettings extends Required<LocalTargetOptions> {
  readonly keptSteps: KeptSteps;
}

export function withDefaults(options: LocalTargetOptions): LocalTargetSettings {
  return {
    log: () => undefined,
    context: 'local',
    slots: 2,
    cancelGraceMs: 10_000,
    leftoverGraceMs: 2_000,
    cancelledCollectMs: 60_000,
    startLimitMs: 15_000,
    home: options.env.HOME ?? homedir(),
    planEnvironment: planByHelper(options.stepsDir, options.env),
    keptSteps: new KeptSteps(options),
    ...options,
  };
}
