import { amountOf, type DevEnv } from '../../protocol/index.ts';
import type { Claim, Pod } from '../../targets/index.ts';
import { parseRecord, type DevEnvRecord, type SettledDevEnv } from '../manifests/index.ts';
import { devEnvAnnotations, hostName } from '../names/index.ts';
import { lastEndOf, type Standing } from './devEnvState.ts';
import type { LiveStatus } from './liveStatus.ts';

export interface DescribeInput {
  readonly context: string;
  readonly namespace: string;
  /** Who asks. */
  readonly user: string;
  readonly claim: Claim;
  readonly pod: Pod | undefined;
  readonly standing: Standing;
  readonly live: LiveStatus | undefined;
  /** What its wishes come to with the profile at hand, for a record that does not say; undefined where they come to nothing. */
  readonly settled: SettledDevEnv | undefined;
}

const changedWords = 'what was changed holds from its next start';

/** A DevEnv as it is shown. While it has a pod, that one says what it is; its wishes may have changed since. */
export function describeDevEnv(input: DescribeInput): DevEnv {
  const { context, namespace, claim, pod, standing, live, settled } = input;
  const { name, annotations, creationTimestamp } = claim.metadata;
  const wishes = parseRecord(annotations[devEnvAnnotations.spec]);
  const isThere = pod !== undefined && standing.state !== 'stopped' && standing.state !== 'failed';
  const made = isThere ? parseRecord(pod.metadata.annotations[devEnvAnnotations.spec]) : wishes;
  const facts = made.settled ?? wishes.settled;
  const owner = annotations[devEnvAnnotations.user];
  const size = claim.spec?.resources?.requests.storage ?? claim.status?.capacity.storage ?? settled?.diskSize ?? '';
  const { state, action, startedAt, startingSince } = standing;
  const reason = standing.reason ?? (isThere && isToChange(made, wishes) ? changedWords : growthWords(claim));
  const running = state === 'running' ? live : undefined;
  const lastEnd = lastEndOf(claim);
  const instanceType = facts?.instanceType ?? settled?.settings.instanceType;
  return {
    context,
    namespace,
    name,
    ...(owner !== undefined && { owner }),
    mine: owner === input.user,
    state,
    ...(reason !== undefined && { reason }),
    ...(action !== undefined && { action }),
    image: facts?.image ?? settled?.settings.image ?? '',
    ...(instanceType !== undefined && { instanceType }),
    cpu: facts?.cpu ?? settled?.settings.cpu ?? '',
    memory: facts?.memory ?? settled?.settings.memory ?? '',
    gpus: facts?.gpus ?? settled?.settings.gpus ?? 0,
    disk: {
      claimName: name,
      size,
      ...(running?.workspace !== undefined && running.workspace),
    },
    volumes: [...(made.spec.volumes ?? [])],
    idle: {
      stopAfterMs: (facts?.idleStopSeconds ?? settled?.idleStopSeconds ?? 0) * 1000,
      ...(running !== undefined && { idleMs: running.idleSeconds * 1000 }),
      ...(typeof running?.stopsAt === 'number' && { stopsAt: running.stopsAt * 1000 }),
    },
    spec: wishes.spec,
    ...(creationTimestamp !== undefined && { createdAt: creationTimestamp }),
    ...(state === 'running' && startedAt !== undefined && { startedAt }),
    ...(startingSince !== undefined && { startingSince }),
    // While its pod is there, the state tells.
    ...(lastEnd !== undefined &&
      lastEnd.pod !== pod?.metadata.uid && { lastEnd: { reason: lastEnd.reason, at: lastEnd.at } }),
    host: hostName(name, context),
  };
}

/** A volume grows in its own time, and some only while nothing or something uses them. */
function growthWords({ spec, status }: Claim): string | undefined {
  const [asked, has] = [spec?.resources?.requests.storage, status?.capacity.storage];
  if (asked === undefined || has === undefined) return undefined;
  const [wanted, there] = [amountOf(asked), amountOf(has)];
  if (wanted === undefined || there === undefined || there >= wanted) return undefined;
  return `its disk is being enlarged from ${has} to ${asked}`;
}

/** The disk grows at once, so that a new start makes no difference to it. */
function isToChange(made: DevEnvRecord, wishes: DevEnvRecord): boolean {
  const essence = ({ spec, settled }: DevEnvRecord): string => JSON.stringify([settled, spec.volumes ?? []]);
  return made.settled !== undefined && wishes.settled !== undefined && essence(made) !== essence(wishes);
}
