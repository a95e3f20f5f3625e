import { type CoreConnection, Emitter, keyOf } from '@slipway/shared/client';
import type { DevEnvJob } from '@slipway/shared/protocol';
import { type DevEnvReference, named } from './devEnvReference.ts';

interface Known {
  readonly reference: DevEnvReference;
  readonly jobs: readonly DevEnvJob[];
  /** False where only single ones were told of. */
  readonly areAll: boolean;
}

/** The commands of those DevEnvs that somebody looks at, as last told. */
export class DevEnvJobs {
  readonly #core: Pick<CoreConnection, 'request' | 'onNotification'>;
  readonly #signal: AbortSignal;
  readonly #changes = new Emitter<DevEnvReference>();
  readonly #ends = new Emitter<{ readonly reference: DevEnvReference; readonly job: DevEnvJob }>();
  readonly #known = new Map<string, Known>();
  readonly #subscription: { dispose(): void };

  constructor(core: Pick<CoreConnection, 'request' | 'onNotification'>, signal: AbortSignal) {
    this.#core = core;
    this.#signal = signal;
    this.#subscription = core.onNotification('devenv/jobEnded', ({ context, name, job }) => {
      const reference = { context, devEnv: name };
      this.put(reference, job);
      this.#ends.fire({ reference, job });
    });
  }

  /** The commands of a DevEnv are other ones. */
  readonly onChange = (listener: (reference: DevEnvReference) => void): { dispose(): void } =>
    this.#changes.on(listener);

  /** A command that this window started or followed has ended. */
  readonly onEnd = (
    listener: (end: { readonly reference: DevEnvReference; readonly job: DevEnvJob }) => void,
  ): { dispose(): void } => this.#ends.on(listener);

  get(reference: DevEnvReference, job: string): DevEnvJob | undefined {
    return this.#of(reference).find(({ id }) => id === job);
  }

  /** The DevEnvs in which a command goes on, as far as is known. */
  get running(): readonly DevEnvReference[] {
    const all = [...this.#known.values()];
    return all.filter(({ jobs }) => jobs.some(({ state }) => state === 'running')).map(({ reference }) => reference);
  }

  /** All of them as last told, the newest first; undefined where nobody has asked yet. */
  known({ context, devEnv }: DevEnvReference): readonly DevEnvJob[] | undefined {
    const known = this.#known.get(keyOf(context, devEnv));
    return known?.areAll === true ? known.jobs : undefined;
  }

  /** Asks the DevEnv, and tells if its commands are other ones now, or cannot be asked for any more. */
  async readAgain(reference: DevEnvReference): Promise<void> {
    const before = JSON.stringify(this.known(reference));
    try {
      if (JSON.stringify(await this.read(reference)) === before) return;
    } catch {
      // Whoever looks is told why when it is asked for anew.
      this.#known.delete(keyOf(reference.context, reference.devEnv));
    }
    if (!this.#signal.aborted) this.#changes.fire(reference);
  }

  /** Asks the DevEnv, the newest first. @throws SlipwayError */
  async read(reference: DevEnvReference): Promise<readonly DevEnvJob[]> {
    const { jobs } = await this.#core.request('devenvs/jobs', named(reference), this.#signal);
    // What has ended stays so, where its end was told while the DevEnv was asked.
    const sorted = newestFirst(jobs.map((job) => this.#ended(reference, job.id) ?? job));
    this.#keep(reference, sorted, true);
    return sorted;
  }

  /** Takes in what the core answered or told of one. */
  put(reference: DevEnvReference, job: DevEnvJob): void {
    const others = this.#of(reference).filter(({ id }) => id !== job.id);
    this.#keep(reference, newestFirst([job, ...others]), this.known(reference) !== undefined);
    this.#changes.fire(reference);
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#changes.dispose();
    this.#ends.dispose();
  }

  #ended(reference: DevEnvReference, job: string): DevEnvJob | undefined {
    const known = this.get(reference, job);
    return known?.state === 'running' ? undefined : known;
  }

  #keep({ context, devEnv }: DevEnvReference, jobs: readonly DevEnvJob[], areAll: boolean): void {
    this.#known.set(keyOf(context, devEnv), { reference: { context, devEnv }, jobs, areAll });
  }

  #of({ context, devEnv }: DevEnvReference): readonly DevEnvJob[] {
    return this.#known.get(keyOf(context, devEnv))?.jobs ?? [];
  }
}

function newestFirst(jobs: readonly DevEnvJob[]): DevEnvJob[] {
  return [...jobs].sort((one, other) => other.startedAt - one.startedAt);
}
