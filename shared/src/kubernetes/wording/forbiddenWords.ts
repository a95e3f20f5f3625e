import { attemptWords, type Attempt, type Words } from '../errors.ts';
import { typeName } from '../paths.ts';
import type { ApiFailure } from '../transport/failures.ts';
import { humanSentence } from './humanSentence.ts';

const quota = /exceeded quota: |failed quota: |status unknown for quota: /;
const limits = /(?:maximum|minimum) [\w./-]+ usage per |limit to request ratio/;
const rights = /User "((?:[^"\\]|\\.)*)" cannot (\w+) /;

/** A 403 is four things: rights, quota, a limit range or another admission rule. */
export function forbiddenWords(failure: ApiFailure, attempt: Attempt): Words {
  const { message } = failure;
  const { context } = attempt.cluster;
  if (quota.test(message) || limits.test(message)) {
    return {
      code: 'cluster.quota',
      message: `The cluster ${context} refused to ${attemptWords(attempt)}: ${humanSentence(failure)}`,
      action: quota.test(message)
        ? 'Ask for less, end or delete something that uses the quota, or ask for a larger quota.'
        : 'Stay within the limits of the space.',
    };
  }
  if (message.includes('is being terminated')) {
    return {
      code: 'cluster.refused',
      message: `The cluster ${context} refused to ${attemptWords(attempt)}: the space is being deleted.`,
      action: 'Choose another space.',
    };
  }
  const denied = rights.exec(message);
  // An upgrade without the right to create is refused with a sentence that ends after its colon.
  if (denied !== null || message === '' || /is forbidden: ?$/.test(message)) {
    // The server knows better which verb it looked at.
    return rightsWords(denied?.[1], { ...attempt, verb: denied?.[2] ?? attempt.verb });
  }
  return {
    code: 'cluster.refused',
    message: `The cluster ${context} refused to ${attemptWords(attempt)}: ${humanSentence(failure)}`,
    action: 'Correct what it names, or ask whoever runs the cluster.',
  };
}

/** Words for a right that is missing. @param said whom the server knows; by default the user of the kubeconfig */
export function rightsWords(said: string | undefined, attempt: Attempt): Words {
  const { context, user, server } = attempt.cluster;
  const who = said ?? user;
  const anonymous = who === 'system:anonymous';
  return {
    code: 'cluster.forbidden',
    message: `The user ${who} may not ${attemptWords(attempt)} on the cluster ${context} (${server}).`,
    action: anonymous
      ? 'Sign in: the cluster was given no valid credential.'
      : `Ask for the right: ${ruleOf(attempt)}.`,
  };
}

/** What is reached by an upgrade: Kubernetes wants the verb get for it, from 1.35 on create too. */
const upgrades = new Set(['exec', 'attach', 'portforward']);

/** The rule of a Role that is missing, as somebody who writes one would say it. */
function ruleOf({ verb, path, url }: Attempt): string {
  if (path === undefined) return `${verb} on ${url ?? ''}`;
  const where =
    path.type.namespaced && path.namespace !== undefined ? ` in the namespace ${path.namespace}` : ' in the cluster';
  const verbs = upgrades.has(path.subresource ?? '') ? 'verbs get and create' : `verb ${verb}`;
  return `${verbs} on ${typeName(path.type, path.subresource)}${where}`;
}
