import type { Clock, KubernetesApi } from '../../../kubernetes/index.ts';
import type { TeamProfile } from '../../../protocol/index.ts';
import type { ByteRange, OpenedFile, StagedFile } from '../../runTarget.ts';
import type { ScriptFiles } from '../scriptFiles.ts';

/** Reads a run's folder on its volume, for what the API does not hold (any more). */
export interface RunFolderReader {
  openFile(run: string, path: string, range: ByteRange | undefined, signal: AbortSignal): Promise<OpenedFile>;
  inputs(run: string, signal: AbortSignal): Promise<readonly StagedFile[]>;
}

export interface SubmitterOptions {
  readonly api: KubernetesApi;
  readonly profile: TeamProfile;
  readonly scripts: ScriptFiles;
  /** Who submits, for people. */
  readonly user: string;
  /** `cli`, `vscode`, `jupyterlab`. */
  readonly trigger: string;
  readonly clock: Clock;
  readonly randomHex: (bytes: number) => string;
  readonly files: RunFolderReader;
}
