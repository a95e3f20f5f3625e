import type {
  Companion,
  CompanionChoice,
  JobSpec,
  ParameterDeclaration,
  ParameterValue,
  PipelineStepName,
  RunPlan,
} from '../../protocol/index.ts';
import type { RunFile } from '../../pipeline/index.ts';
import type { NotebookDocument } from '../notebook/notebookDocument.ts';

/** A job as a host or the command line hands it over. */
export interface JobSubmission {
  readonly spec: JobSpec;
  /** The notebook's JSON as the editor shows it now; without it, the file in the folder is read. */
  readonly notebookText?: string | undefined;
  /** True when `notebookText` differs from what is saved. */
  readonly unsaved?: boolean | undefined;
}

/** A parameter with what it was given; without `value` the notebook's default holds. */
export type PreparedParameter = ParameterDeclaration & { value?: ParameterValue };

/** The tests of a job, as `run.json` has them. */
export type PreparedTests = NonNullable<RunPlan['tests']>;

/** The requirements file of a job. It is no companion: whoever stages the job stages it too. */
export interface PreparedRequirements {
  /** Relative to the job's folder. */
  readonly path: string;
  readonly text: string;
  /** True when nobody named it: it lay beside the notebook. */
  readonly found: boolean;
}

/** A job whose input was read, checked and completed. Nothing was changed to make it. */
export interface PreparedJob {
  /** With checked paths, checked parameters and the defaults that are known here. */
  readonly spec: JobSpec;
  /** For people: the notebook's file name or the command line. */
  readonly title: string;
  readonly steps: readonly PipelineStepName[];
  /** Exactly one of `notebook` and `command` is set. Where the notebook lies is `spec.notebook`. */
  readonly notebook?: NotebookDocument | undefined;
  /** The command's arguments. */
  readonly command?: readonly string[] | undefined;
  readonly parameters: readonly PreparedParameter[];
  /** The values that were given, checked; defaults are not among them. */
  readonly values: Readonly<Record<string, ParameterValue>>;
  readonly companions: CompanionChoice;
  readonly tests?: PreparedTests | undefined;
  /** What a cluster fetches before the run; see `RunFile`. */
  readonly fetched: Pick<RunFile, 'dataset' | 'repository' | 'suite'>;
  /** The files of the tests folder: they travel too, and are hashed apart. */
  readonly testFiles: readonly Companion[];
  readonly requirements?: PreparedRequirements | undefined;
  readonly warnings: readonly string[];
  readonly unsaved: boolean;
  /** Number of code cells of the notebook. */
  readonly codeCells?: number | undefined;
  /** The spec's kernel, else the notebook's, else `python3`; undefined for a command. */
  readonly kernel?: string | undefined;
  /** The notebook's language; undefined for a command, and where the spec chose another kernel than the notebook's. */
  readonly language?: string | undefined;
}
