import type { Readable, Writable } from 'node:stream';
import type { Clock, KubernetesApi } from '../../kubernetes/index.ts';
import { SlipwayError } from '../../protocol/index.ts';
import { ClientInput } from './clientInput.ts';
import { lookAt, openTunnel, whyMissing } from './openTunnel.ts';
import { pipeSession } from './pipeSession.ts';
import { putOut } from './podStanding.ts';

export interface SshProxyRequest {
  readonly api: KubernetesApi;
  readonly namespace: string;
  /** The DevEnv's. */
  readonly name: string;
  readonly clock: Clock;
  readonly stdin: Readable;
  readonly stdout: Writable;
  /** Told what it waits for, once for each change. */
  readonly onWaiting: (text: string) => void;
  /** Told when sshd has answered. */
  readonly onServed?: () => void;
}

/** How long asking why a session ended may take, ms. */
const whyMs = 2_000;

/**
 * Carries an ssh client's stream to a DevEnv and back, as its `ProxyCommand`. Waits while the DevEnv starts, never starts it.
 * Resolves when the client has gone, or the session has ended well.
 * @throws SlipwayError as `openTunnel`; `devenv.stopped` and `devenv.failed` where its pod ended under the session; `ssh.lost`
 */
export async function runSshProxy(request: SshProxyRequest, signal: AbortSignal): Promise<void> {
  const { stdin, stdout, name } = request;
  const gone = new AbortController();
  const input = new ClientInput(stdin);
  input.onGone(() => gone.abort(new SlipwayError('cancelled', 'The ssh client has gone.')));
  const both = AbortSignal.any([signal, gone.signal]);
  try {
    const stream = await openTunnel(request, (sink) => input.sendTo(sink), both);
    request.onServed?.();
    try {
      const end = await pipeSession(stream, input, { source: stdin, output: stdout });
      if (end === 'server') await throwWhatEnded(request, signal);
    } catch (error) {
      await throwWhatEnded(request, signal);
      throw lost(name, error);
    } finally {
      stream.destroy();
    }
  } catch (error) {
    if (!gone.signal.aborted) throw error;
  }
}

/** A pod that is about to go, or has gone, is why a session ended; anything else is not known here. */
async function throwWhatEnded(request: SshProxyRequest, signal: AbortSignal): Promise<void> {
  const soon = AbortSignal.any([signal, AbortSignal.timeout(whyMs)]);
  const standing = await lookAt(request, soon).catch(() => ({ kind: 'ready' }) as const);
  if (standing === undefined) throw await whyMissing(request, undefined, soon);
  if (standing.kind === 'stopping') throw putOut(request.name, standing.why);
  if (standing.kind === 'ended') throw standing.error;
}

function lost(name: string, error: unknown): unknown {
  if (!SlipwayError.is(error, 'cluster.unreachable')) return error;
  return new SlipwayError('ssh.lost', `The connection to ${name} was lost: ${error.message}`, {
    action: 'Connect again; if it stays so, look at the network with "slipway devenv test".',
    cause: error,
  });
}
