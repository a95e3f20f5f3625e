import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { identify, isProcessIdentity, liveness, type ProcessIdentity } from './identity.ts';
import { NumberedStates } from './numberedStates.ts';

export interface LeaseOptions {
  /** What is locked: a folder that holds nothing else; made where it is missing. */
  readonly folder: string;
  /** How long it is held at most, milliseconds: after that others take it, whatever became of its holder. */
  readonly leaseMs: number;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** A lock that one process of all holds. */
export interface Lease {
  /** Whether it is still held, and for at least `ms` milliseconds to come. */
  holds(ms?: number): boolean;
  /** Lets the next one in; does nothing where the lease has run out. */
  release(): void;
}

interface Holder {
  readonly id: string;
  readonly owner: ProcessIdentity;
  /** Epoch milliseconds. */
  readonly until: number;
}

/** How often a waiting process looks, milliseconds; by chance up to twice as long, so that several do not look together. */
const lookMs = 15;

/**
 * Waits until nobody holds the lock, then holds it. A holder that was killed is passed over at once on its own machine, and
 * when its lease ends elsewhere.
 * @throws the abort reason of `signal`, and what the file system throws
 */
export async function acquireLease(options: LeaseOptions, signal: AbortSignal): Promise<Lease> {
  const owner = identify(process.pid);
  if (owner === undefined) throw new Error('this process cannot be found among those that live');
  const states = new NumberedStates(options.folder);
  for (;;) {
    signal.throwIfAborted();
    const { number, content } = states.read();
    const now = options.now();
    if (!isHeld(holderOf(content), options.leaseMs, now)) {
      const holder: Holder = { id: randomUUID(), owner, until: now + options.leaseMs };
      if (states.replace(number, { holder })) return new FolderLease(states, holder, options.now);
    } else {
      // Aborted, it rejects with an error of its own: the reason is thrown above.
      await delay(lookMs * (1 + Math.random()), undefined, { signal }).catch(() => undefined);
    }
  }
}

class FolderLease implements Lease {
  readonly #states: NumberedStates;
  readonly #holder: Holder;
  readonly #now: () => number;

  constructor(states: NumberedStates, holder: Holder, now: () => number) {
    this.#states = states;
    this.#holder = holder;
    this.#now = now;
  }

  holds(ms = 0): boolean {
    return this.#now() + ms < this.#holder.until && holderOf(this.#states.read().content)?.id === this.#holder.id;
  }

  release(): void {
    for (;;) {
      const { number, content } = this.#states.read();
      if (holderOf(content)?.id !== this.#holder.id || this.#states.replace(number, {})) return;
    }
  }
}

function isHeld(holder: Holder | undefined, leaseMs: number, now: number): boolean {
  // A lease that ends later than one which begins now was written by a clock that was wrong.
  if (holder === undefined || holder.until <= now || holder.until > now + leaseMs) return false;
  return liveness(holder.owner) !== 'gone';
}

/** A state that cannot be read (power cut) held only processes of before. */
function holderOf(content: unknown): Holder | undefined {
  if (typeof content !== 'object' || content === null || !('holder' in content)) return undefined;
  const { holder } = content;
  return isHolder(holder) ? holder : undefined;
}

function isHolder(value: unknown): value is Holder {
  return (
    typeof value === 'object' &&
    value !== null &&
    'id' in value &&
    typeof value.id === 'string' &&
    'until' in value &&
    typeof value.until === 'number' &&
    'owner' in value &&
    isProcessIdentity(value.owner)
  );
}
