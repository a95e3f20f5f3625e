import type { CatalogueEntry } from './entry.ts';

/** What the cluster did not give, or ended: told by conditions, containers and events, before any log. */
const again = 'Then: slipway retry {run}';
const edit = 'slipway rerun {run} --edit';
const pull = String.raw`(?:TaskRunImagePullFailed|PullImageFailed|ErrImagePull|ImagePullBackOff|InvalidImageName|Failed to pull image)`;
const image = String.raw`image(?: name| reference| tag)? "(?<image>[^"\n]{1,300})"`;
const imageName = new RegExp(image, 'i');

/** An image that was not pulled, for the reason that the registry or the runtime gave in the same line. */
function pullEntry(
  id: string,
  source: string,
  why: string,
  causes: readonly string[],
  fixes: readonly string[],
): CatalogueEntry {
  const pattern = new RegExp(String.raw`^[^\n]{0,200}${pull}[^\n]*?(?:${why})[^\n]*$`, 'im');
  return { id, source, look: 'cluster', pattern, details: [{ look: 'cluster', pattern: imageName }], causes, fixes };
}

const imageEntries: readonly CatalogueEntry[] = [
  pullEntry(
    'imageNameInvalid',
    'D1',
    `couldn't parse image (?:name|reference)|invalid reference format|repository name must be lowercase|InvalidImageName`,
    ['The image {image} is no valid image name', 'The name of the image is not valid'],
    ['Write it in lower-case letters, then :tag or @sha256: and 64 hex digits', edit],
  ),
  pullEntry(
    'imageDenied',
    'D2',
    `401 Unauthorized|403 Forbidden|pull access denied|authentication required|insufficient_scope|no basic auth credentials`,
    [
      'The registry did not give the image {image} out: it wants other credentials',
      'The registry did not give the image out',
    ],
    ['Name a pull secret that may read it (imagePullSecrets in the profile), or ask whoever owns the image', again],
  ),
  pullEntry(
    'imageNotFound',
    'D3',
    `manifest unknown|name unknown|not found`,
    ['The registry has no image {image}', 'The registry does not have the image'],
    ['Look at its name and tag, then: slipway rerun {run} --edit'],
  ),
  pullEntry(
    'registryUntrusted',
    'D4',
    `x509: `,
    [
      'The node does not trust the certificate of the registry of {image}',
      "The node does not trust the registry's certificate",
    ],
    ['Ask an administrator to make the registry known to the nodes'],
  ),
  pullEntry(
    'registryNotReached',
    'D5',
    `i/o timeout|no such host|connection refused|TLS handshake timeout|deadline exceeded|network is unreachable|toomanyrequests|429 Too Many`,
    ['The registry of the image {image} did not answer', 'The registry of the image did not answer'],
    ['Try again later: slipway retry {run}', 'If it stays so, see that the nodes can reach the registry'],
  ),
  pullEntry(
    'imagePull',
    'D6',
    '',
    ['The image {image} could not be pulled', 'The image could not be pulled'],
    ['See that the name is right and the cluster may pull it', again],
  ),
];

