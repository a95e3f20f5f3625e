import { systemClock, type KubernetesApi } from '../../kubernetes/index.ts';
import { manifestText, settleRun, type InputFile, type RunFile } from '../../pipeline/index.ts';
import {
  linksOf,
  type Artifact,
  type Check,
  type JobSpec,
  type Run,
  type RunEvent,
  type RunLink,
  type RunPlan,
  type StepName,
  type TeamProfile,
  type Whoami,
} from '../../protocol/index.ts';
import type {
  ByteRange,
  ClusterTarget,
  Disposable,
  DoctorProgress,
  LogSize,
  OpenedFile,
  Pruned,
  PruneRequest,
  RunSubmission,
  SpaceList,
  StagedFile,
  StepLogChunk,
  TargetChange,
  WatchScope,
} from '../runTarget.ts';
import { connectSpace, type Parts } from './connectSpace.ts';
import { describeCluster } from './describeCluster.ts';
import type { TektonTargetOptions } from './options.ts';
import { doctor, preflight, whoAmI } from './preflight/index.ts';
import { profileOffers } from './profileOffers.ts';
import { placeOf } from './space/runLocation.ts';
import { listSpaces } from './spaces/listSpaces.ts';
import { wakeableClock, type WakeableClock } from './wakeableClock.ts';

/** The target of a cluster: runs are PipelineRuns. Connects when it is first used. */
export function createTektonTarget(options: TektonTargetOptions): ClusterTarget {
  return new TektonTarget(options);
}

class TektonTarget implements ClusterTarget {
  readonly context: string;
  readonly kind = 'cluster';
  readonly #options: TektonTargetOptions;
  readonly #clock: WakeableClock;
  readonly #life = new AbortController();
  #opening: Promise<Parts> | undefined;
  #parts: Parts | undefined;

  constructor(options: TektonTargetOptions) {
    this.#options = options;
    this.context = options.entry.name;
    this.#clock = wakeableClock({ ...systemClock, now: options.now });
  }

