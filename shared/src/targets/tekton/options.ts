import type { SignIn } from '../../kubernetes/index.ts';
import type { ContextEntry } from '../../protocol/index.ts';

/** What a cluster target needs from its surroundings. All paths are absolute. */
export interface TektonTargetOptions {
  readonly entry: ContextEntry;
  /** The cache of what was read of runs lies below it: `<dataDir>/clusters/<context>/<space>/`. */
  readonly dataDir: string;
  /** Who asks, where the context's user signs in with us. */
  readonly signIn?: SignIn | undefined;
  /** The folder of `config.yaml`: relative paths in it start there. */
  readonly configDir: string;
  /** The folder with the step scripts. */
  readonly stepsDir: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Epoch ms. */
  readonly now: () => number;
  readonly randomHex: (bytes: number) => string;
  /** Who asks: `cli`, `vscode`, `jupyterlab`. Default `cli`. */
  readonly trigger?: string;
  /** Told what a person should know of a run, or of this context, although it works. */
  readonly onNote: (note: string) => void;
  /** Told, maybe more than once, of a space with so many runs that what is kept of them is much of the process. */
  readonly onManyRuns?: (() => void) | undefined;
  /** Told of failures that no request waits for. */
  readonly onError: (error: unknown) => void;
}
