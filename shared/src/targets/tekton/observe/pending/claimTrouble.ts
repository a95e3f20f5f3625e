import { claimsOf } from '../conditions.ts';
import type { Claim, ClusterEvent, Pod } from '../schemas/index.ts';
import { eventTime } from '../schemas/index.ts';
import { line } from '../text.ts';

/** The claim that keeps a pod from being placed, in words; undefined when its claims are fine, or wait for the pod as they should. */
export function claimTrouble(
  pod: Pod,
  claims: readonly Claim[] | undefined,
  events: readonly ClusterEvent[],
): string | undefined {
  for (const name of claimsOf(pod)) {
    const claim = claims?.find(({ metadata }) => metadata.name === name);
    if (claim?.status?.phase === 'Bound') continue;
    if (claim?.status?.phase === 'Lost') return `the volume of claim ${name} is gone`;
    const words = unboundWords(name, claim, events);
    if (words !== undefined) return words;
  }
  return undefined;
}

function unboundWords(name: string, claim: Claim | undefined, events: readonly ClusterEvent[]): string | undefined {
  const said = events
    .filter(({ involvedObject }) => involvedObject?.kind === 'PersistentVolumeClaim' && involvedObject.name === name)
    .toSorted((a, b) => eventTime(b) - eventTime(a));
  for (const { reason, message = '' } of said) {
    const missingClass = /storageclass(?:\.storage\.k8s\.io)? "([^"]+)" not found/i.exec(message)?.[1];
    if (missingClass !== undefined)
      return `claim ${name} has no volume: there is no storage class ${line(missingClass)}`;
    if (reason === 'FailedBinding' && message.includes('no storage class is set')) {
      return `claim ${name} has no volume: it names no storage class, and the cluster has no default one`;
    }
    if (reason === 'ProvisioningFailed') return `claim ${name} has no volume: ${line(message)}`;
    // The normal way of a claim that is made together with its pod.
    if (reason === 'WaitForFirstConsumer') return undefined;
    if (reason === 'ExternalProvisioning' || reason === 'Provisioning')
      return `a volume is being made for claim ${name}`;
    if (reason === 'FailedBinding') return `claim ${name} has no volume: ${line(message)}`;
  }
  return claim?.status?.phase === 'Pending' && said.length > 0 ? `claim ${name} has no volume yet` : undefined;
}
