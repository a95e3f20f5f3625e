import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAge } from '../observe/index.ts';
import { printedAge } from '../observe/testing/printedAge.ts';
import { newestFirst, newestOf, type Glimpse, type ReadRun } from './newest.ts';

const now = 1_764_000_000_000;
const second = 1_000;

/** @param madeAgo seconds; @param waited seconds until it began, undefined where it has not */
function runOf(name: string, madeAgo: number, waited: number | undefined): ReadRun {
  const createdAt = now - madeAgo * second;
  return { name, createdAt, startedAt: waited === undefined ? undefined : createdAt + waited * second };
}

function glimpseOf({ name, startedAt }: ReadRun): Glimpse {
  return { name, started: startedAt === undefined ? undefined : parseAge(printedAge(now - startedAt)) };
}

/** Reads those that are there, and counts. */
function reader(runs: readonly ReadRun[]) {
  const read: string[] = [];
  return {
    read,
    of: (names: readonly string[]) => {
      read.push(...names);
      return Promise.resolve(runs.filter(({ name }) => names.includes(name)));
    },
  };
}

const names = (runs: readonly ReadRun[] | undefined) => runs?.map(({ name }) => name);

describe('the newest runs', () => {
  it('are the right ones, however long they waited and however coarse their ages are', async () => {
    const day = 86_400;
    const run = fc.record({
      madeAgo: fc.oneof(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 0, max: 40 * day })),
      waited: fc.option(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 2 * day })), { nil: undefined }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(run, { maxLength: 60 }), fc.integer({ min: 1, max: 20 }), async (given, limit) => {
        const runs = given.map(({ madeAgo, waited }, index) =>
          runOf(`run-${index}`, madeAgo, waited === undefined ? undefined : Math.min(waited, madeAgo)),
        );
        const found = await newestOf(runs.map(glimpseOf), limit, reader(runs).of);
        expect(names(found)).toEqual(names(runs.toSorted(newestFirst).slice(0, limit)));
      }),
    );
  });

  it('are found with few reads where the ages tell', async () => {
    const runs = Array.from({ length: 30_000 }, (_, index) => runOf(`run-${index}`, index * 5, 1));
    const { of, read } = reader(runs);
    expect(names(await newestOf(runs.map(glimpseOf), 50, of))).toEqual(names(runs.slice(0, 50)));
    expect(read.length).toBeLessThan(80);
    const { of: ofMany, read: many } = reader(runs);
    expect(names(await newestOf(runs.map(glimpseOf), 1_000, ofMany))).toEqual(names(runs.slice(0, 1_000)));
    expect(many.length).toBeLessThan(1_100);
  });

  it('are found where some are gone since', async () => {
    const runs = Array.from({ length: 20 }, (_, index) => runOf(`run-${index}`, index * 5, 1));
    const left = runs.slice(6);
    expect(names(await newestOf(runs.map(glimpseOf), 5, reader(left).of))).toEqual(names(left.slice(0, 5)));
  });

  it('are not looked for where too many might be', async () => {
    const waiting = Array.from({ length: 1_000 }, (_, index) => runOf(`run-${index}`, index, undefined));
    const { of, read } = reader(waiting);
    expect(await newestOf(waiting.map(glimpseOf), 50, of)).toBeUndefined();
    expect(read).toEqual([]);
    const sameDay = Array.from({ length: 3_000 }, (_, index) => runOf(`run-${index}`, 30 * 86_400 + index, 1));
    expect(await newestOf(sameDay.map(glimpseOf), 50, reader(sameDay).of)).toBeUndefined();
  });
});
