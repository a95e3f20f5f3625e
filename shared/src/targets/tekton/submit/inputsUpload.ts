import { resources } from '../../../kubernetes/index.ts';
import {
  helperContainer,
  paths,
  renderHelperPod,
  type KubernetesObject,
  type ManifestInput,
} from '../../../pipeline/index.ts';
import { SlipwayError } from '../../../protocol/index.ts';
import type { StagedFile } from '../../runTarget.ts';
import { runInPod } from './podCommand.ts';
import type { InputFact } from './preparedInputs.ts';
import type { SpaceObjects } from './spaceObjects.ts';

/** Streams the inputs that are too large for the ConfigMap to the run's volume, through a pod that only waits. */
export class InputsUpload {
  readonly pod: KubernetesObject;
  readonly #space: SpaceObjects;

  constructor(space: SpaceObjects, input: ManifestInput) {
    this.#space = space;
    this.pod = renderHelperPod(input, 'upload', { deadlineSeconds: deadlineFor(input) });
  }

  send(files: readonly (StagedFile & InputFact)[]): Promise<void> {
    const paths = files.map(({ path }) => path).join(', ');
    const failure = new SlipwayError('files.refused', `These files do not fit into a ConfigMap: ${paths}.`, {
      action: 'Leave them out with files.exclude or .slipwayignore.',
    });
    return Promise.reject(failure);
  }

  /** Removes what was sent, from a volume that stays. */
  async clear(signal: AbortSignal): Promise<void> {
    const command = ['find', paths.run, '-mindepth', '1', '-delete'];
    await runInPod(this.#space, this.pod.metadata.name, helperContainer, command, signal);
  }

  /** The pod has done its work: the run's own pod may need its place on the volume. */
  async end(signal: AbortSignal): Promise<void> {
    await this.#space.remove(resources.pods, this.pod.metadata, signal);
  }
}

/** Seconds: a slow line of 100 kB/s, and as long again as a pod may take to start. At most six hours. */
function deadlineFor({ inputs }: ManifestInput): number {
  const bytes = inputs.uploaded.reduce((total, file) => total + file.bytes, 0);
  return Math.min(6 * 3600, 20 * 60 + Math.ceil(bytes / 100_000));
}
