import { Readable } from 'node:stream';
import {
  SlipwayError,
  terminalStates,
  type Artifact,
  type LogPage,
  type NotificationName,
  type NotificationParams,
  type RequestHandlers,
  type RequestName,
  type RequestParams,
  type RequestResult,
  type Run,
  type RunEvent,
  type RunPlan,
  type TestReport,
} from '../../protocol/index.ts';
import { foldEvents } from '../../runs/index.ts';
import type { CliCore } from '../cliCore.ts';

type HandlerParams<Name extends RequestName> = Parameters<RequestHandlers[Name]>[0];
type Listener = <Name extends NotificationName>(name: Name, params: NotificationParams<Name>) => void;

/** A core with runs that a test tells what happens to. */
export class FakeCore implements CliCore {
  /** A test may put its own in place. */
  readonly handlers: { -readonly [Name in RequestName]: RequestHandlers[Name] };
  readonly requests: { readonly name: RequestName; readonly params: unknown }[] = [];
  readonly runs = new Map<string, Run>();
  readonly files = new Map<string, string>();
  readonly #events = new Map<string, RunEvent[]>();
  readonly #listeners = new Set<Listener>();
  artifactList: Artifact[] = [];
  logPages: LogPage[] = [];
  testReport: TestReport | null = null;
  plan: RunPlan | undefined;
  /** What a submitted, repeated or retried run is at first. */
  submitted: Run | undefined;
  /** What a request is refused with. */
  refusals = new Map<RequestName, SlipwayError>();
  disposed = false;

  constructor() {
    this.handlers = this.#createHandlers();
  }

