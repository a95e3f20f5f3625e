import { resources } from '../../../kubernetes/index.ts';
import {
  helperContainer,
  paths,
  renderVolumeReaderPod,
  type RunVolume,
  type SharedScripts,
} from '../../../pipeline/index.ts';
import { SlipwayError } from '../../../protocol/index.ts';
import { untilRunning } from './helperPods.ts';
import { runInPod } from './podCommand.ts';
import type { SpaceObjects } from './spaceObjects.ts';
import type { SubmitterOptions } from './submitterOptions.ts';

/** Seconds after which such a pod ends by itself. */
const deadlineSeconds = 30 * 60;

/**
 * Removes one folder, which comes as an argument. A volume whose `runs` the user of the run does not own keeps the empty
 * folder.
 */
const removeScript = [
  '[ -d "$1" ] || exit 3',
  'rm -rf -- "$1" && exit 0',
  '[ -d "$1" ] && [ -z "$(ls -A -- "$1")" ] && exit 0',
  'exit 4',
].join('\n');

/** Removes folders of runs from volumes that stay: through a pod for each volume, made on first use. Disposed by its maker. */
export class RunFolders {
  readonly #options: SubmitterOptions;
  readonly #space: SpaceObjects;
  readonly #scripts: SharedScripts;
  readonly #pods = new Map<string, { readonly name: string; readonly uid: string }>();

  constructor(options: SubmitterOptions, space: SpaceObjects, scripts: SharedScripts) {
    this.#options = options;
    this.#space = space;
    this.#scripts = scripts;
  }

  /**
   * Removes `runs/RUN` of a volume; false when it was not there.
   * @throws SlipwayError when no pod can get at it, or it cannot be removed
   */
  async remove(volume: RunVolume, run: string, signal: AbortSignal): Promise<boolean> {
    const pod = await this.#podFor(volume, signal);
    const command = ['bash', '-c', removeScript, 'slipway', `${paths.runs}/${run}`];
    const { exitCode, said } = await runInPod(this.#space, pod, helperContainer, command, signal);
    if (exitCode === 0) return true;
    if (exitCode === 3) return false;
    throw new SlipwayError(
      'disk.denied',
      `The folder of ${run} on the volume ${volume.claimName} could not be removed: ${said}.`,
      {
        action: 'Ask somebody who may write there to remove it.',
      },
    );
  }

  /** Removes the pods. */
  async dispose(signal: AbortSignal): Promise<void> {
    for (const pod of this.#pods.values()) await this.#space.remove(resources.pods, pod, signal);
    this.#pods.clear();
  }

  async #podFor(volume: RunVolume, signal: AbortSignal): Promise<string> {
    const key = JSON.stringify([volume.claimName, volume.subPath]);
    const there = this.#pods.get(key);
    if (there !== undefined) return there.name;
    const { clock, profile, randomHex } = this.#options;
    const name = `slipway-clean-${randomHex(4)}`;
    const expiresAt = clock.now() + deadlineSeconds * 1000;
    const { namespace } = this.#space;
    const input = { name, namespace, profile, volume, scripts: this.#scripts, expiresAt, removes: true };
    const made = await this.#space.create(resources.pods, renderVolumeReaderPod(input, { deadlineSeconds }), signal);
    if (made === undefined) throw new Error(`there is another pod ${name}`);
    this.#pods.set(key, { name, uid: made.metadata.uid });
    await untilRunning(this.#space, clock, name, 'the pod that cleans up', () => undefined, signal);
    return name;
  }
}
