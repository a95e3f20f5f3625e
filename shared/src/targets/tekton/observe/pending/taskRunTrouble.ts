import { standingOf } from '../conditions.ts';
import type { TaskRun } from '../schemas/index.ts';
import { line } from '../text.ts';
import { missingWords } from './containerTrouble.ts';
import { quotaWords } from './quotaWords.ts';

/** Why a TaskRun has no pod, by its own condition; undefined where that says nothing of use. */
export function taskRunTrouble(taskRun: TaskRun): string | undefined {
  const { state, reason, message } = standingOf(taskRun);
  if (state !== 'going' && state !== 'failed') return undefined;
  return refusalWords(reason, message);
}

/** What the API server, or an admission webhook, said when it refused something. */
export function refusalWords(reason: string, message: string): string | undefined {
  const quota = quotaWords(message);
  if (quota !== undefined) return quota;
  const demanded = /failed quota: ([\w.-]+): must specify (\S+) for: ([^\n]+)/.exec(message);
  if (demanded !== null) {
    const [, name = '', what = '', whom = ''] = demanded;
    return `quota ${name} wants ${line(what)} on every container, and ${line(whom)} has none\nan administrator can set defaults with a LimitRange`;
  }
  const security = /violates PodSecurity "([^"]+)": ([^\n]+)/.exec(message);
  if (security !== null)
    return `the space's security level ${line(security[1] ?? '')} refuses the pod: ${line(withoutParentheses(security[2] ?? ''))}`;
  const webhook = /failed calling webhook "([^"]+)": ([^\n]+)/.exec(message);
  if (webhook !== null)
    return `the admission webhook ${line(webhook[1] ?? '')} does not answer: ${line(webhook[2] ?? '')}\nit is asked again; tell an administrator if this goes on`;
  const denied =
    /(?:admission webhook "|ValidatingAdmissionPolicy ')([^"'\n]+)["'](?: with binding '[^'\n]*')? denied (?:the )?request: ([^\n]+)/.exec(
      message,
    );
  if (denied !== null) return `the policy ${line(denied[1] ?? '')} refuses the pod: ${line(denied[2] ?? '')}`;
  const account = /serviceaccounts? "([^"]+)" not found/.exec(message);
  if (account !== null) return `the service account ${line(account[1] ?? '')} is not there`;
  const priority = /no PriorityClass with name (\S+) was found/.exec(message);
  if (priority !== null) return `there is no priority class ${line(priority[1] ?? '')}`;
  const missing = missingWords(message);
  if (missing !== undefined) return missing;
  const worthShowing =
    /^(?:ExceededResourceQuota|ExceededNodeResources|PodCreationFailed|PodAdmissionFailed|TaskRunPending|Pending|CreateContainerConfigError|PullImageFailed|ResolvingTaskRef|ResolvingStepActionRef)$/;
  if (message === '' || message === reason || message.startsWith('pod status "')) return undefined;
  return worthShowing.test(reason) ? line(message) : undefined;
}

/** The rules, without the containers that break each. */
function withoutParentheses(text: string): string {
  return text.replace(/\s*\([^()]*\)?/g, '');
}
