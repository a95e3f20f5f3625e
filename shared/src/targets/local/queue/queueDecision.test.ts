import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ProcessIdentity } from '../../../processes/index.ts';
import { advance, emptyQueue, join, leave, sweep, type QueueState } from './queueDecision.ts';

const owner = (pid: number, place = 'here'): ProcessIdentity => ({ pid, started: '1', boot: 'b', place });

const joined = (runs: readonly (readonly [string, number])[]): QueueState =>
  runs.reduce(
    (state, [run, submittedAt], index) => join(state, { run, submittedAt, owner: owner(index + 2) }),
    emptyQueue,
  );

describe('the queue', () => {
  it('serves who was submitted first, ties by name', () => {
    const state = joined([
      ['c', 3],
      ['b', 1],
      ['a', 1],
    ]);
    expect(advance(state, 'c', 2)).toMatchObject({ running: false, position: 2 });
    expect(advance(state, 'b', 2)).toMatchObject({ running: true, position: 0 });
    expect(advance(state, 'b', 1)).toMatchObject({ running: false, position: 1 });
    expect(advance(state, 'a', 1)).toMatchObject({ running: true });
  });

  it('does not start a third run that was submitted before the two that run', () => {
    let state = joined([
      ['x', 10],
      ['y', 11],
    ]);
    state = advance(state, 'x', 2).state;
    state = advance(state, 'y', 2).state;
    state = join(state, { run: 'early', submittedAt: 1, owner: owner(9) });
    expect(advance(state, 'early', 2)).toMatchObject({ running: false, position: 0 });
    expect(advance(leave(state, 'x'), 'early', 2).running).toBe(true);
  });

  it('counts the slots of each machine by itself', () => {
    let state = joined([['mine', 5]]);
    for (const run of ['theirs-1', 'theirs-2']) {
      state = join(state, { run, submittedAt: 1, owner: owner(7, 'there') });
      state = advance(state, run, 2).state;
    }
    expect(advance(state, 'mine', 2).running).toBe(true);
  });

  it('drops the dead at once, and those of another machine after a month', () => {
    const state = join(joined([['dead', 5]]), { run: 'far', submittedAt: 5, owner: owner(7, 'there') });
    const liveness = (who: ProcessIdentity) => (who.place === 'there' ? 'elsewhere' : 'gone');
    expect(sweep(state, liveness, 10).tickets.map(({ run }) => run)).toEqual(['far']);
    expect(sweep(state, liveness, 31 * 24 * 3600 * 1000).tickets).toEqual([]);
  });

  const operation = fc.record({
    kind: fc.constantFrom('join', 'advance', 'advance', 'leave', 'die'),
    run: fc.integer({ min: 0, max: 7 }),
    submittedAt: fc.integer({ min: 0, max: 20 }),
  });

  it('never gives more slots than there are, and never one past an earlier run that could have it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3 }), fc.array(operation, { maxLength: 80 }), (slots, operations) => {
        let state: QueueState = emptyQueue;
        const dead = new Set<number>();
        for (const { kind, run, submittedAt } of operations) {
          const name = `run-${run}`;
          const isIn = state.tickets.some((ticket) => ticket.run === name);
          if (kind === 'join' && !isIn) {
            dead.delete(run + 2);
            state = join(state, { run: name, submittedAt, owner: owner(run + 2) });
          } else if (kind === 'leave') state = leave(state, name);
          else if (kind === 'die') dead.add(run + 2);
          else if (kind === 'advance' && isIn) {
            state = sweep(state, (who) => (dead.has(who.pid) ? 'gone' : 'alive'), 30);
            const before = state.tickets.find((ticket) => ticket.run === name);
            if (before === undefined) continue;
            const waitingEarlier = state.tickets.filter(
              (ticket) =>
                !ticket.running &&
                (ticket.submittedAt < before.submittedAt ||
                  (ticket.submittedAt === before.submittedAt && ticket.run < before.run)),
            ).length;
            const running = state.tickets.filter((ticket) => ticket.running).length;
            const result = advance(state, name, slots);
            expect(result.running).toBe(before.running || running + waitingEarlier < slots);
            if (!result.running) expect(result.position).toBe(waitingEarlier);
            state = result.state;
          }
          expect(state.tickets.filter((ticket) => ticket.running).length).toBeLessThanOrEqual(slots);
        }
      }),
    );
  });

  it('lets everybody through in the end', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 0, max: 50 }), { maxLength: 10 }), (times) => {
        let state = joined(times.map((time) => [`run-${time}`, time]));
        const order: string[] = [];
        while (state.tickets.length > 0) {
          const before = order.length;
          for (const { run, running } of state.tickets) {
            const result = advance(state, run, 2);
            if (result.running && !running) order.push(run);
            state = result.state;
          }
          const done = state.tickets.find((ticket) => ticket.running);
          if (done === undefined) throw new Error('nobody runs');
          expect(order.length - before).toBeLessThanOrEqual(2);
          state = leave(state, done.run);
        }
        expect([...order].sort()).toEqual(times.map((time) => `run-${time}`).sort());
      }),
    );
  });
});
