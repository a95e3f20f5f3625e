import * as z from 'zod';
import { isConflict, isNotFound, type Clock } from '../../kubernetes/index.ts';
import type { Claim, Pod } from '../../targets/index.ts';
import {
  changedByEnd,
  changedByFollowing,
  changedByStop,
  parseLastEnd,
  type LastEnd,
  type PodEnd,
} from '../endings/index.ts';
import { devEnvAnnotations } from '../names/index.ts';
import type { DevEnvObjects } from './clusterObjects.ts';
import { podEnd } from './devEnvState.ts';
import { belongsTo, isKept } from './ownership.ts';

const anything = z.unknown();
/** So often a note is tried that somebody else's change of the claim came before. */
const tries = 3;

export interface LastEndsOptions {
  readonly objects: DevEnvObjects;
  readonly clock: Clock;
  /** Told of notes that could not be made: what they go with goes on. */
  readonly onError: (error: unknown) => void;
}

/**
 * Notes on a DevEnv's claim how a pod ended that the cluster put out, for nothing tells of that once the pod is gone. Whoever sees it notes
 * it, once for each pod; nothing else of the claim is touched.
 */
export class LastEnds {
  readonly #options: LastEndsOptions;

  constructor(options: LastEndsOptions) {
    this.#options = options;
  }

  /** Its pod was seen: where it has ended by itself, or is put out, that is noted. */
  seen(claim: Claim, pod: Pod, signal: AbortSignal): Promise<void> {
    return this.#note(claim, (known) => changedByEnd(known, this.#endOf(pod)), signal);
  }

  /** Another pod is about to take the place of this one. */
  follows(claim: Claim, pod: Pod | undefined, signal: AbortSignal): Promise<void> {
    return this.#note(claim, (known) => changedByFollowing(known, this.#endOf(pod)), signal);
  }

  /** Somebody is about to stop it. */
  stops(claim: Claim, pod: Pod, signal: AbortSignal): Promise<void> {
    return this.#note(claim, (known) => changedByStop(known, this.#endOf(pod)), signal);
  }

  #endOf(pod: Pod | undefined): PodEnd | undefined {
    return pod === undefined ? undefined : podEnd(pod, this.#options.clock.now());
  }

  async #note(
    seen: Claim,
    changeOf: (known: LastEnd | undefined) => string | null | undefined,
    signal: AbortSignal,
  ): Promise<void> {
    const { objects, onError } = this.#options;
    const { name } = seen.metadata;
    let claim: Claim | undefined = seen;
    try {
      for (let turn = 1; claim !== undefined && belongsTo(claim, name) && !isKept(claim); turn += 1) {
        const change = changeOf(parseLastEnd(claim.metadata.annotations[devEnvAnnotations.lastEnd]));
        if (change === undefined) return;
        const { resourceVersion, uid } = claim.metadata;
        const body = { metadata: { resourceVersion, uid, annotations: { [devEnvAnnotations.lastEnd]: change } } };
        try {
          await objects.api.patch(objects.claimPath(name), body, { kind: 'merge' }, anything, signal);
          return;
        } catch (error) {
          if (isNotFound(error)) return;
          if (!isConflict(error) || turn >= tries) throw error;
          claim = await objects.claim(name, signal);
        }
      }
    } catch (error) {
      signal.throwIfAborted();
      onError(error);
    }
  }
}
