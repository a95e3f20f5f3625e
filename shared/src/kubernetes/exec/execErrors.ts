import { SlipwayError } from '../../protocol/index.ts';
import type { ClusterIdentity } from '../api.ts';
import { type Attempt, apiFailureOf, requestOf } from '../errors.ts';
import { podPath } from '../resources.ts';
import { missingRight } from '../webSocket/upgradeRefusal.ts';

/** What was to be run, for messages. */
export interface ExecTarget {
  readonly cluster: ClusterIdentity;
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  /** The program's name; arguments may hold what is nobody's business. */
  readonly program: string;
}

/** What an exec asks of the cluster. */
export function execAttempt(target: Pick<ExecTarget, 'cluster' | 'namespace' | 'pod'>): Attempt {
  return { cluster: target.cluster, verb: 'create', path: podPath(target, 'exec') };
}

/** How API server, kubelet and container runtime say that a container does not run. */
const notRunning =
  /container not found|container .* is not valid|not running|is not created or running|is in .* state|completed pod|host assigned/i;

/** Words for an exec that the node did not start, by what it said. Pure. */
export function execFailure(target: ExecTarget, said: string): SlipwayError {
  const { program, container, pod, namespace } = target;
  const where = `container ${container} of pod ${pod}`;
  const request = requestOf(execAttempt(target));
  const cause = new Error(said);
  const see = `See kubectl -n ${namespace} describe pod ${pod}.`;
  if (/executable file not found|no such file or directory/.test(said)) {
    return new SlipwayError('cluster.refused', `There is no program ${program} in ${where}.`, {
      action: 'Use an image that has it.',
      request,
      cause,
    });
  }
  if (notRunning.test(said)) {
    return new SlipwayError(
      'run.conflict',
      `Container ${container} of pod ${pod} is not running, so nothing can be run in it.`,
      {
        action: see,
        request,
        cause,
      },
    );
  }
  if (/error sending request|dial tcp|error dialing backend|i\/o timeout|tls handshake/i.test(said)) {
    return new SlipwayError(
      'cluster.unreachable',
      `The node of pod ${pod} does not answer, so ${program} could not be run.`,
      {
        action: 'Try again in a moment; if it stays so, tell the administrator of the cluster.',
        request,
        cause,
      },
    );
  }
  return new SlipwayError('cluster.refused', `${program} could not be run in ${where}: ${oneLine(said)}.`, {
    action: see,
    request,
    cause,
  });
}

/** Makes a refusal of the connection say what is missing; other failures stay as they are. */
export function connectFailure(target: ExecTarget, error: unknown): unknown {
  const missing = missingRight(error, target.cluster, { subresource: 'exec', namespace: target.namespace });
  if (missing !== undefined) return missing;
  const failure = apiFailureOf(error);
  if (failure?.status !== 400 && failure?.status !== 500) return error;
  return notRunning.test(failure.message) ? execFailure(target, failure.message) : error;
}

export function lostConnection(target: ExecTarget, code: number): SlipwayError {
  const { container, pod, program } = target;
  return new SlipwayError(
    'cluster.unreachable',
    `The connection to ${program} in container ${container} of pod ${pod} broke (${code}).`,
    {
      action: 'Try again; if it stays so, check the network and whether the pod still runs.',
      request: requestOf(execAttempt(target)),
    },
  );
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').replace(/\.$/, '').slice(0, 300);
}
