import { isNotFound, resources, uploadFiles, type Clock, type UploadFile } from '../../../kubernetes/index.ts';
import {
  annotations,
  helperContainer,
  objectNames,
  paths,
  renderHelperPod,
  type ManifestInput,
} from '../../../pipeline/index.ts';
import { SlipwayError, type ErrorCode } from '../../../protocol/index.ts';
import type { StagedFile } from '../../runTarget.ts';
import { objectSchema, podSchema, type ClusterObject } from './clusterObjects.ts';
import { untilRunning } from './helperPods.ts';
import { runInPod } from './podCommand.ts';
import type { InputFact } from './preparedInputs.ts';
import { orphanMs, runOf } from './runObjects.ts';
import { isTerminal } from './runPods.ts';
import type { SpaceObjects } from './spaceObjects.ts';
import { uploadTeller } from './uploadProgress.ts';

type Upload = StagedFile & InputFact;

/** How often a pod that ended before its work may be made anew. */
const maxPods = 3;
/** A third of the time after which prune takes inputs for abandoned. */
const renewMs = orphanMs / 3;
const pollMs = 200;
const inputsFolder = `${paths.run}/inputs`;

/** Streams the inputs that are too large for the ConfigMap to the run's volume, through a pod that only waits. */
export class InputsUpload {
  readonly #space: SpaceObjects;
  readonly #clock: Clock;
  readonly #input: ManifestInput;
  readonly #name: string;
  #began = false;

  constructor(space: SpaceObjects, clock: Clock, input: ManifestInput) {
    this.#space = space;
    this.#clock = clock;
    this.#input = input;
    this.#name = objectNames(input.runFile.run).upload;
  }

