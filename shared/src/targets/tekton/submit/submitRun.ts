import { apiFailureOf, isAlreadyExists, resources } from '../../../kubernetes/index.ts';
import {
  dated,
  objectNames,
  type KubernetesObject,
  type SharedConfigMap,
  type SharedConfigMaps,
} from '../../../pipeline/index.ts';
import { SlipwayError } from '../../../protocol/index.ts';
import type { RunSubmission } from '../../runTarget.ts';
import { configMapSchema, dryRunSchema, objectSchema, type ClusterObject } from './clusterObjects.ts';
import { originalVolume, volumeGone, type OriginalVolume } from './originalVolume.ts';
import { renderRun, type RenderedRun } from './renderedRun.ts';
import { runOf } from './runObjects.ts';
import { checkSecrets } from './secretNames.ts';
import { isSameRunFile, otherRun } from './sameRun.ts';
import { ServerClock } from './serverClock.ts';
import type { SpaceObjects } from './spaceObjects.ts';
import { submitPlan, type MadeObject, type SubmitStep } from './submitPlan.ts';
import type { SubmitterOptions } from './submitterOptions.ts';
import { takeBack, typesMade } from './takeBack.ts';
import { InputsUpload } from './inputsUpload.ts';

/** What every submission of a submitter has in common. */
export interface SubmitContext {
  readonly options: SubmitterOptions;
  readonly space: SpaceObjects;
  readonly shared: SharedConfigMaps;
}

/** See `RunTarget.submit`. Nothing is left behind when it fails or is aborted, as far as the cluster still answers. */
export async function submitRun(
  context: SubmitContext,
  submission: RunSubmission,
  signal: AbortSignal,
  onProgress: (text: string) => void,
): Promise<void> {
  const reuse = await reused(context, submission, signal);
  const rendered = await rendering(context, submission, reuse, signal);
  await new Submitting(context, rendered, reuse?.ownedClaim, onProgress).go(signal);
}

/** See `Submitter.render`. */
export async function renderSubmission(
  context: SubmitContext,
  submission: RunSubmission,
  signal: AbortSignal,
): Promise<RenderedRun> {
  return rendering(context, submission, await reused(context, submission, signal), signal);
}

/** See `Submitter.dryRun`. */
export async function dryRunSubmission(
  context: SubmitContext,
  submission: RunSubmission,
  signal: AbortSignal,
): Promise<void> {
  const rendered = await renderSubmission(context, submission, signal);
  await dryRun(context.space, rendered, signal);
}

function reused({ options, space }: SubmitContext, { runFile }: RunSubmission, signal: AbortSignal) {
  return originalVolume(space, options.profile, runFile, signal);
}

function rendering(
  { options, shared }: SubmitContext,
  submission: RunSubmission,
  reuse: OriginalVolume | undefined,
  signal: AbortSignal,
): Promise<RenderedRun> {
  return renderRun(options, shared, submission, reuse?.volume, signal);
}

async function dryRun(space: SpaceObjects, rendered: RenderedRun, signal: AbortSignal): Promise<void> {
  const path = space.path(resources.pipelineRuns);
  await Promise.all([
    space.api.create(path, rendered.pipelineRun, { dryRun: true }, dryRunSchema, signal),
    checkSecrets(space, rendered.input.runFile.spec, signal),
  ]);
}

const progressWords: Readonly<Record<SubmitStep, string>> = {
  dryRun: 'asking the cluster whether it takes the run',
  shared: 'sharing the step scripts',
  inputs: 'sending the inputs',
  volume: 'asking for a volume',
  upload: 'starting the upload',
  pipelineRun: 'starting the run',
  own: 'starting the run',
};

class Submitting {
  readonly #space: SpaceObjects;
  readonly #rendered: RenderedRun;
  /** The claim of the retried run, which gets this one as a further owner. */
  readonly #reusedClaim: string | undefined;
  readonly #onProgress: (text: string) => void;
  readonly #uploading: InputsUpload;
  readonly #serverClock: ServerClock;
  readonly #made: MadeObject[] = [];
  /** The run, once it is on the cluster. */
  #pipelineRun: ClusterObject | undefined;

