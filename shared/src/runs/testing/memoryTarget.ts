import type { Artifact, PythonChoice, RunEvent, RunPlan, StepName } from '../../protocol/index.ts';
import { SlipwayError } from '../../protocol/index.ts';
import type {
  Disposable,
  LogSize,
  OpenedFile,
  PythonRequest,
  RunSubmission,
  RunTarget,
  StagedFile,
  StepLogChunk,
  TargetChange,
  WatchScope,
} from '../../targets/index.ts';
import type { RunFile } from '../../pipeline/index.ts';

interface MemoryRun {
  readonly submission: RunSubmission;
  readonly files: ReadonlyMap<string, Buffer>;
  readonly events: RunEvent[];
  readonly logs: Map<StepName, { bytes: Buffer; times: [number, number][] }>;
}

/**
 * A `RunTarget` in memory, for unit tests only: it runs nothing. A test writes the events and logs that a run would
 * leave, and the target tells its watchers as a real one does. The proof with a real target is an integration test.
 */
export class MemoryTarget implements RunTarget {
  readonly context: string;
  readonly kind: RunTarget['kind'];
  readonly runs = new Map<string, MemoryRun>();
  readonly pythonRequests: PythonRequest[] = [];
  /** How often `events` was asked. */
  eventReads = 0;
  /** What `submit` fails with, after it has read the inputs. */
  submitFailure: Error | undefined;
  /** The most bytes that one `readLog` gives, whatever is asked for. */
  largestRead = Infinity;
  readonly #watchers = new Map<(change: TargetChange) => void, WatchScope>();

  constructor(context = 'local') {
    this.context = context;
    this.kind = context === 'local' ? 'local' : 'cluster';
  }

  /** What a cluster knows without reading a run: nothing here. */
  row(): undefined {
    return undefined;
  }

  /** Whose machine this is, as a cluster has it. */
  user(): Promise<string> {
    return Promise.resolve('ada');
  }

  describe(): Promise<NonNullable<RunPlan['cluster']>> {
    const size = { cpu: '1', memory: '1Gi', gpus: 0 };
    return Promise.resolve({
      server: 'https://cluster',
      namespace: 'team-a',
      user: 'ada',
      image: 'runner:1',
      ...size,
      volume: 'v',
      inputs: 'i',
    });
  }

  get watchers(): number {
    return this.#watchers.size;
  }