const placeEntries: readonly CatalogueEntry[] = [
  {
    id: 'gpuExhausted',
    source: 'B1',
    look: 'cluster',
    pattern:
      /^[^\n]*nodes are available: [^\n]*?(?<count>\d+) Insufficient (?<resource>[\w.-]+\/(?:[\w.-]*gpu|mig-[\w.-]+))\b[^\n]*$/m,
    causes: ['No node had the GPUs ({resource}) that the run asks for'],
    fixes: ['Wait until a GPU job ends, or ask for fewer GPUs: slipway rerun {run} --edit', again],
  },
  {
    id: 'notEnoughRoom',
    source: 'B11',
    look: 'cluster',
    pattern:
      /^[^\n]*nodes are available: [^\n]*?\d+ Insufficient (?<resource>memory|cpu|ephemeral-storage|pods)\b[^\n]*$/m,
    causes: ['No node had as much {resource} as the run asks for'],
    fixes: ['Ask for less, or choose a smaller instance type: slipway rerun {run} --edit', again],
  },
  {
    id: 'untoleratedTaint',
    source: 'B3',
    look: 'cluster',
    pattern:
      /^[^\n]*nodes are available: [^\n]*?\d+ node\(s\) had (?:untolerated taint(?:\(s\)| \{(?<taint>[^{}\n]*)\})|taint \{(?<old>[^{}\n]*)\}, that the pod didn't tolerate)[^\n]*$/m,
    causes: [
      'No node takes the run: its pod does not tolerate the taint {taint}',
      'No node takes the run: its pod does not tolerate the taint {old}',
      'No node takes the run: its pod does not tolerate their taints',
    ],
    fixes: ['Add the toleration to the profile or the instance type', again],
  },
  {
    id: 'noMatchingNode',
    source: 'B4',
    look: 'cluster',
    pattern: /^[^\n]*nodes are available: [^\n]*?node\(s\) didn't match (?:Pod's node affinity|node selector)[^\n]*$/m,
    causes: ['No node has the labels that the run asks for'],
    fixes: ['Change nodeSelector in the profile or the instance type', again],
  },
  {
    id: 'claimMissing',
    source: 'B6',
    look: 'cluster',
    pattern: /^[^\n]*persistentvolumeclaim "(?<claim>[^"\n]+)" not found[^\n]*$/im,
    causes: ['The volume claim {claim} is not there'],
    fixes: ['Create it, or name another one in the profile', again],
  },
  {
    id: 'claimUnbound',
    source: 'B7',
    look: 'cluster',
    pattern:
      /^[^\n]*(?:unbound immediate PersistentVolumeClaims|no persistent volumes available for this claim|storageclass(?:\.storage\.k8s\.io)? "(?<storageClass>[^"\n]+)" not found|ProvisioningFailed)[^\n]*$/im,
    details: [
      { look: 'cluster', pattern: /storageclass(?:\.storage\.k8s\.io)? "(?<missingClass>[^"\n]+)" not found/i },
    ],
    causes: [
      'The volume claim of the run got no volume: there is no storage class {missingClass}',
      'The volume claim of the run got no volume',
    ],
    fixes: ['Name a storage class that exists in the profile (kubectl get storageclass lists them)', again],
  },
];

const refusalEntries: readonly CatalogueEntry[] = [
  {
    id: 'quotaExceeded',
    source: 'C1',
    look: 'cluster',
    pattern:
      /^[^\n]*exceeded quota: (?<quota>[\w.-]+), requested: (?<requested>[^\n]+?), used: (?<used>[^\n]+?), limited: (?<hard>\S+?)\.?(?:\s[^\n]*)?$/m,
    causes: ['The quota {quota} of the space is used up: {used} of {hard}, and the run asks for {requested}'],
    fixes: ['End or delete something else in this space, or ask for less', again],
  },
  {
    id: 'quotaDemandsLimits',
    source: 'C2',
    look: 'cluster',
    pattern: /^[^\n]*failed quota: (?<quota>[\w.-]+): must specify (?<what>\S+) for: [^\n]+$/m,
    causes: ['The quota {quota} wants {what} on every container, and not all have it'],
    fixes: ['Set stepLimits: true in the profile; Tekton’s own containers need defaults from a LimitRange', again],
  },
  {
    id: 'podSecurity',
    source: 'C5',
    look: 'cluster',
    pattern: /^[^\n]*violates PodSecurity "(?<level>[^"\n:]+)[^"\n]*": (?<rule>[^\n(]+?)(?: \([^\n]*)?$/m,
    causes: ['The security level {level} of the space refuses the pod: {rule}'],
    fixes: ['Set securityContext in the profile so that nothing runs as root', again],
  },
  {
    id: 'admissionRefused',
    source: 'A22',
    look: 'cluster',
    pattern:
      /^[^\n]*(?:admission webhook "(?<webhook>[^"\n]+)" denied the request|ValidatingAdmissionPolicy '(?<policy>[^'\n]+)'(?: with binding '[^'\n]*')? denied request): (?<said>[^\n]+?)(?:\. Maybe invalid TaskSpec)?$/m,
    causes: [
      'The cluster’s rule {webhook} refuses the run: {said}',
      'The cluster’s rule {policy} refuses the run: {said}',
    ],
    fixes: ['Change what it names: slipway rerun {run} --edit'],
  },
  {
    id: 'webhookDown',
    source: 'A21',
    look: 'cluster',
    pattern: /^[^\n]*failed calling webhook "(?<webhook>[^"\n]+)": [^\n]+$/m,
    causes: ['The admission webhook {webhook} did not answer'],
    fixes: ['slipway retry {run}', 'If it stays so, tell an administrator of the cluster'],
  },
  {
    id: 'serviceAccountMissing',
    source: 'C7',
    look: 'cluster',
    pattern: /^[^\n]*serviceaccounts? "(?<account>[^"\n]+)" not found[^\n]*$/m,
    causes: ['The service account {account} is not there'],
    fixes: ['Name one that exists: slipway rerun {run} --edit'],
  },
  {
    id: 'forbidden',
    source: 'C8',
    look: 'cluster',
    // Not the kubelet's own refusals: the API server learns a moment late what a new pod on its node may read, and it asks again.
    pattern:
      /^[^\n]*is forbidden: User "(?!system:node:)(?<user>[^"\n]+)" cannot (?<verb>\w+) resource "(?<resource>[^"\n]+)"[^\n]*$/m,
    causes: ['{user} may not {verb} {resource} in this space'],
    fixes: ['Ask an administrator for a role that allows it', again],
  },
  {
    id: 'missingSecret',
    source: 'D11',
    look: 'cluster',
    pattern:
      /^[^\n]*couldn't find key (?<key>[^\s,]+) in (?<kind>Secret|ConfigMap) (?:[\w.-]+\/)?(?<name>[\w.-]+)[^\n]*$/im,
    causes: ['{kind} "{name}" has no key "{key}"'],
    fixes: ['Add the key, or name another one: slipway rerun {run} --edit'],
  },
  {
    id: 'imageRunsAsRoot',
    source: 'none',
    look: 'cluster',
    pattern:
      /^[^\n]*(?:container has runAsNonRoot and image will run as root|image has non-numeric user \((?<user>[^)\s]+)\), cannot verify user is non-root)[^\n]*$/im,
    causes: [
      'The user {user} of the image has no number, so that nobody can tell that it is not root',
      'The image runs as root, which the security context of the run forbids',
    ],
    fixes: ['Name a user in the profile (securityContext.runAsUser), or in the image (USER 1001)', again],
  },
  {
    id: 'missingSecret',
    source: 'D11',
    look: 'cluster',
    pattern: /^[^\n]*\b(?<kind>secret|configmap) "(?<name>[^"\n]+)" not found[^\n]*$/im,
    causes: ['The {kind} "{name}", which the run needs, is not there'],
    fixes: ['Create it in this space, or name another one: slipway rerun {run} --edit'],
  },
];

