import type { ClusterEvent, ContainerStatus, Pod } from '../schemas/index.ts';
import { eventTime } from '../schemas/index.ts';
import { ageWords, line } from '../text.ts';

const pullReasons: ReadonlySet<string> = new Set([
  'ErrImagePull',
  'ImagePullBackOff',
  'InvalidImageName',
  'ErrImageNeverPull',
  'ImageInspectError',
  'RegistryUnavailable',
  'SignatureValidationFailed',
]);

/** What a registry or runtime says → what that means; the first that fits. */
const meanings: readonly (readonly [RegExp, string])[] = [
  [
    /couldn't parse image (?:name|reference)|invalid reference format|repository name must be lowercase/i,
    'is no valid image name: lower-case letters, then :tag or @sha256:digest',
  ],
  [
    /\b401\b|unauthorized|authentication required|no basic auth credentials/i,
    'the registry wants credentials (401 Unauthorized): name a pull secret in the profile',
  ],
  [
    /\b403\b|forbidden|pull access denied|insufficient_scope/i,
    'the registry refuses access: it is not there, or the pull secret may not read it',
  ],
  [/manifest unknown|name unknown|\bnot found\b|\b404\b/i, 'the registry does not have it: look at its name and tag'],
  [/x509:/i, "the node does not trust the registry's certificate"],
  [/toomanyrequests|\b429\b/i, 'the registry limits how often it is asked (429): it goes on later'],
  [/no space left on device/i, 'the disk of the node is full'],
  [/no match for platform|no matching manifest/i, "it is not made for the node's processor"],
  [
    /i\/o timeout|no such host|connection refused|TLS handshake timeout|deadline exceeded|network is unreachable|connection reset|\bEOF\b/i,
    'the registry does not answer',
  ],
];

/** The first image of a pod that cannot be pulled, in words; undefined when there is none. */
export function imageTrouble(pod: Pod, events: readonly ClusterEvent[]): string | undefined {
  const { initContainerStatuses = [], containerStatuses = [] } = pod.status ?? {};
  for (const status of [...initContainerStatuses, ...containerStatuses]) {
    const waiting = status.state?.waiting;
    if (waiting?.reason === undefined || !pullReasons.has(waiting.reason)) continue;
    const image = imageOf(pod, status);
    const said = [waiting.message ?? '', ...failedPulls(events, image)].filter((text) => text !== '');
    return imageWords(image, waiting.reason, said);
  }
  return undefined;
}

function imageOf(pod: Pod, status: ContainerStatus): string {
  const spec = pod.spec?.containers.find(({ name }) => name === status.name)?.image;
  return line(spec ?? status.image ?? 'of the run');
}

/** What the kubelet said of it last; a back-off alone does not say why. */
function failedPulls(events: readonly ClusterEvent[], image: string): string[] {
  return events
    .filter(
      ({ reason, message }) => reason === 'Failed' && message?.includes(`Failed to pull image "${image}"`) === true,
    )
    .toSorted((a, b) => eventTime(b) - eventTime(a))
    .map(({ message }) => message ?? '');
}

/** @param said what is known of why, the best first */
export function imageWords(image: string, reason: string, said: readonly string[]): string {
  if (reason === 'ErrImageNeverPull') return `image ${image}: it is not on the node, and may not be pulled`;
  if (reason === 'InvalidImageName')
    return `image ${image} is no valid image name: lower-case letters, then :tag or @sha256:digest`;
  for (const text of said) {
    const meaning = meanings.find(([pattern]) => pattern.test(withoutName(text, image)));
    if (meaning === undefined) continue;
    return meaning[1].startsWith('is ') ? `image ${image} ${meaning[1]}` : `image ${image}: ${meaning[1]}`;
  }
  const [text] = said;
  return text === undefined
    ? `image ${image} cannot be pulled (${line(reason)})`
    : `image ${image} cannot be pulled: ${line(text)}`;
}

/** A registry may be called anything, "not-found.example" too. */
function withoutName(text: string, image: string): string {
  return text.replaceAll(image, '').replace(/https?:\/\/\S+/g, '');
}

/** "pulling image X": what the kubelet is at. */
export function pullProgress(events: readonly ClusterEvent[], now: number): string | undefined {
  const pulls = events
    .filter(({ reason }) => reason === 'Pulling' || reason === 'Pulled' || reason === 'Failed')
    .toSorted((a, b) => eventTime(a) - eventTime(b));
  const open = new Map<string, number>();
  for (const event of pulls) {
    const image = /[Ii]mage "([^"]+)"/.exec(event.message ?? '')?.[1];
    if (image === undefined) continue;
    if (event.reason === 'Pulling') open.set(image, eventTime(event));
    else open.delete(image);
  }
  const [first] = open;
  if (first === undefined) return undefined;
  const [image, since] = first;
  const age = since > 0 && now - since >= 60_000 ? ` (for ${ageWords(now - since)})` : '';
  return `pulling image ${line(image)}${age}`;
}
