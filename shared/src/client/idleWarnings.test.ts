import { expect, it } from 'vitest';
import { IdleWarnings } from './idleWarnings.ts';
import { devEnvNamed } from '../protocol/testing/devEnvs.ts';

const due = (name: string, stopsAt = 100) => devEnvNamed(name, { idle: { stopAfterMs: 1, stopsAt } });

it('warns once of each of one’s own that is about to be stopped, and again after somebody worked there', () => {
  const warnings = new IdleWarnings();
  const taken = (...all: Parameters<IdleWarnings['take']>[0]) => warnings.take(all).map(({ name }) => name);
  expect(taken(devEnvNamed('a'), due('b'))).toEqual(['b']);
  expect(taken(due('a'), due('b', 101))).toEqual(['a']);
  expect(taken(due('a'), devEnvNamed('b'))).toEqual([]);
  expect(taken(due('a'), due('b'))).toEqual(['b']);
  expect(taken({ ...due('c'), mine: false }, { ...due('d'), state: 'stopped' })).toEqual([]);
});
