import type { ClusterEvent, Pod } from '../schemas/index.ts';
import { eventTime } from '../schemas/index.ts';
import { line } from '../text.ts';

/** What a pod needs and does not get, as the kubelet words it → in our words. */
const missing: readonly (readonly [RegExp, (match: RegExpExecArray) => string])[] = [
  [
    /couldn't find key (\S+) in (Secret|ConfigMap) (?:[\w.-]+\/)?([\w.-]+)/i,
    ([, key = '', kind = '', name = '']) => `${kind} "${name}" has no key "${key}"`,
  ],
  [/references non-existent secret key: (\S+)/, ([, key = '']) => `a Secret has no key "${key}"`],
  [/references non-existent config key: (\S+)/, ([, key = '']) => `a ConfigMap has no key "${key}"`],
  [
    /\b(secret|configmap) "([^"]+)" not found/i,
    ([, kind = '', name = '']) => `${kind.toLowerCase() === 'secret' ? 'Secret' : 'ConfigMap'} "${name}" is not there`,
  ],
  [/persistentvolumeclaim "([^"]+)" not found/i, ([, name = '']) => `the claim ${name} is not there`],
  [
    /Multi-Attach error for volume "[^"]*"\s*(.*)/s,
    ([, rest = '']) => `its volume is in use on another node${rest === '' ? '' : ` (${line(rest)})`}`,
  ],
  [/failed to create subPath directory/i, () => 'its folder on the volume could not be made'],
  [
    /nvidia-container-cli: requirement error: unsatisfied condition: (\S+)/,
    ([, condition = '']) => `the GPU driver of the node is too old: the image needs ${condition.replace(/,$/, '')}`,
  ],
  [
    /container has runAsNonRoot and image will run as root/i,
    () => 'the image runs as root, which its security context forbids: name a user in the profile',
  ],
  [
    /image has non-numeric user \((\S+)\), cannot verify user is non-root/i,
    ([, user = '']) =>
      `the image's user ${user} has no number, so nobody can tell that it is not root: name runAsUser in the profile`,
  ],
];

const configReasons: ReadonlySet<string> = new Set([
  'CreateContainerConfigError',
  'CreateContainerError',
  'RunContainerError',
  'PreCreateHookError',
  'CreatePodSandboxError',
]);

/** A container that cannot be made, in words. */
export function containerTrouble(pod: Pod): string | undefined {
  const { initContainerStatuses = [], containerStatuses = [] } = pod.status ?? {};
  for (const { state, name } of [...initContainerStatuses, ...containerStatuses]) {
    const { reason, message } = state?.waiting ?? {};
    if (reason === undefined || !configReasons.has(reason)) continue;
    const what = name.startsWith('step-') ? `step ${line(name.slice('step-'.length))}` : `container ${line(name)}`;
    return missingWords(message) ?? `${what} cannot be started: ${line(message ?? reason)}`;
  }
  return undefined;
}

/** What the text says is missing; undefined for a text that says something else. */
export function missingWords(text: string | undefined): string | undefined {
  for (const [pattern, words] of missing) {
    const match = pattern.exec((text ?? '').slice(0, 4_000));
    if (match !== null) return line(words(match));
  }
  return undefined;
}

/** The kubelet comes to these when all volumes are there: trouble before them is over. */
const afterMounts: ReadonlySet<string> = new Set(['Pulling', 'Pulled', 'Created', 'Started']);
const mountReasons: ReadonlySet<string> = new Set([
  'FailedMount',
  'FailedAttachVolume',
  'FailedMapVolume',
  'FailedCreatePodSandBox',
]);
/** A mount that fails once is tried again at once; the event of one that has come through since stays. */
const passingMs = 5_000;

/** What keeps a pod's volumes or network from being made, by its newest events. */
export function mountTrouble(events: readonly ClusterEvent[], now: number): string | undefined {
  const past = Math.max(...events.filter(({ reason }) => afterMounts.has(reason ?? '')).map(eventTime), -Infinity);
  const trouble = events
    .filter((event) => mountReasons.has(event.reason ?? '') && eventTime(event) > past)
    .toSorted((a, b) => eventTime(b) - eventTime(a));
  const [newest] = trouble;
  if (newest?.message === undefined) return undefined;
  const known = trouble.map(({ message }) => missingWords(message)).find((words) => words !== undefined);
  if (known !== undefined) return known;
  const times = newest.series?.count ?? newest.count ?? 1;
  if (times < 2 && now - eventTime(newest) < passingMs) return undefined;
  return `${newest.reason === 'FailedCreatePodSandBox' ? 'the pod cannot be set up' : 'its volume cannot be mounted'}: ${line(newest.message)}`;
}
