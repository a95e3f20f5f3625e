import type { DevEnv } from '../protocol/index.ts';
import { keyOf } from './runCollection.ts';

/** Which of one's own DevEnvs are about to be stopped, each told once until somebody works there again. Pure but for its memory. */
export class IdleWarnings {
  readonly #told = new Set<string>();

  /** @returns those to warn of now */
  take(devEnvs: readonly DevEnv[]): readonly DevEnv[] {
    const due = devEnvs.filter(({ mine, state, idle }) => mine && state === 'running' && idle.stopsAt !== undefined);
    const keys = new Set(due.map(({ context, name }) => keyOf(context, name)));
    for (const key of this.#told) if (!keys.has(key)) this.#told.delete(key);
    const fresh = due.filter(({ context, name }) => !this.#told.has(keyOf(context, name)));
    for (const { context, name } of fresh) this.#told.add(keyOf(context, name));
    return fresh;
  }
}
