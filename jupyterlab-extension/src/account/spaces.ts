import type { CoreConnection } from '@slipway/shared/client';
import { SlipwayError, type Space } from '@slipway/shared/protocol';

/** What is known of the spaces of a context. */
export type SpacesState =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'loading' }
  | { readonly kind: 'loaded'; readonly spaces: readonly Space[]; readonly notes: readonly string[] }
  | { readonly kind: 'failed'; readonly error: unknown };

const unknown: SpacesState = { kind: 'unknown' };

/** The spaces of contexts, asked for when somebody looks. */
export class Spaces {
  readonly #core: Pick<CoreConnection, 'request'>;
  readonly #onChange: () => void;
  readonly #states = new Map<string, SpacesState>();
  readonly #ending = new AbortController();

  constructor(core: Pick<CoreConnection, 'request'>, onChange: () => void) {
    this.#core = core;
    this.#onChange = onChange;
  }

  of(context: string): SpacesState {
    return this.#states.get(context) ?? unknown;
  }

  /** Asks anew; what was known is shown no more. Never throws: the state tells. */
  async load(context: string): Promise<void> {
    const loading: SpacesState = { kind: 'loading' };
    this.#set(context, loading);
    const state = await this.#core.request('identity/spaces', { context }, this.#ending.signal).then(
      (result): SpacesState => ({ kind: 'loaded', ...result }),
      (error: unknown): SpacesState => ({ kind: 'failed', error }),
    );
    // Another one may have been asked for since, or somebody else signed in.
    if (this.#states.get(context) === loading) this.#set(context, state);
  }

  /** What was known is of somebody else, or of a context that is another one now. */
  forget(context: string): void {
    this.#states.delete(context);
  }

  dispose(): void {
    this.#ending.abort(new SlipwayError('cancelled', 'The page is closing.'));
  }

  #set(context: string, state: SpacesState): void {
    this.#states.set(context, state);
    this.#onChange();
  }
}
