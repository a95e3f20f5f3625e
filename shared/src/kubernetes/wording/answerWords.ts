import { attemptWords, type Attempt, type Words } from '../errors.ts';
import type { ApiFailure } from '../transport/failures.ts';
import { forbiddenWords } from './forbiddenWords.ts';
import { humanSentence } from './humanSentence.ts';
import { isUnknownType, notFoundWords } from './notFoundWords.ts';
import { unauthorizedWords } from './unauthorizedWords.ts';

/** Words for an answer of the API server that is not a success. */
export function answerWords(failure: ApiFailure, attempt: Attempt, now: number): Words {
  const { status } = failure;
  if (status === 404 && isUnknownType(failure, attempt)) return notFoundWords(failure, attempt);
  if (!failure.understood && status !== 401 && status !== 429 && status < 500) return foreignWords(failure, attempt);
  if (status === 401) return unauthorizedWords(failure, attempt, now);
  if (status === 403) return forbiddenWords(failure, attempt);
  if (status === 404) return notFoundWords(failure, attempt);
  if (status === 409) return conflictWords(failure, attempt);
  if (status === 410) {
    return {
      code: 'cluster.gone',
      message: `The cluster ${attempt.cluster.context} no longer has the version that ${attemptWords(attempt)} started from.`,
      action: 'List again.',
    };
  }
  if (status === 400 || status === 413 || status === 422 || isTooLarge(failure)) return refusedWords(failure, attempt);
  if (status === 429 || status >= 500) return busyWords(failure, attempt);
  return foreignWords(failure, attempt);
}

function conflictWords(failure: ApiFailure, attempt: Attempt): Words {
  const what = `The cluster ${attempt.cluster.context} could not ${attemptWords(attempt)}`;
  return failure.reason === 'AlreadyExists'
    ? {
        code: 'cluster.conflict',
        message: `${what}: it exists already.`,
        action: 'Choose another name, or delete the one that exists.',
      }
    : {
        code: 'cluster.conflict',
        message: `${what}: ${humanSentence(failure)}`,
        action: 'Try again: somebody else changed it meanwhile.',
      };
}

function refusedWords(failure: ApiFailure, attempt: Attempt): Words {
  return {
    code: 'cluster.refused',
    message: `The cluster ${attempt.cluster.context} refused to ${attemptWords(attempt)}: ${humanSentence(failure)}`,
    action: isTooLarge(failure)
      ? 'Make it smaller: the cluster stores about 1 MB in an object.'
      : 'Correct what it names, then try again.',
  };
}

function busyWords(failure: ApiFailure, attempt: Attempt): Words {
  const { context } = attempt.cluster;
  const webhook = /failed calling webhook "([^"]+)"/.exec(failure.message)?.[1];
  if (webhook !== undefined) {
    return {
      code: 'cluster.busy',
      message: `The cluster ${context} could not ${attemptWords(attempt)}: its admission webhook ${webhook} does not answer.`,
      action: 'Try again in a moment; if it stays so, whoever runs the cluster has to look at that webhook.',
    };
  }
  const said = failure.message === '' ? `it answered ${failure.status}` : humanSentence(failure).replace(/\.$/, '');
  return {
    code: 'cluster.busy',
    message: `The cluster ${context} could not ${attemptWords(attempt)} now: ${said} (${failure.status}).`,
    action: 'Try again in a moment.',
  };
}

/** An answer that no API server gives: a sign-in page, a proxy's error, something else at that address. */
function foreignWords(failure: ApiFailure, attempt: Attempt): Words {
  const said = failure.message === '' ? '' : `: ${JSON.stringify(failure.message)}`;
  return {
    code: 'cluster.protocol',
    message: `The server ${attempt.cluster.server} answered ${attemptWords(attempt)} with status ${failure.status}${said}.`,
    action: 'Check that the context points at a Kubernetes API server, and that no proxy answers in its place.',
  };
}

function isTooLarge(failure: ApiFailure): boolean {
  return (
    failure.status === 413 ||
    /etcdserver: request is too large|Request entity too large|Too long: (?:must have at most|may not be more than) 1048576/.test(
      failure.message,
    )
  );
}
