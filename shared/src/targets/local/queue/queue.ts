import { watch, type FSWatcher } from 'node:fs';
import { isProcessIdentity, liveness, NumberedStates } from '../../../processes/index.ts';
import {
  advance,
  emptyQueue,
  join,
  leave,
  sweep,
  type Advance,
  type QueueState,
  type Ticket,
} from './queueDecision.ts';

/** A change of the queue that is lost to another process is tried again; so many losses in a row mean a broken folder. */
const maxTries = 10_000;

/** The queue of a data folder, shared by all processes that work on it. Synchronous: a supervisor has nothing else to do. */
export class Queue {
  private readonly states: NumberedStates;

  constructor(folder: string) {
    this.states = new NumberedStates(folder);
  }

  /** What the queue is now, without the dead. */
  read(): QueueState {
    return sweep(parseQueue(this.states.read().content), liveness, Date.now());
  }

  /** Takes a slot for a run if it is its turn; puts it in the queue where it is not in it yet. */
  advance(ticket: Omit<Ticket, 'running'>, slots: number): Advance {
    return this.change((before) => {
      const isIn = before.tickets.some(({ run }) => run === ticket.run);
      const result = advance(isIn ? before : join(before, ticket), ticket.run, slots);
      return { state: result.state, result };
    });
  }

  leave(run: string): void {
    this.change((state) => ({ state: leave(state, run), result: undefined }));
  }

  private change<Result>(step: (state: QueueState) => { state: QueueState; result: Result }): Result {
    for (let tries = 0; tries < maxTries; tries++) {
      const { number, content } = this.states.read();
      const before = parseQueue(content);
      const { state, result } = step(sweep(before, liveness, Date.now()));
      if (state === before || this.states.replace(number, state)) return result;
    }
    throw new Error(`the queue in ${this.states.folder} cannot be changed`);
  }
}

/** Takes the tickets that can be read; a state that cannot be read (power cut) held only processes of before. */
function parseQueue(content: unknown): QueueState {
  if (typeof content !== 'object' || content === null || !('tickets' in content) || !Array.isArray(content.tickets)) {
    return emptyQueue;
  }
  return { tickets: content.tickets.filter(isTicket) };
}

function isTicket(value: unknown): value is Ticket {
  return (
    typeof value === 'object' &&
    value !== null &&
    'run' in value &&
    typeof value.run === 'string' &&
    'submittedAt' in value &&
    typeof value.submittedAt === 'number' &&
    'running' in value &&
    typeof value.running === 'boolean' &&
    'owner' in value &&
    isProcessIdentity(value.owner)
  );
}

export interface WaitForSlotOptions {
  readonly folder: string;
  readonly ticket: Omit<Ticket, 'running'>;
  readonly slots: number;
  /** Called when the run has to wait, and when its position changes. */
  readonly onPosition: (position: number) => void;
  /** Aborts the wait; the run leaves the queue. */
  readonly signal: AbortSignal;
}

/** Waits until the run holds a slot. Returns false when it was cancelled before. */
export async function waitForSlot(options: WaitForSlotOptions): Promise<boolean> {
  const { folder, ticket, slots, signal } = options;
  const queue = new Queue(folder);
  // The folder is there, and the run has its place, before news of it are waited for.
  if (!signal.aborted && queue.advance(ticket, slots).running) return true;
  const news = new FolderNews(folder);
  let told: number | undefined;
  try {
    while (!signal.aborted) {
      const { running, position } = queue.advance(ticket, slots);
      if (running) return true;
      if (position !== told) options.onPosition(position);
      told = position;
      // A holder that was killed tells nobody, so look without news too; those far behind less often.
      await news.next(Math.min(500 + 100 * position, 5_000), signal);
    }
    queue.leave(ticket.run);
    return false;
  } finally {
    news.dispose();
  }
}

/** Wakes up on a change of a folder, a signal, or after a time. */
class FolderNews {
  private readonly watcher: FSWatcher | undefined;
  private wake: (() => void) | undefined;
  private fresh = false;

  constructor(folder: string) {
    try {
      this.watcher = watch(folder, (_event, name) => {
        if (name?.startsWith('state.') === true) this.changed();
      });
      this.watcher.on('error', () => this.watcher?.close());
    } catch {
      // Out of inotify watches, or a file system without them: the timer alone is slower but enough.
      this.watcher = undefined;
    }
  }

  async next(timeoutMs: number, signal: AbortSignal): Promise<void> {
    if (!this.fresh && !signal.aborted) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(done, timeoutMs);
        signal.addEventListener('abort', done);
        this.wake = done;
        function done(): void {
          clearTimeout(timer);
          signal.removeEventListener('abort', done);
          resolve();
        }
      });
    }
    this.wake = undefined;
    this.fresh = false;
  }

  private changed(): void {
    this.fresh = true;
    this.wake?.();
  }

  dispose(): void {
    this.watcher?.close();
  }
}
