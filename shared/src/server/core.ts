import type { ArtifactService } from '../artifacts/index.ts';
import { SlipwayError } from '../protocol/index.ts';
import { CoreServices } from './coreServices.ts';
import { openCoreSession } from './coreSession.ts';
import { type Log, nameFailure } from './failures.ts';
import type { CoreSession, HostFiles } from './session.ts';
import type { ServedCore } from './socketServer.ts';

/** What a core needs from its surroundings. All paths are absolute. */
export interface CoreEnvironment {
  /** Of Slipway. */
  readonly version: string;
  readonly dataDir: string;
  readonly environmentsDir: string;
  /** The folder of `config.yaml`. */
  readonly configDir: string;
  /** The folder with the step scripts. */
  readonly stepsDir: string;
  readonly supervisorScript: string;
  /** The folder of the bundle, which ssh gets a copy of; undefined where the core runs from its sources. */
  readonly bundleDir?: string | undefined;
  /** The program that runs the supervisor. */
  readonly nodePath: string;
  /** The user's environment; runs inherit it. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Epoch ms. */
  readonly now: () => number;
  readonly randomHex: (bytes: number) => string;
  /** For files that a host hands over; each submission removes its own. */
  readonly temporaryFolder: string;
  /** Told of failures that no client waits for. */
  readonly log: Log;
  /** A space has so many runs that what is kept of them is much of the process. May be told more than once. */
  readonly onManyRuns?: () => void;
  /** Answers for folders of kind `host` where the core runs inside its host. */
  readonly hostFiles?: HostFiles;
}

/**
 * A core with a session of its own for the program that it runs in; connections open theirs. Its parts are loaded when
 * they are first asked for.
 */
export interface Core extends CoreSession, ServedCore {
  readonly artifacts: Pick<ArtifactService, 'list' | 'open' | 'zip'>;
  /** Ends all sessions and watches. Runs go on. */
  dispose(): Promise<void>;
}

/** Puts the modules together. Nothing is read, started or written before the first request. */
export function createCore(environment: CoreEnvironment): Core {
  const services = new CoreServices(environment, (error) => {
    // Whoever lists the runs of all contexts should know whose are missing.
    if (SlipwayError.is(error, 'signIn.required')) environment.log(`${error.message} ${error.action ?? ''}`);
    nameFailure(error, 'watching runs', environment.log, []);
  });
  const sessions = new Set<CoreSession>();
  const openSession = (hostFiles: HostFiles | undefined): CoreSession => {
    const session = openCoreSession(services, environment, hostFiles);
    sessions.add(session);
    const dispose = async (): Promise<void> => {
      sessions.delete(session);
      await session.dispose();
    };
    return { ...session, dispose };
  };
  const own = openSession(environment.hostFiles);
  return {
    handlers: own.handlers,
    onNotification: (listener) => own.onNotification(listener),
    openSession,
    artifacts: {
      list: async (context, run, signal) => (await services.artifacts()).list(context, run, signal),
      open: async (context, run, path, range, signal) =>
        (await services.artifacts()).open(context, run, path, range, signal),
      zip: async function* (context, run, signal) {
        yield* (await services.artifacts()).zip(context, run, signal);
      },
    },
    dispose: async () => {
      await Promise.all([...sessions].map((session) => session.dispose()));
      await services.dispose();
    },
  };
}
