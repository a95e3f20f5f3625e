import { spawn } from 'node:child_process';
import { Duplex } from 'node:stream';
import type { Client, HostFiles } from '@slipway/shared/client';
import { SlipwayError } from '@slipway/shared/protocol';
import { RpcClient } from '@slipway/shared/rpc-client';
import { PipeChannel } from './pipeChannel.ts';
import type { NodeRuntime } from './nodeRuntime.ts';

export interface CoreProcessOptions {
  readonly runtime: NodeRuntime;
  /** The core's bundle. */
  readonly script: string;
  readonly files: HostFiles;
  /** Gets the core's own log, and what was wrong with its messages. */
  readonly log: (text: string) => void;
}

/** How long a core that was let go may take to leave, in milliseconds. */
const leaveMs = 5000;

/** Starts a core as a child with a pipe of its own, descriptor 3. It leaves when the pipe closes. */
export function startCore({ runtime, script, files, log }: CoreProcessOptions): Client {
  const child = spawn(runtime.command, [script, 'serve', '--fd', '3'], {
    env: runtime.env,
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    windowsHide: true,
  });
  let failure: string | undefined;
  child.on('error', (error) => {
    failure = `${runtime.command} cannot be started: ${error.message}`;
    log(failure);
  });
  child.on('exit', (code, signal) => log(`The core has ended: ${signal ?? `exit code ${code ?? 'unknown'}`}.`));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => log(text.trimEnd()));
  const pipe = child.stdio[3];
  if (!(pipe instanceof Duplex)) throw notStarted(failure);
  const client = new RpcClient({
    channel: new PipeChannel(pipe),
    files,
    onProblem: (problem) => log(problem.message),
  });
  return {
    closed: client.closed.then((reason) => (failure === undefined ? reason : notStarted(failure))),
    request: (name, params, signal) => client.request(name, params, signal),
    onNotification: (name, listener) => client.onNotification(name, listener),
    dispose: () => {
      client.dispose();
      if (child.exitCode !== null || child.signalCode !== null) return;
      const timer = setTimeout(() => child.kill('SIGKILL'), leaveMs);
      timer.unref();
      child.once('exit', () => clearTimeout(timer));
    },
  };
}

function notStarted(failure: string | undefined): SlipwayError {
  return new SlipwayError('internal', failure ?? 'The core cannot be started.', {
    action: 'Set slipway.nodePath to Node 22.15.1 or later.',
  });
}
