import { SlipwayError } from '../../protocol/index.ts';
import type { ClusterIdentity } from '../api.ts';
import { type Attempt, apiFailureOf, requestOf } from '../errors.ts';
import { podPath } from '../resources.ts';
import { missingRight } from '../webSocket/upgradeRefusal.ts';

export interface PortTarget {
  readonly cluster: ClusterIdentity;
  readonly namespace: string;
  readonly pod: string;
  readonly port: number;
}

/** What a forwarded port asks of the cluster. */
export function portAttempt(target: PortTarget): Attempt {
  return { cluster: target.cluster, verb: 'create', path: podPath(target, 'portforward') };
}

/** Words for what came on the error channel. Pure. */
export function portFailure(target: PortTarget, said: string): SlipwayError {
  const { pod, port, namespace } = target;
  const request = requestOf(portAttempt(target));
  const cause = new Error(said);
  if (/connection refused/i.test(said)) {
    return new SlipwayError('cluster.unreachable', `Nothing listens on port ${port} of pod ${pod}.`, {
      action: 'Start the program that should listen there, or name another port.',
      request,
      cause,
    });
  }
  if (/not running|not found|no such|sandbox|network namespace/i.test(said)) {
    return new SlipwayError(
      'run.conflict',
      `Pod ${pod} in ${namespace} is not running, so port ${port} cannot be reached.`,
      {
        action: `See kubectl -n ${namespace} describe pod ${pod}.`,
        request,
        cause,
      },
    );
  }
  const words = said.replaceAll(/\s+/g, ' ').replace(/\.$/, '').slice(0, 300);
  return new SlipwayError('cluster.unreachable', `Port ${port} of pod ${pod} cannot be reached: ${words}.`, {
    action: 'Try again.',
    request,
    cause,
  });
}

/** Makes a refusal of the connection say what is missing; other failures stay as they are. */
export function connectFailure(target: PortTarget, error: unknown): unknown {
  const { cluster, namespace } = target;
  const missing = missingRight(error, cluster, { subresource: 'portforward', namespace });
  if (missing !== undefined) return missing;
  const failure = apiFailureOf(error);
  if (failure?.status !== 400 && failure?.status !== 500) return error;
  return saysNotRunning(failure.message) ? portFailure(target, 'not running') : error;
}

/** The API server's words where there is no container to connect to. */
export function saysNotRunning(message: string): boolean {
  return /host assigned|not running/.test(message);
}

/** @param code a WebSocket's */
export function lostConnection(target: PortTarget, code?: number): SlipwayError {
  const { pod, port } = target;
  const why = code === undefined ? '' : ` (${code})`;
  return new SlipwayError('cluster.unreachable', `The connection to port ${port} of pod ${pod} broke${why}.`, {
    action: 'Connect again; if it stays so, check the network and whether the pod still runs.',
    request: requestOf(portAttempt(target)),
  });
}

export function wrongPort(target: PortTarget, found: string): SlipwayError {
  const { pod, port } = target;
  return new SlipwayError('cluster.protocol', `The connection to port ${port} of pod ${pod} began with ${found}.`, {
    action: 'If a proxy stands before the API server, check it.',
    request: requestOf(portAttempt(target)),
  });
}
