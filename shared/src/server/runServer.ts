import type { Readable, Writable } from 'node:stream';
import { SlipwayError } from '../protocol/index.ts';
import type { CoreEnvironment } from './core.ts';
import type { Log } from './failures.ts';
import { endWithStdin, readSecret, serveOnDescriptor } from './serve.ts';
import type { ServedCore } from './socketServer.ts';

export interface RunServerOptions {
  /** `descriptor`: one client on an inherited pipe. `socket`: many on a Unix socket, the secret comes on stdin. */
  readonly transport:
    { readonly kind: 'descriptor'; readonly fd: number } | { readonly kind: 'socket'; readonly path: string };
  /** The log goes to standard error, and a host's files come over its connection. */
  readonly environment: Omit<CoreEnvironment, 'log' | 'hostFiles'>;
}

export interface ServerStreams {
  readonly stdin: Readable;
  /** Gets the one line that says where the core listens, and nothing else. */
  readonly stdout: Writable;
  /** The core's log. */
  readonly stderr: Writable;
}

/** What `runServer` serves: a core that it has to end. */
export interface EndableCore extends ServedCore {
  dispose(): Promise<void>;
}

const endingSignals = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;

/**
 * `slipway serve`: runs a core until its host goes (end of the pipe, or of standard input) or a signal asks it to end;
 * then connections close, the socket goes, runs go on. Resolves to the exit code of the process.
 * @throws SlipwayError `usage`, `disk.denied`, `run.conflict` when it cannot start
 */
export async function runServer(options: RunServerOptions, streams: ServerStreams): Promise<number> {
  const { createCore } = await import('./core.ts');
  const log = logTo(streams.stderr, options.environment.now);
  return serveUntilEnd(createCore({ ...options.environment, log }), options, streams, log);
}

/** `runServer` for a core that is there already. It is disposed of at the end. */
export async function serveUntilEnd(
  core: EndableCore,
  options: RunServerOptions,
  streams: ServerStreams,
  log: Log,
): Promise<number> {
  const ending = new AbortController();
  const onSignal = (): void => ending.abort(new SlipwayError('cancelled', 'The core was asked to end.'));
  for (const name of endingSignals) process.on(name, onSignal);
  try {
    if (options.transport.kind === 'descriptor') {
      await serveOnDescriptor(core, options.transport.fd, { log }, ending.signal);
    } else {
      await serveSocketUntilEnd(core, options.transport.path, options, streams, log, ending);
    }
  } catch (error) {
    if (!SlipwayError.is(error, 'cancelled')) throw error;
  } finally {
    for (const name of endingSignals) process.off(name, onSignal);
    await core.dispose();
    streams.stdin.destroy();
  }
  return 0;
}

async function serveSocketUntilEnd(
  core: EndableCore,
  socketPath: string,
  options: RunServerOptions,
  streams: ServerStreams,
  log: Log,
  ending: AbortController,
): Promise<void> {
  const secret = await readSecret(streams.stdin, ending.signal);
  endWithStdin(streams.stdin, ending);
  const { serveOnSocket } = await import('./socketServer.ts');
  const { version } = options.environment;
  const server = await serveOnSocket(core, { socketPath, secret, version, log }, ending.signal);
  try {
    streams.stdout.write(`${JSON.stringify(server.line)}\n`);
    await new Promise<void>((resolve) => {
      ending.signal.addEventListener('abort', () => resolve(), { once: true });
      if (ending.signal.aborted) resolve();
    });
  } finally {
    await server.dispose();
  }
}

/** The core's log as lines that begin with the time. */
export function logTo(stream: Writable, now: () => number): Log {
  return (entry) => {
    stream.write(`${new Date(now()).toISOString()} ${entry}\n`);
  };
}
