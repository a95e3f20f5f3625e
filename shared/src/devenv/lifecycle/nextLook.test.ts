import { expect, it } from 'vitest';
import { isLookDue } from './nextLook.ts';

const minute = 60_000;

it.each([
  ['now and then, whatever it said', { stopAfterMs: 0 }, 30_000, true],
  ['not before, where it never stops', { stopAfterMs: 0, idleMs: 10 * minute }, 29_000, false],
  ['when it warns of its stop', { stopAfterMs: minute, idleMs: 30_000 }, 10_000, true],
  ['not before it warns', { stopAfterMs: minute, idleMs: 30_000 }, 9_000, false],
  ['ten minutes before a stop that is long off', { stopAfterMs: 240 * minute, idleMs: 229.9 * minute }, 6_000, true],
  ['now and then again once it has warned', { stopAfterMs: minute, idleMs: 50_000, stopsAt: 1 }, 9_000, false],
  ['now and then where it says nothing', { stopAfterMs: minute }, 29_000, false],
])('asks a DevEnv %s', (_when, idle, passedMs, expected) => {
  expect(isLookDue({ idle }, passedMs)).toBe(expected);
});
