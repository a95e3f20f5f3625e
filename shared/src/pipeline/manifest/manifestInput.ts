import type { Run, TeamProfile } from '../../protocol/index.ts';
import type { RunFile } from '../runFile.ts';

/** An input file as it is about to travel. */
export interface InputFile {
  /** Relative to `inputs/`. */
  readonly path: string;
  readonly bytes: number;
}

/** Which inputs travel in the ConfigMap `R-inputs` (under these keys), and which are streamed to the volume before the run. */
export interface InputsPlan {
  readonly inConfigMap: readonly (InputFile & { readonly key: string })[];
  readonly uploaded: readonly InputFile[];
}

/** Names of the two ConfigMaps that all runs of a version share, with the paths that they hold by key. */
export interface SharedScripts {
  readonly stepsName: string;
  /** ConfigMap key → path below `/slipway/steps`. */
  readonly steps: ReadonlyMap<string, string>;
  readonly assetsName: string;
  readonly assets: ReadonlyMap<string, string>;
}

/** The volume that holds a run's folder. */
export interface RunVolume {
  readonly claimName: string;
  /** Prefix of all paths of Slipway on the claim. */
  readonly subPath: string | undefined;
}

/** Everything that the objects of one run are rendered from; nothing else has a say. */
export interface ManifestInput {
  readonly runFile: RunFile;
  /** As it is first shown: title, creation time. */
  readonly run: Run;
  readonly namespace: string;
  readonly profile: TeamProfile;
  readonly inputs: InputsPlan;
  readonly scripts: SharedScripts;
  /** Who submits, for people. */
  readonly user: string;
  /** `cli`, `vscode`, `jupyterlab`. */
  readonly trigger: string;
  /** Epoch ms from which `prune` may remove what has no owner. */
  readonly expiresAt: number;
  /** The volume of the run that this one retries: the retry lies on the same one. */
  readonly reuseVolume: RunVolume | undefined;
}