  constructor(
    { options, space }: SubmitContext,
    rendered: RenderedRun,
    reusedClaim: string | undefined,
    onProgress: (text: string) => void,
  ) {
    this.#space = space;
    this.#rendered = rendered;
    this.#reusedClaim = reusedClaim;
    this.#onProgress = onProgress;
    this.#uploading = new InputsUpload(space, options.clock, rendered.input);
    this.#serverClock = new ServerClock(options.clock.now);
  }

  async go(signal: AbortSignal): Promise<void> {
    const needs = { claim: this.#rendered.claim !== undefined, upload: this.#rendered.prepared.uploads.length > 0 };
    try {
      for (const group of submitPlan(needs)) {
        // It was there already: all that is left to do is to see that its inputs are its own.
        if (this.#pipelineRun !== undefined && !group.includes('own')) continue;
        await this.#takeAll(group, signal);
      }
    } catch (error) {
      const failure = signal.aborted ? cancelled(error) : error;
      throw await takeBack(this.#space, this.#run, this.#made, (cleanUp) => this.#clearFolder(cleanUp), failure);
    }
  }

  /** Waits for all of a group also when one fails, so that nothing is made after it was taken back. */
  async #takeAll(group: readonly SubmitStep[], signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const [first] = group;
    if (first !== undefined) this.#onProgress(progressWords[first]);
    const ends = await Promise.allSettled(group.map((step) => this.#steps[step](signal)));
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
  }

  readonly #steps: Readonly<Record<SubmitStep, (signal: AbortSignal) => Promise<void>>> = {
    dryRun: (signal) => this.#dryRun(signal),
    shared: (signal) => this.#shareScripts(signal),
    inputs: (signal) => this.#makeInputs(signal),
    volume: (signal) => this.#makeClaim(signal),
    upload: (signal) => this.#upload(signal),
    pipelineRun: (signal) => this.#makeRun(signal),
    own: (signal) => this.#own(signal),
  };

  get #run(): string {
    return this.#rendered.input.runFile.run;
  }

  get #names() {
    return objectNames(this.#run);
  }

  async #dryRun(signal: AbortSignal): Promise<void> {
    try {
      await dryRun(this.#space, this.#rendered, signal);
    } catch (error) {
      if (!isAlreadyExists(error)) throw error;
      await this.#adoptRun(signal);
    }
  }

  /** They are immutable and named after their content: whoever made them made the same. */
  async #shareScripts(signal: AbortSignal): Promise<void> {
    const share = async ({ name, render }: SharedConfigMap) => {
      if (await this.#space.exists(resources.configMaps, name, signal)) return;
      await this.#space.create(resources.configMaps, render(), signal);
    };
    await Promise.all(this.#rendered.shared.map(share));
  }

  /** Whoever has these has the name. */
  async #makeInputs(signal: AbortSignal): Promise<void> {
    const made = await this.#make('inputs', this.#rendered.inputs, signal);
    if (made === undefined) await this.#checkSameInputs(signal);
  }

  async #makeClaim(signal: AbortSignal): Promise<void> {
    const { claim } = this.#rendered;
    if (claim === undefined || (await this.#make('volume', claim, signal)) !== undefined) return;
    // A submission of the same run made it and was killed.
    const { name } = claim.metadata;
    const there = await this.#space.find(resources.persistentVolumeClaims, name, objectSchema, signal);
    this.#checkOurs(`PersistentVolumeClaim ${name}`, there);
  }

  async #upload(signal: AbortSignal): Promise<void> {
    const pod = this.#uploading.pod;
    const make = () => this.#make('upload', pod, signal);
    await this.#uploading.send(this.#rendered.prepared.uploads, make, this.#onProgress, signal);
  }

  async #makeRun(signal: AbortSignal): Promise<void> {
    const pipelineRun = dated(this.#rendered.pipelineRun, this.#serverClock.now());
    this.#pipelineRun = await this.#make('pipelineRun', pipelineRun, signal);
    // Another submission of the same run was faster.
    if (this.#pipelineRun === undefined) await this.#adoptRun(signal);
  }

  /** From here on the garbage collector of the cluster removes the inputs and the volume together with the run. */
  async #own(signal: AbortSignal): Promise<void> {
    if (this.#pipelineRun === undefined) throw new Error('there is no run that could own its inputs');
    const { name, uid } = this.#pipelineRun.metadata;
    const owner = { apiVersion: 'tekton.dev/v1', kind: 'PipelineRun', name, uid };
    const { inputs, claim } = this.#names;
    const claimName = this.#rendered.claim === undefined ? this.#reusedClaim : claim;
    const owned = async () => {
      if (claimName === undefined) return;
      const there = await this.#space.addOwner(resources.persistentVolumeClaims, claimName, owner, signal);
      const original = this.#rendered.input.runFile.reuse?.run;
      if (there.metadata.deletionTimestamp !== undefined && original !== undefined) throw volumeGone(original);
    };
    await Promise.all([this.#space.addOwner(resources.configMaps, inputs, owner, signal), owned()]);
    if (this.#rendered.prepared.uploads.length > 0) await this.#uploading.end(signal);
  }

  /**
   * Creates one of the run's objects and remembers that it did; undefined when the name is taken.
   * When the answer is lost it may be there all the same.
   */
  async #make(
    kind: MadeObject['kind'],
    body: KubernetesObject,
    signal: AbortSignal,
  ): Promise<ClusterObject | undefined> {
    const { name } = body.metadata;
    try {
      const object = await this.#space.create(typesMade[kind], body, signal);
      if (object === undefined) return undefined;
      this.#made.push({ kind, name, uid: object.metadata.uid });
      this.#serverClock.hear(object.metadata.creationTimestamp);
      return object;
    } catch (error) {
      if (!isRefusal(error)) this.#made.push({ kind, name, uid: undefined });
      throw error;
    }
  }

  /** @throws SlipwayError `run.conflict` when the run of this name is another one */
  async #adoptRun(signal: AbortSignal): Promise<void> {
    const run = await this.#space.find(resources.pipelineRuns, this.#run, objectSchema, signal);
    this.#checkOurs(`PipelineRun ${this.#run}`, run);
    await this.#checkSameInputs(signal);
    this.#pipelineRun = run;
    // It runs: whatever goes wrong from here on, nothing of it is taken back.
    this.#made.length = 0;
  }

  async #checkSameInputs(signal: AbortSignal): Promise<void> {
    const name = this.#names.inputs;
    const there = await this.#space.find(resources.configMaps, name, configMapSchema, signal);
    this.#checkOurs(`ConfigMap ${name}`, there);
    if (!isSameRunFile(there?.data['run.json'], this.#rendered.input.runFile)) throw otherRun(this.#run);
  }

  #checkOurs(what: string, object: ClusterObject | undefined): void {
    if (object === undefined || object.metadata.deletionTimestamp !== undefined) {
      throw new SlipwayError('run.conflict', `The run ${this.#run} is being deleted: ${what} is on its way out.`, {
        action: 'Submit again in a moment, or under another name.',
      });
    }
    if (runOf(object.metadata) !== this.#run) throw otherRun(this.#run);
  }

  async #clearFolder(signal: AbortSignal): Promise<void> {
    await this.#uploading.clear(signal);
  }
}

/** An answer that says no: nothing was made. */
function isRefusal(error: unknown): boolean {
  const status = apiFailureOf(error)?.status;
  return status !== undefined && status < 500;
}

function cancelled(error: unknown): SlipwayError {
  if (SlipwayError.is(error, 'cancelled')) return error;
  return new SlipwayError('cancelled', 'The submission was cancelled; nothing was started.', { cause: error });
}
