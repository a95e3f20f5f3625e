import type { Artifact, NotificationName, NotificationParams, RequestHandlers } from '../protocol/index.ts';
import type { Core } from '../server/index.ts';
import type { Disposable } from './io.ts';

/** The core as the command line uses it, in this process. */
export interface CliCore {
  readonly handlers: RequestHandlers;
  onNotification(
    listener: <Name extends NotificationName>(name: Name, params: NotificationParams<Name>) => void,
  ): Disposable;
  readonly artifacts: {
    list(context: string, run: string, signal: AbortSignal): Promise<readonly Artifact[]>;
    /**
     * Streams a file by its path in the run's folder, or an artifact by its role.
     * @throws SlipwayError `artifact.notFound`, `path.refused`, `usage` where several files have that name
     */
    open(context: string, run: string, path: string, signal: AbortSignal): Promise<CliFile>;
    /** All artifacts as one zip file. */
    zip(context: string, run: string, signal: AbortSignal): AsyncIterable<Uint8Array>;
  };
  /** Absolute path of the folder with the files of a run of this machine; undefined for runs that are elsewhere. */
  localFolder(context: string, run: string): string | undefined;
  dispose(): Promise<void>;
}

export interface CliFile {
  /** In the run's folder. */
  readonly path: string;
  readonly bytes: number;
  readonly content: AsyncIterable<Uint8Array>;
}

/** A core for the command line. @param own what is not the core's to know, or to decide: where files are, and when it ends */
export function cliCoreOf(core: Core, own: Pick<CliCore, 'localFolder' | 'dispose'>): CliCore {
  return {
    handlers: core.handlers,
    onNotification: (listener) => core.onNotification(listener),
    artifacts: {
      list: (context, run, signal) => core.artifacts.list(context, run, signal),
      open: (context, run, path, signal) => core.artifacts.open(context, run, path, undefined, signal),
      zip: (context, run, signal) => core.artifacts.zip(context, run, signal),
    },
    ...own,
  };
}