const moreMemory = [
  'Ask for more memory, or load less data at once: slipway rerun {run} --edit',
  'slipway retry {run} --from {killed}',
];

const endEntries: readonly CatalogueEntry[] = [
  {
    id: 'deleted',
    source: 'none',
    look: 'cluster',
    pattern: /^PipelineRunDeleted$/m,
    causes: [
      'The run was lost in step {step}: its PipelineRun was deleted before it had ended',
      'The run was lost: its PipelineRun was deleted before it had ended',
    ],
    fixes: ['slipway retry {run}'],
  },
  {
    id: 'podEnded',
    source: 'none',
    look: 'cluster',
    pattern: /^PodEnded: (?<said>[^\n]+)$/m,
    causes: ['The pod of the run was ended in step {step}: {said}', 'The pod of the run was ended: {said}'],
    fixes: ['slipway retry {run}', 'If it happens again, ask an administrator what ends pods in this space'],
  },
  {
    id: 'evicted',
    source: 'E9',
    look: 'cluster',
    pattern: /^(?:PodEvicted|Evicted): (?<said>[^\n]+)$/m,
    causes: ['The node put the pod out: {said}'],
    fixes: ['Write large files to $SLIPWAY_OUTPUT instead of /tmp, or ask for more', again],
  },
  {
    id: 'outOfMemory',
    source: 'G5',
    look: 'cluster',
    pattern: /^step-(?<killed>[\w-]+): OOMKilled(?:, memory limit (?<limit>\w+))?$/m,
    causes: [
      'Step {killed} used more than its {limit} of memory and was killed',
      'Step {killed} ran out of memory and was killed',
    ],
    fixes: moreMemory,
  },
  {
    id: 'killed',
    source: 'G5',
    look: 'cluster',
    pattern: /^step-(?<killed>[\w-]+): Killed, memory limit (?<limit>\w+)$/m,
    causes: ['Step {killed} was killed, most often because it used more than its {limit} of memory'],
    fixes: moreMemory,
  },
  {
    id: 'runTimeout',
    source: 'G16',
    look: 'cluster',
    pattern: /^PipelineRunTimeout: [^\n]*failed to finish within "(?<limit>[^"\n]+)"$/m,
    causes: [
      'The time limit of the run, {limit}, was reached in step {step}',
      'The time limit of the run, {limit}, was reached',
    ],
    fixes: ['Raise timeouts: slipway rerun {run} --edit'],
  },
];

/** In the order of what can be trusted: what kept the pod from being made or placed, then what ended it. */
export const clusterEntries: readonly CatalogueEntry[] = [
  ...endEntries.slice(0, 3),
  ...refusalEntries,
  ...imageEntries,
  ...placeEntries,
  ...endEntries.slice(3),
];