  /** What those who watch now want to hear of. */
  get scopes(): readonly WatchScope[] {
    return [...this.#watchers.values()];
  }

  /** Appends events to a run and tells the watchers. */
  emit(run: string, ...events: RunEvent[]): void {
    this.#run(run).events.push(...events);
    this.tell({ kind: 'changed', run });
  }

  /** Appends to a step's log at a time (epoch ms) and tells the watchers. */
  log(run: string, step: StepName, content: string | Uint8Array, time: number): void {
    const { logs } = this.#run(run);
    const log = logs.get(step) ?? { bytes: Buffer.alloc(0), times: [] };
    const grown = { bytes: Buffer.concat([log.bytes, Buffer.from(content)]), times: [...log.times] };
    grown.times.push([log.bytes.length, time]);
    logs.set(step, grown);
    this.tell({ kind: 'changed', run });
  }

  tell(change: TargetChange): void {
    for (const watcher of this.#watchers.keys()) watcher(change);
  }

  runFileOf(run: string): RunFile {
    return this.#run(run).submission.runFile;
  }

  choosePython(request: PythonRequest): Promise<PythonChoice> {
    this.pythonRequests.push(request);
    return Promise.resolve({
      interpreter: '/opt/python/bin/python3',
      version: '3.11.7',
      origin: 'kernel',
      kernel: request.kernel ?? 'python3',
      language: request.language ?? 'python',
      environment: 'asIs',
      explanation: 'for unit tests',
    });
  }

  async submit(submission: RunSubmission, signal: AbortSignal): Promise<void> {
    const files = new Map<string, Buffer>();
    for (const file of submission.files) {
      if (files.has(file.path)) throw new Error(`${file.path} is staged twice`);
      const chunks: Uint8Array[] = [];
      for await (const chunk of file.open(signal)) {
        signal.throwIfAborted();
        chunks.push(chunk);
      }
      const content = Buffer.concat(chunks);
      if (content.length !== file.bytes) throw new Error(`${file.path} has another size than was said`);
      files.set(file.path, content);
    }
    signal.throwIfAborted();
    if (this.submitFailure !== undefined) throw this.submitFailure;
    const { name, createdAt } = submission.run;
    const reused = submission.runFile.reuse;
    const logs: MemoryRun['logs'] = new Map();
    for (const step of reused?.steps ?? []) {
      const log = this.runs.get(reused?.run ?? '')?.logs.get(step);
      if (log !== undefined) logs.set(step, log);
    }
    this.runs.set(name, { submission, files, logs, events: [] });
    this.emit(name, { type: 'submitted', time: createdAt, run: submission.run });
  }

  list(): Promise<readonly string[]> {
    return Promise.resolve([...this.runs.keys()].reverse());
  }

  async events(run: string, signal: AbortSignal): Promise<readonly RunEvent[]> {
    this.eventReads += 1;
    await Promise.resolve();
    signal.throwIfAborted();
    return [...this.#run(run).events];
  }

  watch(listener: (change: TargetChange) => void, scope: WatchScope = 'all'): Disposable {
    const own = (change: TargetChange): void => listener(change);
    this.#watchers.set(own, scope);
    return { dispose: () => this.#watchers.delete(own) };
  }

  async runFile(run: string): Promise<RunFile> {
    return Promise.resolve(this.runFileOf(run));
  }

  readLog(run: string, step: StepName, offset: number, maxBytes: number, signal: AbortSignal): Promise<StepLogChunk> {
    signal.throwIfAborted();
    const log = this.#run(run).logs.get(step) ?? { bytes: Buffer.alloc(0), times: [] };
    const bytes = log.bytes.subarray(offset, offset + Math.min(maxBytes, this.largestRead));
    const first = log.times.findLastIndex(([at]) => at <= offset);
    const times = log.times.slice(Math.max(0, first)).filter(([at]) => at < offset + bytes.length);
    return Promise.resolve({ offset, bytes, times });
  }

  logSize(run: string, step: StepName): Promise<LogSize> {
    return Promise.resolve({ bytes: this.runs.get(run)?.logs.get(step)?.bytes.length ?? 0, whole: true });
  }

  cancel(run: string): Promise<void> {
    this.emit(run, { type: 'cancelRequested', time: this.#run(run).submission.run.createdAt + 1 });
    return Promise.resolve();
  }

  delete(run: string): Promise<void> {
    if (this.#run(run).events.at(-1)?.type !== 'finished') throw new SlipwayError('run.conflict', 'It goes on.');
    this.runs.delete(run);
    this.tell({ kind: 'deleted', run });
    return Promise.resolve();
  }

  artifacts(): Promise<readonly Artifact[]> {
    return Promise.resolve([]);
  }

  openFile(_run: string, path: string): Promise<OpenedFile> {
    return Promise.reject(new SlipwayError('artifact.notFound', `There is no ${path} in memory.`));
  }

  inputs(run: string): Promise<readonly StagedFile[]> {
    const files = [...this.#run(run).files].map(([path, content]) => openedOnce(path, content));
    return Promise.resolve(files);
  }

  #run(name: string): MemoryRun {
    const run = this.runs.get(name);
    if (run === undefined) throw notFound(name);
    return run;
  }
}

/** As the contract allows a target to be: a staged file that can be opened once. */
function openedOnce(path: string, content: Buffer): StagedFile {
  let opened = false;
  return {
    path,
    bytes: content.length,
    async *open() {
      if (opened) throw new Error(`${path} was opened twice`);
      opened = true;
      yield await Promise.resolve(content);
    },
  };
}

function notFound(run: string): SlipwayError {
  return new SlipwayError('run.notFound', `There is no run ${run}.`);
}