  /** Adds an event to a run and tells whoever watches. */
  emit(run: string, event: RunEvent): void {
    const events = [...(this.#events.get(run) ?? []), event];
    this.#events.set(run, events);
    const folded = foldEvents(events);
    if (folded === undefined) throw new Error(`${run} was not submitted`);
    this.set(folded);
  }

  set(run: Run): void {
    this.runs.set(run.name, run);
    for (const listener of this.#listeners) listener('run/changed', { watch: 'w', run });
  }

  notify<Name extends NotificationName>(name: Name, params: NotificationParams<Name>): void {
    for (const listener of this.#listeners) listener(name, params);
  }

  get listeners(): number {
    return this.#listeners.size;
  }

  onNotification(listener: Listener): { dispose(): void } {
    this.#listeners.add(listener);
    return { dispose: () => this.#listeners.delete(listener) };
  }

  readonly artifacts: { -readonly [Name in keyof CliCore['artifacts']]: CliCore['artifacts'][Name] } = {
    list: () => Promise.resolve(this.artifactList),
    open: (_context, run, path) => {
      const artifact = this.artifactList.find((candidate) => candidate.path === path || candidate.role === path);
      const content = this.files.get(`${run}/${artifact?.path ?? path}`);
      if (content === undefined) {
        return Promise.reject(new SlipwayError('artifact.notFound', `${run} has no ${path}.`));
      }
      const bytes = Buffer.from(content);
      return Promise.resolve({ path: artifact?.path ?? path, bytes: bytes.length, content: Readable.from([bytes]) });
    },
    zip: () => Readable.from([Buffer.from('PK zip')]),
  };

  localFolder(context: string, run: string): string | undefined {
    return context === 'local' ? `/data/slipway/runs/${run}` : undefined;
  }

  dispose(): Promise<void> {
    this.disposed = true;
    return Promise.resolve();
  }

  requested<Name extends RequestName>(name: Name): RequestParams<Name>[] {
    return this.requests.filter((request) => request.name === name).map(({ params }) => params as RequestParams<Name>);
  }

  #find(name: string): Run {
    const all = [...this.runs.values()].sort((one, other) => other.createdAt - one.createdAt);
    const found = name === 'last' ? all[0] : all.find((run) => run.name.startsWith(name));
    if (found === undefined) throw new SlipwayError('run.notFound', `There is no run "${name}".`);
    return found;
  }

  #start(): Run {
    if (this.submitted === undefined) throw new Error('this test submits nothing');
    this.emit(this.submitted.name, { time: this.submitted.createdAt, type: 'submitted', run: this.submitted });
    return this.#find(this.submitted.name);
  }

  #createHandlers(): RequestHandlers {
    const answer =
      <Name extends RequestName>(name: Name, make: (params: HandlerParams<Name>) => RequestResult<Name>) =>
      (params: HandlerParams<Name>): Promise<RequestResult<Name>> => {
        this.requests.push({ name, params });
        const refusal = this.refusals.get(name);
        if (refusal !== undefined) return Promise.reject(refusal);
        return new Promise((resolve) => {
          resolve(make(params));
        });
      };
    const unexpected = <Name extends RequestName>(name: Name) =>
      answer(name, () => {
        throw new Error(`no test asks for ${name}`);
      });
    return {
      initialize: unexpected('initialize'),
      ping: unexpected('ping'),
      shutdown: unexpected('shutdown'),
      'jobs/schema': unexpected('jobs/schema'),
      'jobs/validate': answer('jobs/validate', () => ({ spec: { notebook: 'analysis.ipynb' }, problems: [] })),
      'jobs/plan': answer('jobs/plan', ({ spec }) => {
        if (this.plan === undefined) throw new Error('this test has no plan');
        return { ...this.plan, spec };
      }),
      'jobs/manifest': unexpected('jobs/manifest'),
      'jobs/preflight': unexpected('jobs/preflight'),
      'runs/submitManifest': unexpected('runs/submitManifest'),
      'runs/prune': unexpected('runs/prune'),
      'runs/recall': unexpected('runs/recall'),
      'contexts/secrets': unexpected('contexts/secrets'),
      'contexts/list': unexpected('contexts/list'),
      'contexts/use': unexpected('contexts/use'),
      'contexts/import': unexpected('contexts/import'),
      'contexts/delete': unexpected('contexts/delete'),
      'contexts/setSpace': unexpected('contexts/setSpace'),
      'identity/signIn': unexpected('identity/signIn'),
      'identity/complete': unexpected('identity/complete'),
      'identity/signOut': unexpected('identity/signOut'),
      'identity/whoami': unexpected('identity/whoami'),
      'identity/spaces': unexpected('identity/spaces'),
      'devenvs/list': unexpected('devenvs/list'),
      'devenvs/get': unexpected('devenvs/get'),
      'devenvs/watch': unexpected('devenvs/watch'),
      'devenvs/unwatch': unexpected('devenvs/unwatch'),
      'devenvs/options': unexpected('devenvs/options'),
      'devenvs/manifest': unexpected('devenvs/manifest'),
      'devenvs/create': unexpected('devenvs/create'),
      'devenvs/start': unexpected('devenvs/start'),
      'devenvs/reportActivity': unexpected('devenvs/reportActivity'),
      'devenvs/stop': unexpected('devenvs/stop'),
      'devenvs/restart': unexpected('devenvs/restart'),
      'devenvs/resize': unexpected('devenvs/resize'),
      'devenvs/delete': unexpected('devenvs/delete'),
      'devenvs/connect': unexpected('devenvs/connect'),
      'devenvs/devices': unexpected('devenvs/devices'),
      'devenvs/removeDevice': unexpected('devenvs/removeDevice'),
      'devenvs/test': unexpected('devenvs/test'),
      'devenvs/openJupyter': unexpected('devenvs/openJupyter'),
      'sshConfig/remove': unexpected('sshConfig/remove'),
      'devenvs/jobs': unexpected('devenvs/jobs'),
      'devenvs/runJob': unexpected('devenvs/runJob'),
      'devenvs/stopJob': unexpected('devenvs/stopJob'),
      'devenvs/jobLog': unexpected('devenvs/jobLog'),
      'transfer/upload': unexpected('transfer/upload'),
      'transfer/download': unexpected('transfer/download'),
      'runs/submit': answer('runs/submit', () => this.#start()),
      'runs/rerun': answer('runs/rerun', () => this.#start()),
      'runs/retry': answer('runs/retry', () => this.#start()),
      'runs/list': answer('runs/list', ({ limit }) => ({
        runs: [...this.runs.values()].sort((one, other) => other.createdAt - one.createdAt).slice(0, limit),
      })),
      'runs/get': answer('runs/get', ({ run }) => this.#find(run)),
      'runs/watch': answer('runs/watch', () => ({ watch: 'w' })),
      'runs/unwatch': answer('runs/unwatch', () => ({})),
      'runs/cancel': answer('runs/cancel', ({ run }) => {
        const found = this.#find(run);
        if (!terminalStates.has(found.state)) this.set({ ...found, cancelRequested: true });
        return this.#find(run);
      }),
      'runs/delete': answer('runs/delete', ({ run }) => {
        this.runs.delete(run);
        return {};
      }),
      'logs/read': answer('logs/read', () => this.logPages.shift() ?? { batches: [], next: 'end', end: true }),
      'logs/tail': answer('logs/tail', () => this.logPages.shift() ?? { batches: [], next: 'end', end: true }),
      'logs/scan': unexpected('logs/scan'),
      'runs/spec': unexpected('runs/spec'),
      'runs/links': unexpected('runs/links'),
      'artifacts/list': answer('artifacts/list', () => ({ artifacts: this.artifactList })),
      'artifacts/read': unexpected('artifacts/read'),
      'artifacts/tests': answer('artifacts/tests', () => this.testReport),
      'artifacts/coverage': unexpected('artifacts/coverage'),
      'artifacts/failedCell': unexpected('artifacts/failedCell'),
      doctor: answer('doctor', () => ({
        checks: [
          { name: 'bash', outcome: 'pass' as const, detail: 'GNU bash 5.2', durationMs: 3 },
          { name: 'disk', outcome: 'fail' as const, detail: 'full', fix: 'free some space', durationMs: 1 },
        ],
      })),
    };
  }
}
