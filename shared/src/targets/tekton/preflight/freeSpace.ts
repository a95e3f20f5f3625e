import { runCommand, type KubernetesApi } from '../../../kubernetes/index.ts';
import { containerOf, paths } from '../../../pipeline/index.ts';
import { amountOf, formatBytes, SlipwayError } from '../../../protocol/index.ts';
import { claimsOf, type Pod } from '../observe/index.ts';
import { amountWords } from './amountWords.ts';
import { failed, warned, type Finding } from './checker.ts';

/** What a volume has, bytes. */
export interface VolumeSpace {
  readonly free: number;
  readonly total: number;
}

/** What a run brings to a volume, and what is known of its room. */
export interface RoomOnVolume {
  /** As people know it: `claim work`. */
  readonly volume: string;
  /** A quantity, of the claim; undefined where it does not tell. */
  readonly capacity: string | undefined;
  /** Undefined where nobody can tell. */
  readonly space: VolumeSpace | undefined;
  /** Bytes that are sent there before the run begins. */
  readonly incoming: number;
}

/** From here on a volume is nearly full. */
const warnedShare = 0.9;
/** Longer than this nobody waits for it before a run. */
const patienceMs = 700;
const mostOutput = 4_096;
/** Waits for its turn as long as the pod lives. */
const container = containerOf('collect');

/**
 * Whether a volume has room for what is sent. Undefined where nothing is to be said. What a claim has is a promise that not every
 * storage keeps to, in either direction, so that alone keeps nothing from being sent. Pure.
 */
export function judgeRoom({ volume, capacity, space, incoming }: RoomOnVolume): Finding | undefined {
  const brings = `the files that are sent take ${formatBytes(incoming)}`;
  if (space !== undefined) {
    const words = `${formatBytes(space.free)} of ${formatBytes(space.total)} are free on ${volume}`;
    if (incoming > space.free) return failed(`${words}, and ${brings}`, 'Free some space there, or send less.');
    if (space.free - incoming >= space.total * (1 - warnedShare)) return undefined;
    return warned(
      incoming === 0 ? words : `${words}, and ${brings}`,
      'Free some space there: slipway prune removes ended runs.',
    );
  }
  const size = capacity === undefined ? undefined : amountOf(capacity);
  if (size === undefined || incoming <= size * warnedShare) return undefined;
  return warned(
    `${brings}, and ${volume} has ${amountWords('storage', size)}`,
    'Send less, or have a larger volume in the team profile.',
  );
}

/** `50 GiB, 38 GB free` */
export function roomWords({ capacity, space }: Pick<RoomOnVolume, 'capacity' | 'space'>): string {
  const size = capacity === undefined ? undefined : amountOf(capacity);
  const whole = size === undefined ? [] : [amountWords('storage', size)];
  return [...whole, space === undefined ? 'free space cannot be seen' : `${formatBytes(space.free)} free`].join(', ');
}

/**
 * What is free on a claim, asked in a run's pod that has it now: the API tells users nothing of it. Undefined where no such pod
 * is there, or it does not answer at once.
 * @param pods those of the space that have not ended
 */
export async function readSpace(
  api: KubernetesApi,
  claim: string,
  pods: readonly Pod[],
  signal: AbortSignal,
): Promise<VolumeSpace | undefined> {
  const pod = pods.find((each) => isAsked(each, claim));
  if (pod === undefined) return undefined;
  const request = {
    namespace: api.cluster.namespace,
    pod: pod.metadata.name,
    container,
    command: ['df', '-Pk', paths.run],
    maxStdoutBytes: mostOutput,
  };
  try {
    const { exitCode, stdout } = await runCommand(
      api,
      request,
      AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]),
    );
    return exitCode === 0 ? parseSpace(Buffer.from(stdout).toString('utf8')) : undefined;
  } catch (error) {
    // The pod may just have ended, or exec is not allowed: then nobody can tell.
    if (signal.aborted || !SlipwayError.is(error) || error.code === 'internal') throw error;
    return undefined;
  }
}

/** One of our runs, whose folder lies on the claim. */
function isAsked(pod: Pod, claim: string): boolean {
  const asked = pod.status?.containerStatuses.find(({ name }) => name === container);
  return asked?.state?.running !== undefined && claimsOf(pod).includes(claim);
}

/** Reads what `df -Pk` says of one file system. Pure. */
export function parseSpace(text: string): VolumeSpace | undefined {
  const [, line = ''] = text.trim().split('\n');
  const [, total, free] = /^\S.*?\s(\d+)\s+\d+\s+(\d+)\s+\d+%\s/.exec(line) ?? [];
  return total === undefined || free === undefined
    ? undefined
    : { free: Number(free) * 1024, total: Number(total) * 1024 };
}
