import type { Liveness, ProcessIdentity } from '../../../processes/index.ts';

/** A run that waits for a slot or holds one. */
export interface Ticket {
  readonly run: string;
  /** Epoch ms. First submitted, first served; ties by name. */
  readonly submittedAt: number;
  readonly owner: ProcessIdentity;
  readonly running: boolean;
}

/** The whole queue of a data folder. Every change makes a new one. */
export interface QueueState {
  readonly tickets: readonly Ticket[];
}

export const emptyQueue: QueueState = { tickets: [] };

/** Tickets of another machine say nothing about this one; they are kept for it, but not for ever. */
const foreignTicketMs = 30 * 24 * 3600 * 1000;

/** Drops the tickets of processes that are gone. */
export function sweep(state: QueueState, livenessOf: (owner: ProcessIdentity) => Liveness, now: number): QueueState {
  const tickets = state.tickets.filter((ticket) => {
    const liveness = livenessOf(ticket.owner);
    return liveness === 'alive' || (liveness === 'elsewhere' && now - ticket.submittedAt < foreignTicketMs);
  });
  return tickets.length === state.tickets.length ? state : { tickets };
}

/** Puts a run in, waiting; a ticket that the same run had before is replaced. */
export function join(state: QueueState, ticket: Omit<Ticket, 'running'>): QueueState {
  return { tickets: [...without(state, ticket.run), { ...ticket, running: false }] };
}

export function leave(state: QueueState, run: string): QueueState {
  return { tickets: without(state, run) };
}

export interface Advance {
  readonly state: QueueState;
  /** `run` holds a slot now. */
  readonly running: boolean;
  /** How many waiting runs are before it; 0 when it runs. */
  readonly position: number;
}

/**
 * Gives `run` a slot if one is free that no earlier run waits for. Slots are per place (machine or container), because
 * they stand for its cores and memory.
 * @param slots how many runs of one place may run at once
 */
export function advance(state: QueueState, run: string, slots: number): Advance {
  const mine = state.tickets.find((ticket) => ticket.run === run);
  if (mine === undefined) throw new Error(`${run} is not in the queue`);
  if (mine.running) return { state, running: true, position: 0 };
  const neighbours = state.tickets.filter((ticket) => ticket.owner.place === mine.owner.place);
  const free = slots - neighbours.filter((ticket) => ticket.running).length;
  const position = neighbours.filter((ticket) => !ticket.running && isBefore(ticket, mine)).length;
  if (position >= free) return { state, running: false, position };
  return {
    state: { tickets: state.tickets.map((ticket) => (ticket === mine ? { ...mine, running: true } : ticket)) },
    running: true,
    position: 0,
  };
}

function isBefore(left: Ticket, right: Ticket): boolean {
  if (left.submittedAt !== right.submittedAt) return left.submittedAt < right.submittedAt;
  return left.run < right.run;
}

function without(state: QueueState, run: string): Ticket[] {
  return state.tickets.filter((ticket) => ticket.run !== run);
}