  async access(): Promise<{ readonly api: KubernetesApi; readonly profile: TeamProfile }> {
    const { api } = await this.#open();
    return { api, profile: this.#options.entry.profile };
  }

  async user(): Promise<string> {
    return (await this.#open()).api.cluster.user;
  }

  async whoAmI(signal: AbortSignal): Promise<NonNullable<Whoami['cluster']>> {
    return whoAmI((await this.#open()).api, signal);
  }

  async spaces(groups: readonly string[], signal: AbortSignal): Promise<SpaceList> {
    const { api } = await this.#open();
    const { namespaces = [], profile } = this.#options.entry;
    const hints = { current: api.cluster.namespace, named: namespaces, groups };
    return listSpaces(api, hints, profile.gpuResource ?? 'nvidia.com/gpu', signal);
  }

  signedIn(): void {
    this.#clock.wake();
  }

  signedOut(): void {
    this.#parts?.api.disconnect();
    this.#clock.wake();
  }

  choosePython(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  async describe({
    spec,
    files,
  }: {
    readonly spec: JobSpec;
    readonly files: readonly InputFile[];
  }): Promise<NonNullable<RunPlan['cluster']>> {
    const { api } = await this.#open();
    const { profile } = this.#options.entry;
    return { ...describeCluster(settleRun(spec, profile), files, api.cluster), ...profileOffers(profile) };
  }

  async links(run: Run, signal: AbortSignal): Promise<readonly RunLink[]> {
    const { links = {} } = this.#options.entry.profile;
    if (Object.keys(links).length === 0) return [];
    const { api, space } = await this.#open();
    const { facts, final } = await space.place(run.name, signal);
    const { steps } = placeOf(facts, final);
    // Tekton's own name for the pod of our task, where nothing of it is left to look at.
    const pod = (steps.get('notebook') ?? steps.get('command') ?? [...steps.values()].at(-1))?.pod;
    const { namespace } = api.cluster;
    return linksOf(links, {
      run: run.name,
      namespace,
      pod: pod ?? `${run.name}-run-pod`,
      user: run.user ?? '',
      context: this.context,
    });
  }

  async submit(
    submission: RunSubmission,
    signal: AbortSignal,
    onProgress: (text: string) => void = () => undefined,
  ): Promise<void> {
    await (await this.#open()).submitter.submit(submission, signal, onProgress);
  }

  async submitManifest(manifest: string, signal: AbortSignal): Promise<string> {
    return (await this.#open()).submitter.submitManifest(manifest, signal);
  }

  async manifest(submission: RunSubmission, signal: AbortSignal): Promise<string> {
    const { input, claim, pipelineRun } = await (await this.#open()).submitter.render(submission, signal);
    return manifestText([...(claim === undefined ? [] : [claim]), pipelineRun], input);
  }

  async preflight(submission: RunSubmission, signal: AbortSignal): Promise<readonly Check[]> {
    const { api, submitter } = await this.#open();
    const { entry, signIn } = this.#options;
    return preflight({ api, profile: entry.profile, submitter, signIn, now: this.#clock.now }, submission, signal);
  }

  doctor(signal: AbortSignal, progress?: DoctorProgress): Promise<readonly Check[]> {
    const { entry, randomHex, signIn } = this.#options;
    const open = () => this.#open();
    return doctor({ target: this, open, entry, signIn, clock: this.#clock, randomHex, progress }, signal);
  }

  async prune(request: PruneRequest, signal: AbortSignal): Promise<readonly Pruned[]> {
    const { submitter, space, files } = await this.#open();
    const pruned = await submitter.prune(request, signal);
    if (request.dryRun !== true) {
      for (const { kind, name, failure } of pruned) {
        if (kind !== 'PipelineRun' || failure !== undefined) continue;
        await space.forget(name);
        await files.drop(name);
      }
    }
    return pruned;
  }

  async secretNames(signal: AbortSignal): Promise<readonly string[]> {
    return (await this.#open()).submitter.listSecretNames(signal);
  }

  async recall(signal: AbortSignal): Promise<readonly string[]> {
    const { space, files } = await this.#open();
    return space.recall(files.history(signal), signal);
  }

  async list(signal: AbortSignal, limit?: number): Promise<readonly string[]> {
    return (await this.#open()).space.list(signal, limit);
  }

  async candidates(run: string, signal: AbortSignal): Promise<readonly string[]> {
    return (await this.#open()).space.candidates(run, signal);
  }

  row(run: string): Run | undefined {
    return this.#parts?.space.row(run);
  }

  async events(run: string, signal: AbortSignal): Promise<readonly RunEvent[]> {
    return (await this.#open()).space.events(run, signal);
  }

  watch(listener: (change: TargetChange) => void, scope: WatchScope = 'all'): Disposable {
    let watching: Disposable | undefined;
    let ended = false;
    this.#open()
      .then(({ space }) => {
        if (!ended) watching = space.watch(listener, scope);
      })
      .catch((error: unknown) => {
        if (!ended) this.#options.onError(error);
      });
    return {
      dispose: () => {
        ended = true;
        watching?.dispose();
      },
    };
  }

  async runFile(run: string, signal: AbortSignal): Promise<RunFile> {
    return (await this.#open()).submitter.runFile(run, signal);
  }

  async inputs(run: string, signal: AbortSignal): Promise<readonly StagedFile[]> {
    return (await this.#open()).submitter.inputs(run, signal);
  }

  async readLog(
    run: string,
    step: StepName,
    offset: number,
    maxBytes: number,
    signal: AbortSignal,
  ): Promise<StepLogChunk> {
    return (await this.#open()).files.logChunk(run, step, offset, maxBytes, signal);
  }

  async logSize(run: string, step: StepName, signal: AbortSignal): Promise<LogSize> {
    return (await this.#open()).files.logSize(run, step, signal);
  }

  async cancel(run: string, signal: AbortSignal): Promise<void> {
    const { submitter, space, reports } = await this.#open();
    reports.noteCancel(run);
    space.touch(run);
    const { note } = await submitter.cancel(run, signal);
    if (note !== undefined) this.#options.onNote(`${run}: ${note}`);
  }

  async delete(run: string, signal: AbortSignal): Promise<void> {
    const { submitter, space, files } = await this.#open();
    for (const left of await submitter.delete(run, signal)) this.#options.onNote(left);
    await space.forget(run);
    await files.drop(run);
  }

  async artifacts(run: string, signal: AbortSignal): Promise<readonly Artifact[]> {
    return (await this.#open()).files.artifacts(run, signal);
  }

  async openFile(run: string, path: string, range: ByteRange | undefined, signal: AbortSignal): Promise<OpenedFile> {
    return (await this.#open()).files.openFile(run, path, range, signal);
  }

  async dispose(): Promise<void> {
    this.#life.abort();
    // What could not be opened holds nothing.
    const parts = await this.#opening?.catch(() => undefined);
    if (parts === undefined) return;
    await parts.space.dispose();
    await parts.files.dispose();
    parts.api.dispose();
  }

  #open(): Promise<Parts> {
    this.#opening ??= connectSpace(this.#options, this.#clock, this.#life.signal).then(
      (parts) => (this.#parts = parts),
      (error: unknown) => {
        // A kubeconfig may be mended while the core runs.
        this.#opening = undefined;
        throw error;
      },
    );
    return this.#opening;
  }
}
