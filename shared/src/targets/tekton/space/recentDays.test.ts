import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dayOf } from '../../../pipeline/index.ts';
import { parseAge } from '../observe/index.ts';
import { printedAge } from '../observe/testing/printedAge.ts';
import { areNewest, newestFirst, newestOf, type ReadRun } from './newest.ts';
import { partsByDay, recentDays } from './recentDays.ts';
import { allOf } from './sight.ts';

const second = 1_000;
const dayMs = 86_400 * second;
const now = Date.UTC(2026, 10, 26, 9, 30);

/** A run, and the day that it carries as a label. */
interface LabelledRun extends ReadRun {
  readonly day: string | undefined;
}

/** Whole seconds, as a cluster keeps times. */
const labelledRun = fc.record({
  madeAgo: fc.oneof(fc.integer({ min: 0, max: 3 * 86_400 }), fc.integer({ min: 0, max: 400 * 86_400 })),
  /** Between the label and the creation, seconds; undefined for a run without a label. */
  late: fc.option(fc.integer({ min: 0, max: 3_600 }), { nil: undefined }),
});

function runOf({ madeAgo, late }: { madeAgo: number; late: number | undefined }, index: number): LabelledRun {
  const createdAt = now - madeAgo * second;
  const day = late === undefined ? undefined : dayOf(createdAt - late * second);
  return { name: `run-${index}`, createdAt, startedAt: createdAt, day };
}

/** What a server gives for `KEY notin (DAYS)`: also what has no such label. */
function selected(runs: readonly LabelledRun[], leftOut: readonly string[]): LabelledRun[] {
  return runs.filter(({ day }) => day === undefined || !leftOut.includes(day));
}

/** Whether a server takes a run with this label for `KEY in (DAYS)` or `KEY notin (DAYS)`. */
function selects(selector: string, day: string | undefined): boolean {
  const [, operator, days = ''] = /^slipway\.dev\/day (in|notin) \((.*)\)$/.exec(selector) ?? [];
  const isNamed = day !== undefined && days.split(',').includes(day);
  return operator === 'in' ? isNamed : operator === 'notin' && !isNamed;
}

describe('runs of recent days', () => {
  it('are those since yesterday, and all without a label', () => {
    const recent = recentDays(now, 2);
    expect(recent?.leftOut.slice(0, 2)).toEqual(['2026-11-24', '2026-11-23']);
    expect(recent?.leftOut.at(-1)).toBe('2026-08-27');
    expect(recent?.labelSelector).toMatch(/^slipway\.dev\/day notin \(2026-11-24,2026-11-23,.*\)$/);
    expect(recent?.since).toBe(Date.UTC(2026, 10, 25, 1));
  });

  it('are asked for with an address that every proxy takes', () => {
    expect(encodeURIComponent(recentDays(now, 2)?.labelSelector ?? '').length).toBeLessThan(2_000);
  });

  it('are one part of all runs, of which each is in one, whatever its label says and whatever the clock is', () => {
    const day = fc.oneof(
      fc.constant(undefined),
      fc.integer({ min: -10, max: 400 }).map((ago) => dayOf(now - ago * dayMs)),
      fc.string({ maxLength: 63 }),
    );
    fc.assert(
      fc.property(day, fc.integer({ min: -500, max: 500 }), (label, daysAhead) => {
        const { recent = '', older = [] } = partsByDay(now + daysAhead * dayMs) ?? {};
        expect(older).toHaveLength(2);
        expect([recent, ...older].filter((selector) => selects(selector, label))).toHaveLength(1);
      }),
    );
  });

  it('and the others are all of them, however long after each other their parts were printed', async () => {
    let told = 0;
    // All of them are new, whatever they say.
    const mislabelledRun = fc.record({
      madeAgo: fc.integer({ min: 0, max: 1_200 }),
      daysAgo: fc.constantFrom(0, 5, 30),
    });
    const delay = fc.integer({ min: 0, max: 90 }).map((seconds) => seconds * second);
    await fc.assert(
      fc.asyncProperty(
        fc.array(mislabelledRun, { minLength: 5, maxLength: 60 }),
        fc.integer({ min: 1, max: 20 }),
        fc.tuple(delay, delay, delay),
        async (given, limit, delays) => {
          const runs = given.map(({ madeAgo, daysAgo }, index) => {
            const createdAt = now - madeAgo * second;
            const day = dayOf(now - daysAgo * dayMs);
            return { name: `run-${index}`, createdAt, startedAt: createdAt, day };
          });
          const { recent = '', older = [] } = partsByDay(now) ?? {};
          const parts = [recent, ...older].map((selector, index) => ({
            conditions: new Map<string, string>(),
            glimpses: runs
              .filter(({ day }) => selects(selector, day))
              .map(({ name, createdAt }) => ({
                name,
                started: parseAge(printedAge(now + (delays[index] ?? 0) - createdAt)),
              })),
            resourceVersion: '1',
          }));
          const { glimpses } = allOf(parts, now, Math.max(...delays));
          const found = await newestOf(glimpses, limit, (names) =>
            Promise.resolve(runs.filter(({ name }) => names.includes(name))),
          );
          if (found === undefined) return;
          told += 1;
          expect(found).toEqual(runs.toSorted(newestFirst).slice(0, limit));
        },
      ),
      { numRuns: 300 },
    );
    expect(told).toBeGreaterThan(200);
  });

  it('are none by a clock that cannot be', () => {
    expect(recentDays(Number.NaN, 2)).toBeUndefined();
    expect(recentDays(Number.POSITIVE_INFINITY, 2)).toBeUndefined();
    expect(partsByDay(Number.NaN)).toBeUndefined();
  });

  it('hold the newest of all whenever they say so, however wrong the clock of the reader is', async () => {
    let told = 0;
    const skew = fc.oneof(fc.constant(0), fc.integer({ min: -500 * 86_400, max: 500 * 86_400 }));
    await fc.assert(
      fc.asyncProperty(
        fc.array(labelledRun, { maxLength: 60 }),
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 10 }),
        skew,
        async (given, limit, days, secondsAhead) => {
          const runs = given.map(runOf);
          const recent = recentDays(now + secondsAhead * second, days);
          if (recent === undefined) throw new Error('there are such days');
          const seen = selected(runs, recent.leftOut);
          const glimpses = seen.map(({ name, createdAt }) => ({
            name,
            started: parseAge(printedAge(now - createdAt)),
          }));
          const found = await newestOf(glimpses, limit, (names) =>
            Promise.resolve(seen.filter(({ name }) => names.includes(name))),
          );
          if (found === undefined || !areNewest(found, limit, recent.since)) return;
          told += 1;
          expect(found).toEqual(runs.toSorted(newestFirst).slice(0, limit));
        },
      ),
      { numRuns: 300 },
    );
    expect(told).toBeGreaterThan(20);
  });

  it('tell the newest where enough were made since yesterday', () => {
    const recent = recentDays(now, 2);
    const found = Array.from({ length: 50 }, (_, index) => ({
      name: `run-${index}`,
      createdAt: now - index * 60 * second,
      startedAt: undefined,
    }));
    expect(areNewest(found, 50, recent?.since ?? now)).toBe(true);
    expect(areNewest(found, 51, recent?.since ?? now)).toBe(false);
    const older = [...found, { name: 'older', createdAt: now - 2 * dayMs, startedAt: undefined }];
    expect(areNewest(older, 51, recent?.since ?? now)).toBe(false);
  });
});
