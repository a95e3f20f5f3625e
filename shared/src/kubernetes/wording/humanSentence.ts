import type { ApiFailure } from '../transport/failures.ts';

/** A rule that somebody made for the cluster, as a webhook or as a policy that the API server knows itself. */
const rule =
  /^(?:admission webhook "([^"]+)" denied the request|[\w.]+ "[^"]*" is forbidden: ValidatingAdmissionPolicy '([^']+)')/;

/** What Go programs put before the sentence that a person can use. */
const prefixes = [
  /^Internal error occurred: /,
  /^error when creating "[^"]*": /,
  /^admission webhook "[^"]+" denied the request(?: without explanation$|: |$)/,
  /^(?:mutation|validation) failed: /,
  /^cannot decode incoming (?:new|old) object: /,
  /^json: /,
  /^[\w.]+ "[^"]*" is forbidden: /,
  /^[\w.]+ "[^"]*" is invalid: /,
  /^ValidatingAdmissionPolicy '[^']*'(?: with binding '[^']*')? denied request: /,
  /^\w+ in version "[^"]*" cannot be handled as an? \w+: /,
  /^strict decoding error: /,
  /^\[\]: /,
];

/**
 * The server's own sentence without wrappers, as part of a sentence of ours; ends with a full stop. A webhook that is not
 * Tekton's is named: it is somebody's policy.
 */
export function humanSentence(failure: ApiFailure): string {
  const [, webhook, policyName] = rule.exec(failure.message) ?? [];
  const name = webhook ?? policyName;
  const bare = stripped(failure.message.trim())
    .replaceAll(/\s*\n\s*/g, '; ')
    .replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .trim();
  const text = bare === '' ? 'it gives no reason' : bare;
  const policy = name !== undefined && !name.endsWith('.tekton.dev') ? `the policy ${name} says: ` : '';
  return `${policy}${text.replace(/\.$/, '')}.`;
}

function stripped(message: string): string {
  for (const prefix of prefixes) {
    const shorter = message.replace(prefix, '');
    if (shorter !== message) return stripped(shorter);
  }
  return message;
}
