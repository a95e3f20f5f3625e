import type { Clock } from '../../../../kubernetes/index.ts';
import { helperContainer } from '../../../../pipeline/index.ts';
import { SlipwayError } from '../../../../protocol/index.ts';
import type { Pod } from '../../submit/clusterObjects.ts';
import { isRunning, obstacleOf } from '../../submit/podWaiting.ts';
import type { PodContainer } from '../runPlace.ts';

/** A node may have to be found, a volume attached and an image pulled. */
const startMs = 5 * 60_000;
/** A kubelet tells no sooner than this what its containers do. */
const statusMs = 500;

export interface ReaderStartOptions {
  readonly clock: Clock;
  /** The pod of a name as it is now; undefined when there is none. */
  readonly look: (name: string, signal: AbortSignal) => Promise<Pod | undefined>;
  /** Whether the helper in a container answers by now. @throws where asking again is of no use */
  readonly answers: (where: PodContainer, signal: AbortSignal) => Promise<boolean>;
  /** Told what is waited for, in words. */
  readonly onWaiting: (words: string) => void;
}

/** What a reader pod would read is not on the volume: it may write nothing, so the kubelet cannot make the folder either. */
export class NoSuchFolder extends SlipwayError {
  constructor(pod: string) {
    super(
      'cluster.notFound',
      `There is no folder on the volume for the pod ${pod} to read: it was removed, or never made.`,
      {
        action: 'Run it again; what it left is gone.',
      },
    );
  }
}

/** How the kubelet says so. */
const noFolder = 'failed to create subPath directory';

/** The pod that is waited for. */
export interface StartingPod {
  readonly name: string;
  readonly uid: string;
}

/**
 * Waits until a reader pod can be used: its helper answers, or its status says that it runs. A kubelet looks once a second at
 * what its containers do, so that the status comes later.
 * @throws SlipwayError `cluster.refused` with the reason why it does not run; NoSuchFolder
 */
export async function untilUsable(options: ReaderStartOptions, pod: StartingPod, signal: AbortSignal): Promise<void> {
  const over = new AbortController();
  const either = AbortSignal.any([signal, over.signal]);
  try {
    await new Promise<void>((resolve, reject) => {
      let asked = false;
      const ask = (): void => {
        if (asked) return;
        asked = true;
        // If asking is of no use, the status will tell.
        untilAnswered(options, pod, either).then(resolve, () => undefined);
      };
      untilTold(options, pod, ask, either).then(resolve, reject);
    });
  } finally {
    over.abort();
  }
}

/** Waits for the status. @param onNode called while a node has the pod */
async function untilTold(
  { clock, look, onWaiting }: ReaderStartOptions,
  { name, uid }: StartingPod,
  onNode: () => void,
  signal: AbortSignal,
): Promise<void> {
  const begun = clock.now();
  let told: string | undefined;
  while (true) {
    const pod = await look(name, signal);
    if (pod?.metadata.uid !== uid) throw notRunning(name, 'somebody deleted it');
    if (isRunning(pod)) return;
    const obstacle = obstacleOf(pod);
    const words = obstacle?.reason ?? 'its volume is attached and its image pulled';
    if (obstacle?.final === true && words.includes(noFolder)) throw new NoSuchFolder(name);
    if (obstacle?.final === true || clock.now() > begun + startMs) throw notRunning(name, words);
    if (pod.spec?.nodeName !== undefined) onNode();
    // That it starts is no news; what keeps it from starting is.
    if (obstacle !== undefined && words !== told) onWaiting(`waiting for the pod that reads the run's files: ${words}`);
    told = words;
    // Once a node has it, its helper is asked, and the status tells what keeps it from starting.
    const leastMs = pod.spec?.nodeName === undefined ? 0 : statusMs;
    await clock.sleep(Math.max(leastMs, pauseMs(clock.now() - begun)), signal);
  }
}

async function untilAnswered(
  { clock, answers }: ReaderStartOptions,
  { name }: StartingPod,
  signal: AbortSignal,
): Promise<void> {
  const begun = clock.now();
  while (!(await answers({ pod: name, container: helperContainer }, signal))) {
    await clock.sleep(pauseMs(clock.now() - begun), signal);
  }
}

/** Asked often at first, because most start within a second or two; the tenth part of the time is not noticed. */
function pauseMs(waitedMs: number): number {
  return Math.min(1_000, Math.max(100, waitedMs / 10));
}

export function notRunning(name: string, why: string): SlipwayError {
  return new SlipwayError(
    'cluster.refused',
    `The pod ${name}, which reads the run's files, does not run: ${why.replace(/\.+$/, '')}.`,
    {
      action:
        'It takes the volume, the image and the nodes of the run: see whether these are still there, and try again.',
    },
  );
}
