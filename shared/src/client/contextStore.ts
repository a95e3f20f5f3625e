import type { ContextSummary, RequestResult } from '../protocol/index.ts';
import { SlipwayError } from '../protocol/index.ts';
import type { CoreConnection } from './coreConnection.ts';
import { type Disposable, Emitter } from './emitter.ts';

/** What the store needs of the connection. */
export type ContextSource = Pick<CoreConnection, 'request' | 'onNotification' | 'onConnection'>;

/** Why contexts are as they were before, or missing. */
type ConfigProblem = NonNullable<RequestResult<'contexts/list'>['problem']>;

/** The places to run and who this person is in each, as the core tells. What was known stays while there is no core. */
export class ContextStore {
  readonly #core: ContextSource;
  readonly #onFailure: (error: unknown) => void;
  readonly #changes = new Emitter<undefined>();
  readonly #ending = new AbortController();
  readonly #subscriptions: readonly Disposable[];
  #contexts: readonly ContextSummary[] = [];
  #problem: ConfigProblem | undefined;
  /** Counts the lists that were asked for: only the last one's answer is taken. */
  #asked = 0;

  /** @param onFailure told why the contexts could not be listed */
  constructor(core: ContextSource, onFailure: (error: unknown) => void) {
    this.#core = core;
    this.#onFailure = onFailure;
    this.#subscriptions = [
      core.onConnection((connected) => {
        if (connected) this.refresh();
      }),
      core.onNotification('contexts/changed', () => this.refresh()),
      core.onNotification('identity/changed', ({ context, signIn }) => {
        // A list that was asked for before may hold what was so before.
        if (this.#asked > 0) this.refresh();
        this.#set(this.#contexts.map((each) => (each.name === context ? { ...each, signIn } : each)));
      }),
    ];
  }

  readonly onChange = (listener: () => void): Disposable => this.#changes.on(listener);

  /** `local` first; none before the core was asked. */
  get contexts(): readonly ContextSummary[] {
    return this.#contexts;
  }

  /** What is wrong with the file that names the contexts, while something is. */
  get problem(): ConfigProblem | undefined {
    return this.#problem;
  }

  get(name: string): ContextSummary | undefined {
    return this.#contexts.find((context) => context.name === name);
  }

  /** Asks the core anew. */
  refresh(): void {
    const own = ++this.#asked;
    this.#core.request('contexts/list', {}, this.#ending.signal).then(
      ({ contexts, problem }) => {
        if (own !== this.#asked) return;
        this.#problem = problem;
        this.#set(contexts);
      },
      (error: unknown) => {
        // A core that leaves tells of itself.
        if (own === this.#asked && !SlipwayError.is(error, 'cancelled')) this.#onFailure(error);
      },
    );
  }

  dispose(): void {
    this.#ending.abort(new SlipwayError('cancelled', 'The window is closing.'));
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#changes.dispose();
  }

  #set(contexts: readonly ContextSummary[]): void {
    this.#contexts = contexts;
    this.#changes.fire(undefined);
  }
}