  get pod() {
    return renderHelperPod(this.#input, 'upload', { deadlineSeconds: deadlineFor(this.#input) });
  }

  /**
   * Sends the files. A broken connection, and a pod that ends in the middle, is made anew; what has arrived is not sent again,
   * also when an earlier submission of the run has sent it.
   * @param make creates the pod; undefined when there is one
   * @throws SlipwayError `disk.full`, `disk.denied`, `files.refused`, `cluster.*`
   */
  async send(
    files: readonly Upload[],
    make: () => Promise<ClusterObject | undefined>,
    onProgress: (text: string) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const stop = new AbortController();
    const renewing = this.#renew(AbortSignal.any([signal, stop.signal]));
    try {
      for (let pods = 1; ; pods += 1) {
        await this.#ensurePod(make, onProgress, signal);
        this.#began = true;
        if (await this.#sendThroughPod(files, onProgress, pods < maxPods, signal)) return;
        onProgress('the upload pod ended: starting another one');
      }
    } finally {
      stop.abort();
      await renewing;
    }
  }

  /** Removes what was sent, from a volume that stays. */
  async clear(signal: AbortSignal): Promise<void> {
    if (!this.#began) return;
    const { exitCode, said } = await runInPod(
      this.#space,
      this.#name,
      helperContainer,
      ['rm', '-rf', '--', inputsFolder],
      signal,
    );
    if (exitCode === 0) return;
    throw new SlipwayError('disk.denied', `The folder ${inputsFolder} could not be removed from the volume: ${said}.`);
  }

  /** The pod has done its work: the run's own pod may need its place on the volume. */
  async end(signal: AbortSignal): Promise<void> {
    const pod = await this.#space.find(resources.pods, this.#name, objectSchema, signal);
    if (pod === undefined || runOf(pod.metadata) !== this.#input.runFile.run) return;
    await this.#space.remove(resources.pods, pod.metadata, signal);
  }

  /** False when the pod ended before everything had arrived, and another one may try. */
  async #sendThroughPod(
    files: readonly Upload[],
    onProgress: (text: string) => void,
    again: boolean,
    signal: AbortSignal,
  ): Promise<boolean> {
    const program = {
      namespace: this.#space.namespace,
      pod: this.#name,
      container: helperContainer,
      command: ['python3', '-I', '-S', `${paths.steps}/slipway_steps`, 'receive', inputsFolder],
    };
    const options = {
      onProgress: uploadTeller(this.#clock.now, onProgress),
      onRetry: () => onProgress('the connection broke off: going on where it was'),
      clock: this.#clock,
    };
    try {
      await uploadFiles(
        this.#space.api,
        program,
        files.map((file) => fileFrom(file, signal)),
        options,
        signal,
      );
      return true;
    } catch (error) {
      signal.throwIfAborted();
      if (!again || !mayBeThePod(error)) throw error;
      const pod = await this.#space.find(resources.pods, this.#name, podSchema, signal);
      if (pod !== undefined && !isTerminal(pod) && pod.metadata.deletionTimestamp === undefined) throw error;
      return false;
    }
  }

  /** Makes the pod, or takes that of a submission which was killed, and waits until it runs. */
  async #ensurePod(
    make: () => Promise<ClusterObject | undefined>,
    onProgress: (text: string) => void,
    signal: AbortSignal,
  ): Promise<void> {
    if ((await make()) === undefined) {
      const pod = await this.#space.find(resources.pods, this.#name, podSchema, signal);
      if (pod !== undefined && runOf(pod.metadata) !== this.#input.runFile.run) {
        throw new SlipwayError('run.conflict', `There is another pod with the name ${this.#name}.`, {
          action: 'Submit under another name.',
        });
      }
      const usable = pod !== undefined && !isTerminal(pod) && pod.metadata.deletionTimestamp === undefined;
      if (!usable) {
        if (pod !== undefined) await this.#removeWhole(pod, signal);
        return this.#ensurePod(make, onProgress, signal);
      }
    }
    await untilRunning(this.#space, this.#clock, this.#name, 'the upload pod', onProgress, signal);
  }

  async #removeWhole({ metadata }: ClusterObject, signal: AbortSignal): Promise<void> {
    await this.#space.remove(resources.pods, metadata, signal);
    for (;;) {
      const there = await this.#space.find(resources.pods, this.#name, objectSchema, signal);
      if (there?.metadata.uid !== metadata.uid) return;
      await this.#clock.sleep(pollMs, signal);
    }
  }

  /** Keeps prune from taking the inputs for abandoned while an upload goes on, by the server's clock. Never rejects. */
  async #renew(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.#clock.sleep(renewMs, signal);
        const { date = this.#clock.now() } = await this.#space.api.text('/version', {}, signal);
        const expires = new Date(date + orphanMs).toISOString();
        const body = { metadata: { annotations: { [annotations.expires]: expires } } };
        const path = this.#space.path(resources.configMaps, objectNames(this.#input.runFile.run).inputs);
        await this.#space.api.patch(path, body, { kind: 'merge' }, objectSchema, signal);
      } catch (error) {
        // There are two more tries before the time is up; whether the cluster can be reached the upload itself will tell.
        if (isNotFound(error)) return;
      }
    }
  }
}

const podCodes = new Set<ErrorCode>(['run.conflict', 'cluster.notFound', 'cluster.unreachable', 'cluster.protocol']);

/** How an upload fails when its pod goes: the connection breaks, or the next one finds nothing. */
function mayBeThePod(error: unknown): boolean {
  return SlipwayError.is(error) && podCodes.has(error.code);
}

/** From `start` on: what is before it is read and left out, since not every source can start in the middle. */
function fileFrom(file: Upload, signal: AbortSignal): UploadFile {
  const { path, bytes, sha256 } = file;
  return {
    path,
    bytes,
    sha256,
    async *open(start) {
      let at = 0;
      for await (const chunk of file.open(signal)) {
        const from = Math.max(0, start - at);
        at += chunk.length;
        if (from < chunk.length) yield chunk.subarray(from);
      }
    },
  };
}

/** Seconds: a slow line of 100 kB/s, and as long again as a pod may take to start. At most six hours. */
function deadlineFor({ inputs }: ManifestInput): number {
  const bytes = inputs.uploaded.reduce((total, file) => total + file.bytes, 0);
  return Math.min(6 * 3600, 20 * 60 + Math.ceil(bytes / 100_000));
}
