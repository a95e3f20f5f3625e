import { describe, expect, it } from 'vitest';
import { pod, unscheduled } from '../observe/testing/objects.ts';
import { eventSchema, nodeSchema } from '../observe/index.ts';
import { noPendingFacts, type PendingFacts, type PendingQuestions } from './pendingFacts.ts';
import { PendingReader } from './pendingReader.ts';

const never = new AbortController().signal;
const eventOf = (name: string) => eventSchema.parse({ metadata: { name: `${name}.1` }, involvedObject: { name } });
const node = nodeSchema.parse({ metadata: { name: 'node-1' } });

interface Reading {
  readonly asked: PendingQuestions;
  answer(facts?: Partial<PendingFacts>): void;
  fail(error: Error): void;
}

/** A reader whose readings are answered by hand, 100 ms after they began by its clock; what it sleeps is noted and takes no time. */
function readerByHand() {
  const readings: Reading[] = [];
  const slept: number[] = [];
  let now = 0;
  const reader = new PendingReader({
    read: (asked) =>
      new Promise((resolve, reject) => {
        const ended = (): void => void (now += 100);
        readings.push({
          asked,
          answer: (facts = {}) => {
            ended();
            resolve({ ...noPendingFacts, ...facts });
          },
          fail: (error) => {
            ended();
            reject(error);
          },
        });
      }),
    clock: {
      now: () => now,
      sleep: (ms) => {
        slept.push(ms);
        now += ms;
        return Promise.resolve();
      },
    },
  });
  const begun = async (count: number): Promise<Reading> => {
    await expect.poll(() => readings.length, { interval: 1 }).toBe(count);
    const [reading] = readings.slice(-1);
    if (reading === undefined) throw new Error('no reading');
    return reading;
  };
  return { reader, readings, slept, begun, pass: (ms: number) => void (now += ms) };
}

describe('what tells why pods wait', () => {
  it('is read once for all who ask meanwhile, and each gets what is about its own', async () => {
    const { reader, readings, begun } = readerByHand();
    const first = reader.read([], [pod('a')], never);
    const reading = await begun(1);
    expect(reading.asked.eventsOf).toEqual(['a']);
    const others = ['b', 'c'].map((name) => reader.read([], [pod(name)], never));
    reading.answer({ events: [eventOf('a')] });
    expect((await first).events).toEqual([eventOf('a')]);

    const second = await begun(2);
    expect(second.asked.eventsOf).toEqual(['b', 'c']);
    second.answer({ events: [eventOf('b'), eventOf('c')], nodes: [node] });
    const told = await Promise.all(others);
    expect(told.map(({ events }) => events)).toEqual([[eventOf('b')], [eventOf('c')]]);
    // Nobody asked for them.
    expect(told.map(({ nodes }) => nodes)).toEqual([undefined, undefined]);
    expect(readings).toHaveLength(2);
  });

  it('leaves the cluster alone for nine times as long as a reading took, also after one that failed', async () => {
    const { reader, slept, begun } = readerByHand();
    const first = reader.read([], [pod('a')], never);
    (await begun(1)).fail(new Error('no answer'));
    await expect(first).rejects.toThrow('no answer');
    const second = reader.read([], [pod('a')], never);
    (await begun(2)).answer();
    await second;
    await expect.poll(() => slept).toEqual([900, 900]);
  });

  it('has nodes for fifteen seconds, for whoever asks for them', async () => {
    const { reader, begun, pass } = readerByHand();
    const refused = unscheduled('0/1 nodes are available');
    const first = reader.read([], [refused], never);
    const one = await begun(1);
    expect(one.asked.nodes).toBe(true);
    one.answer({ nodes: [node] });
    expect((await first).nodes).toEqual([node]);

    const second = reader.read([], [refused], never);
    const two = await begun(2);
    expect(two.asked.nodes).toBe(false);
    two.answer();
    expect((await second).nodes).toEqual([node]);

    pass(15_000);
    void reader.read([], [refused], never);
    expect((await begun(3)).asked.nodes).toBe(true);
  });

  it('goes on for the others when one does not want to wait any more', async () => {
    const { reader, begun } = readerByHand();
    const gone = new AbortController();
    const [one, other] = [reader.read([], [pod('a')], gone.signal), reader.read([], [pod('b')], never)];
    const reading = await begun(1);
    gone.abort(new Error('gone'));
    await expect(one).rejects.toThrow('gone');
    reading.answer({ events: [eventOf('b')] });
    expect((await other).events).toEqual([eventOf('b')]);
  });
});
