import { describe, expect, it } from 'vitest';
import type { Run } from '../protocol/index.ts';
import { everyRun, filteredRuns, isFiltering } from './runFilter.ts';
import { groupByDay } from './runList.ts';
import { wordsOf } from './words/index.ts';

const day = 86_400_000;
const now = Date.UTC(2026, 10, 25, 14, 0);

function run(name: string, given: Partial<Run> = {}): Run {
  return {
    name,
    context: 'local',
    title: `${name}.ipynb`,
    state: 'succeeded',
    createdAt: now,
    cancelRequested: false,
    steps: [],
    ...given,
  };
}

describe('runs by day', () => {
  const ages = [0, 1, 2, 6, 7, 400];
  const runs = ages.map((age) => run(`r-${age}`, { createdAt: now - age * day }));
  const grouped = (locale: string): [string, string, number][] =>
    groupByDay(runs, wordsOf(locale), { now, locale, timeZone: 'UTC' }).map((group) => [
      group.day,
      group.label,
      group.runs.length,
    ]);

  it('stand under the days of the last week, and all before it in one group', () => {
    expect(grouped('en-GB')).toEqual([
      ['2026-11-25', 'Today', 1],
      ['2026-11-24', 'Yesterday', 1],
      ['2026-11-23', 'Monday 23 November', 1],
      ['2026-11-19', 'Thursday 19 November', 1],
      ['older', 'Older', 2],
    ]);
  });

  it('have the words of the language', () => {
    expect(grouped('zh-cn').map(([, label]) => label)).toEqual([
      '今天',
      '昨天',
      '11月23日星期一',
      '11月19日星期四',
      '更早',
    ]);
  });
});

describe('a filter of runs', () => {
  const runs = [
    run('pbmc-1', { context: 'team-a', user: 'Ada' }),
    run('pbmc-2', { state: 'failed' }),
    run('train-1', { state: 'queued' }),
    run('train-2', { state: 'lost' }),
    run('train-3', { state: 'cancelled' }),
    run('train-4', { state: 'timedOut' }),
  ];
  const names = (filter: Parameters<typeof filteredRuns>[1]): string[] =>
    filteredRuns(runs, filter).map(({ name }) => name);

  it('lets everything through where nothing is asked for', () => {
    expect(filteredRuns(runs, everyRun)).toBe(runs);
    expect(filteredRuns(runs, { text: '  ', states: [] })).toBe(runs);
    expect(isFiltering({ text: ' ', states: [] })).toBe(false);
  });

  it('looks for all words, whatever their case, in title, name, context and user', () => {
    expect(names({ text: 'PBMC', states: [] })).toEqual(['pbmc-1', 'pbmc-2']);
    expect(names({ text: 'ada ipynb team', states: [] })).toEqual(['pbmc-1']);
    expect(names({ text: 'ada train', states: [] })).toEqual([]);
  });

  it('looks for any of the states, as people tell them apart', () => {
    expect(names({ text: '', states: ['failed'] })).toEqual(['pbmc-2', 'train-2', 'train-4']);
    expect(names({ text: 'train', states: ['active', 'cancelled'] })).toEqual(['train-1', 'train-3']);
  });
});
