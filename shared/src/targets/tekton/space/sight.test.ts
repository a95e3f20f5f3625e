import { describe, expect, it } from 'vitest';
import { conditionOf, type RunRow } from './runRow.ts';
import { hasChanged, type Sight } from './sight.ts';

const minute = 60_000;
const day = 1_440 * minute;
const at = Date.UTC(2026, 10, 26, 9, 30);

const succeeded = conditionOf('True', 'Succeeded');
const partly: Sight = {
  conditions: new Map([['seen', succeeded]]),
  glimpses: [],
  resourceVersion: '7',
  at,
  since: at - day,
};

/** The oldest that was shown was made an hour before. */
const shownSince = at - 60 * minute;

function row(name: string, madeAgo: number, endedAgo: number | undefined, condition = succeeded): RunRow {
  const createdAt = at - madeAgo;
  const finishedAt = endedAgo === undefined ? undefined : at - endedAgo;
  const run: RunRow['run'] = {
    name,
    context: 'c',
    title: name,
    createdAt,
    state: finishedAt === undefined ? 'running' : 'succeeded',
    cancelRequested: false,
    steps: [],
    ...(finishedAt !== undefined && { finishedAt }),
  };
  return { run, uid: name, madeAt: createdAt, condition };
}

describe('a run, compared with what was seen', () => {
  it('has changed with its condition', () => {
    expect(hasChanged(partly, shownSince, 'seen', row('seen', minute, 0))).toBe(false);
    expect(hasChanged(partly, shownSince, 'seen', row('seen', minute, 0, conditionOf('False', 'Failed')))).toBe(true);
  });

  it('is news where all were looked at and it was not there', () => {
    const all = { ...partly, since: Number.NEGATIVE_INFINITY };
    expect(hasChanged(all, shownSince, 'new', row('new', 30 * day, 29 * day))).toBe(true);
  });

  it('is no news where it is older than those that were looked at, and had ended', () => {
    expect(hasChanged(partly, shownSince, 'old', row('old', 3 * day, 2 * day))).toBe(false);
  });

  it('is news where its label said that it was older than it is', () => {
    expect(hasChanged(partly, shownSince, 'liar', row('liar', minute, minute))).toBe(true);
    expect(hasChanged(partly, shownSince, 'ended', row('ended', 3 * minute, 3 * minute))).toBe(true);
  });

  it('is no news where its label lied and it is too old for what was shown all the same', () => {
    expect(hasChanged(partly, shownSince, 'old', row('old', 61 * minute, 60 * minute))).toBe(false);
    expect(hasChanged(partly, shownSince, 'old', row('old', 60 * minute, 59 * minute))).toBe(true);
  });

  it('is news where it is old and went on, or ended meanwhile', () => {
    expect(hasChanged(partly, shownSince, 'long', row('long', 3 * day, undefined))).toBe(true);
    expect(hasChanged(partly, shownSince, 'long', row('long', 3 * day, -2_000))).toBe(true);
  });
});
