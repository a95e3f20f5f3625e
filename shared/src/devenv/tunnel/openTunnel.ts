import type { Duplex, Writable } from 'node:stream';
import { isNotFound, portForward, resources, type Clock, type KubernetesApi } from '../../kubernetes/index.ts';
import * as z from 'zod';
import { SlipwayError } from '../../protocol/index.ts';
import { parseLastEnd } from '../endings/index.ts';
import { devEnvAnnotations, sshPort } from '../names/index.ts';
import { putOut, standingOf, stopped, tunnelPodSchema, type Standing } from './podStanding.ts';

export interface TunnelRequest {
  readonly api: KubernetesApi;
  readonly namespace: string;
  /** The DevEnv's. */
  readonly name: string;
  readonly clock: Clock;
  /** Told what it waits for, once for each change. */
  readonly onWaiting: (text: string) => void;
}

const claimSchema = z.object({
  metadata: z.object({ annotations: z.record(z.string(), z.string()).optional() }).optional(),
});

/** How often a pod that is on its way is looked at, ms. */
const lookMs = 250;
/** So long a pod that was about to go may be missing before it counts as stopped, ms: a restart makes another one. */
const restartMs = 5_000;
/** So long a ready pod may refuse the connection, ms. */
const refusedMs = 10_000;

/**
 * A stream to a DevEnv's sshd, which has said its first word: that is what the stream reads first. Waits while the DevEnv starts, and
 * never starts it.
 * @param sendTo begins to send what the client says; called again where a connection came to nothing
 * @throws SlipwayError `devenv.notFound`, `devenv.stopped`, `devenv.failed`, `ssh.refused`, and what the cluster refuses
 */
export async function openTunnel(
  request: TunnelRequest,
  sendTo: (sink: Writable) => void,
  signal: AbortSignal,
): Promise<Duplex> {
  const { clock, name } = request;
  let refusedSince: number | undefined;
  for (;;) {
    // Where it runs, asking how it is would only take time.
    const outcome = await connect(request, sendTo, signal);
    if (!(outcome instanceof SlipwayError)) return outcome;
    await untilReady(request, outcome, signal);
    refusedSince ??= clock.now();
    if (clock.now() - refusedSince > refusedMs) throw silent(name, outcome);
    await clock.sleep(lookMs, signal);
  }
}

/** The stream, or why nobody answered there. @throws what has nothing to do with the pod's state */
async function connect(
  { api, namespace, name }: TunnelRequest,
  sendTo: (sink: Writable) => void,
  signal: AbortSignal,
): Promise<Duplex | SlipwayError> {
  try {
    const stream = await portForward(api, { namespace, pod: name, port: sshPort }, signal);
    sendTo(stream);
    await firstWord(stream);
    return stream;
  } catch (error) {
    signal.throwIfAborted();
    if (SlipwayError.is(error) && !final.has(error.code)) return error;
    throw error;
  }
}

/** Waiting changes nothing about these. What else goes wrong may be that the pod is on its way: a kubelet says so in many words. */
const final: ReadonlySet<string> = new Set([
  'cluster.forbidden',
  'cluster.unauthorized',
  'signIn.required',
  'cancelled',
]);

/** Waits for bytes to read, and leaves them in the stream. */
function firstWord(stream: Duplex): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      stream.off('readable', readable).off('error', failed).off('close', closed);
    };
    const readable = (): void => {
      // Also told at the end.
      if (stream.readableLength === 0) return;
      settle();
      resolve();
    };
    const failed = (error: Error): void => {
      settle();
      reject(error);
    };
    const closed = (): void => failed(new SlipwayError('ssh.lost', 'The connection was closed before sshd answered.'));
    stream.on('readable', readable).on('error', failed).on('close', closed).on('end', closed);
  });
}

async function untilReady(request: TunnelRequest, why: SlipwayError, signal: AbortSignal): Promise<void> {
  const { clock, name, onWaiting } = request;
  let told = '';
  let goneSince: number | undefined;
  for (;;) {
    const standing = await lookAt(request, signal);
    if (standing === undefined) {
      if (goneSince === undefined || clock.now() - goneSince > restartMs) throw await whyMissing(request, why, signal);
    } else if (standing.kind === 'ended') {
      throw standing.error;
    } else if (standing.kind === 'ready') {
      return;
    } else {
      if (standing.kind === 'stopping') goneSince = clock.now();
      const text = standing.kind === 'stopping' ? `${name} is stopping` : `${name} starts: ${standing.text}`;
      if (text !== told) onWaiting(text);
      told = text;
    }
    await clock.sleep(lookMs, signal);
  }
}

/** How a DevEnv's pod stands; undefined where there is none. */
export async function lookAt(
  { api, namespace, name, clock }: Pick<TunnelRequest, 'api' | 'namespace' | 'name' | 'clock'>,
  signal: AbortSignal,
): Promise<Standing | undefined> {
  try {
    const pod = await api.get({ type: resources.pods, namespace, name }, tunnelPodSchema, signal);
    return standingOf(pod, name, clock.now());
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** Without a pod it is stopped, for what its claim says, or there is none at all. */
export async function whyMissing(
  { api, namespace, name }: Pick<TunnelRequest, 'api' | 'namespace' | 'name'>,
  cause: Error | undefined,
  signal: AbortSignal,
): Promise<Error> {
  try {
    const path = { type: resources.persistentVolumeClaims, namespace, name };
    const { metadata } = await api.get(path, claimSchema, signal);
    const last = parseLastEnd(metadata?.annotations?.[devEnvAnnotations.lastEnd]);
    return putOut(name, last?.followed === false ? last.reason : undefined);
  } catch (error) {
    // Who may not look at claims is told what is known.
    if (!isNotFound(error)) return stopped(name);
    return new SlipwayError('devenv.notFound', `There is no DevEnv ${name} in ${namespace}.`, {
      action: 'See "slipway devenv list"; "slipway devenv create" makes one.',
      cause,
    });
  }
}

function silent(name: string, cause: SlipwayError): SlipwayError {
  return new SlipwayError('ssh.refused', `${name} runs, but no sshd answers in it: ${cause.message}`, {
    action: `Look at what it says with "slipway devenv status ${name}", or start it anew: slipway devenv restart ${name}`,
    cause,
  });
}
