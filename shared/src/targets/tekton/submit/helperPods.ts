import { resources, type Clock } from '../../../kubernetes/index.ts';
import { SlipwayError } from '../../../protocol/index.ts';
import { podSchema, type Pod } from './clusterObjects.ts';
import { isRunning, obstacleOf } from './podWaiting.ts';
import type { SpaceObjects } from './spaceObjects.ts';

/** A node may have to be found or even made, and an image pulled. */
const startMs = 10 * 60_000;
const pollMs = 300;

/**
 * Waits until a helper pod runs.
 * @param what for people: `the upload pod`
 * @param onProgress told why it waits, when that changes
 * @throws SlipwayError `cluster.refused` with the reason when it does not come to that
 */
export async function untilRunning(
  space: SpaceObjects,
  clock: Clock,
  name: string,
  what: string,
  onProgress: (text: string) => void,
  signal: AbortSignal,
): Promise<Pod> {
  const end = clock.now() + startMs;
  let told = '';
  for (;;) {
    const pod = await space.find(resources.pods, name, podSchema, signal);
    if (pod === undefined) throw notRunning(space, what, name, 'somebody deleted it');
    if (isRunning(pod)) return pod;
    const obstacle = obstacleOf(pod);
    const reason = obstacle?.reason ?? 'its image is being pulled or its volume attached';
    if (obstacle?.final === true || clock.now() > end) throw notRunning(space, what, name, reason);
    if (reason !== told && obstacle !== undefined) onProgress(`waiting for ${what}: ${reason}`);
    told = reason;
    await clock.sleep(pollMs, signal);
  }
}

function notRunning(space: SpaceObjects, what: string, name: string, reason: string): SlipwayError {
  const sentence = reason.replace(/\.+$/, '');
  return new SlipwayError(
    'cluster.refused',
    `${upper(what)} (${name} in ${space.namespace}) does not run: ${sentence}.`,
    {
      action: 'It takes the image, the volume and the nodes of the run itself: correct these, then submit again.',
    },
  );
}

function upper(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
