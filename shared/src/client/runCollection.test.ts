import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Run, RunState } from '../protocol/index.ts';
import { type ListReading, RunCollection } from './runCollection.ts';

function run(name: string, state: RunState, createdAt = 0, queuePosition = 0): Run {
  return { name, context: 'local', title: name, state, createdAt, cancelRequested: false, steps: [], queuePosition };
}

/** The core: what it has, what it has told but not brought, and a list that it is reading. */
class ModelCore {
  readonly runs = new Map<string, Run>();
  readonly news: ({ readonly put: Run } | { readonly remove: string })[] = [];
  #version = 0;

  change(name: string): void {
    const before = this.runs.get(name);
    this.#version += 1;
    const state = before === undefined ? 'queued' : before.state === 'queued' ? 'running' : 'succeeded';
    // One that is made anew under a name is made at another time.
    const after = run(name, state, before?.createdAt ?? this.#version, this.#version);
    this.runs.set(name, after);
    this.news.push({ put: after });
  }

  remove(name: string): void {
    if (this.runs.delete(name)) this.news.push({ remove: name });
  }
}

const commands = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constantFrom('change' as const, 'remove' as const), name: fc.constantFrom('a', 'b', 'c') }),
    fc.record({ kind: fc.constantFrom('bring', 'begin', 'read', 'answer', 'break') }),
  ),
  { maxLength: 60 },
);

it('has what the core has once everything has arrived, whatever the order of lists and news', () => {
  fc.assert(
    fc.property(commands, (steps) => {
      const core = new ModelCore();
      const runs = new RunCollection();
      const lists: { readonly reading: ListReading; page: readonly Run[] | undefined }[] = [];
      const begin = (): unknown => lists.push({ reading: runs.beginList('local'), page: undefined });
      const bring = (): void => {
        const next = core.news.shift();
        if (next !== undefined && 'put' in next) runs.put(next.put);
        else if (next !== undefined) runs.remove('local', next.remove);
      };
      const read = (): void => {
        for (const list of lists) list.page ??= [...core.runs.values()];
      };
      const answer = (): void => {
        const list = lists.shift();
        if (list?.page === undefined) return;
        runs.takePage(list.reading, list.page);
        runs.keepListed(list.reading, list.page, true);
        runs.endList(list.reading);
      };
      const perform = {
        bring,
        begin,
        read,
        answer,
        // The connection breaks: news on their way are lost, lists do not arrive, and all is asked for anew.
        break: () => {
          core.news.length = 0;
          lists.length = 0;
          runs.abandonLists();
          begin();
        },
      };
      begin();
      for (const step of steps) {
        if ('name' in step) core[step.kind](step.name);
        else if (step.kind in perform) perform[step.kind]();
      }
      begin();
      read();
      while (core.news.length > 0) bring();
      while (lists.length > 0) answer();
      const byName = (one: Run, other: Run): number => one.name.localeCompare(other.name);
      expect([...runs.all].sort(byName)).toEqual([...core.runs.values()].sort(byName));
      expect(runs.unfinished).toBe(runs.all.filter(({ state }) => state !== 'succeeded').length);
    }),
    { numRuns: 2000 },
  );
});

it('tells once that a run has ended, be it by news or by a list', () => {
  const runs = new RunCollection();
  const reading = runs.beginList('local');
  expect(runs.put(run('a', 'running'))).toBe(false);
  expect(runs.put(run('a', 'succeeded'))).toBe(true);
  expect(runs.takePage(reading, [run('a', 'running'), run('b', 'failed')])).toEqual([run('b', 'failed')]);
  expect(runs.put(run('b', 'failed'))).toBe(false);
  expect(runs.get('local', 'a')?.state).toBe('succeeded');
});

it('leaves a run ended when an answer comes that was given before its end, and takes another one of its name', () => {
  const runs = new RunCollection();
  runs.put(run('a', 'queued', 5));
  runs.put(run('a', 'cancelled', 5));
  expect(runs.put(run('a', 'queued', 5))).toBe(false);
  expect(runs.get('local', 'a')?.state).toBe('cancelled');
  expect(runs.unfinished).toBe(0);
  runs.put(run('a', 'queued', 6));
  expect(runs.get('local', 'a')?.state).toBe('queued');
  expect(runs.unfinished).toBe(1);
});

it('keeps what is older than a list that was cut off, and what other contexts have', () => {
  const runs = new RunCollection();
  runs.put(run('old', 'succeeded', 1));
  runs.put(run('gone', 'succeeded', 7));
  runs.put({ ...run('other', 'succeeded', 7), context: 'cluster' });
  const reading = runs.beginList('local');
  const page = [run('new', 'running', 9), run('newer', 'running', 5)];
  runs.takePage(reading, page);
  runs.keepListed(reading, page, false);
  expect(runs.all.map(({ name }) => name).sort()).toEqual(['new', 'newer', 'old', 'other']);
});

it('does not count runs of others as unfinished', () => {
  const runs = new RunCollection();
  runs.put({ ...run('a', 'running'), foreign: true });
  runs.put(run('b', 'running'));
  expect(runs.unfinished).toBe(1);
  runs.remove('local', 'b');
  expect(runs.unfinished).toBe(0);
});
