import type { Duplex } from 'node:stream';
import type { KubernetesApi } from '../api.ts';
import { apiFailureOf, transportFailureOf } from '../errors.ts';
import { podPath } from '../resources.ts';
import { connectFailure, saysNotRunning, type PortTarget } from './portErrors.ts';
import { portForwardProtocol } from './portFrames.ts';
import { spdyHeaders, SpdyPort } from './spdyPort.ts';
import { WebSocketPort } from './webSocketPort.ts';

export interface PortForwardRequest {
  readonly namespace: string;
  readonly pod: string;
  readonly port: number;
}

/** Clusters to which something on the way lets WebSockets alone through. */
const webSocketsOnly = new WeakSet<KubernetesApi>();

/**
 * One TCP connection to a port of a pod. The stream is destroyed with a SlipwayError when the connection breaks or nothing
 * listens there, which the kubelet says only after it was opened.
 *
 * Speaks SPDY, which costs the cluster half of what WebSockets do, and WebSockets where a proxy knows nothing else
 * (docs/decisions/0027-port-forward.md).
 *
 * There is no half-close. Ending the writable side sends what was written, waits for the other side to end, at most
 * 30 s, and closes; when the pod ends the connection, the readable side ends, and what is written after it fails. An error
 * handler is attached: a stream that nobody watches cannot crash the process.
 *
 * @throws SlipwayError: not allowed (`get` and `create` on pods/portforward), no such pod, pod not running
 */
export async function portForward(
  api: KubernetesApi,
  request: PortForwardRequest,
  signal: AbortSignal,
): Promise<Duplex> {
  const { namespace, pod, port } = request;
  const target: PortTarget = { cluster: api.cluster, namespace, pod, port };
  const path = podPath(request, 'portforward');
  const overWebSocket = async (): Promise<Duplex> => {
    const stream = new WebSocketPort(await api.connect(path, { ports: port }, [portForwardProtocol], signal), target);
    stream.follow(signal);
    return stream;
  };
  try {
    if (webSocketsOnly.has(api)) return await overWebSocket();
    try {
      const stream = new SpdyPort(await api.upgrade(path, {}, spdyHeaders, signal), target);
      stream.follow(signal);
      return stream;
    } catch (error) {
      if (signal.aborted || !isAboutSpdy(error)) throw error;
    }
    const stream = await overWebSocket();
    webSocketsOnly.add(api);
    return stream;
  } catch (error) {
    throw connectFailure(target, error);
  }
}

/** Whether another protocol may fare better: nobody of the cluster refused, and there is a way to it. Pure. */
export function isAboutSpdy(error: unknown): boolean {
  const answer = apiFailureOf(error);
  if (answer !== undefined) {
    if (!answer.understood) return answer.status !== 401;
    return answer.status === 400 && !saysNotRunning(answer.message);
  }
  const fault = transportFailureOf(error)?.fault;
  return fault === 'cut' || fault === 'protocol';
}
