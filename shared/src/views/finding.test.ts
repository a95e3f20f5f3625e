import { describe, expect, it } from 'vitest';
import type { FailedCell, Run } from '../protocol/index.ts';
import { cellLines, findingOf, retryOf } from './finding.ts';
import { relativeTime } from './relativeTime.ts';
import { runView } from './runView.ts';
import { nameParts, shownText } from './shownText.ts';
import { stepGroups } from './stepGroups.ts';
import { wordsOf } from './words/index.ts';

const words = wordsOf('en');
const cell: FailedCell = {
  id: 'c',
  index: 3,
  number: 2,
  source: 'a\nb\nc\nd\ne',
  errorName: 'ValueError',
  errorValue: 'no',
  traceback: [],
  line: 4,
};
const run: Run = {
  name: 'r-1',
  context: 'team-a',
  title: 'a.ipynb',
  state: 'running',
  createdAt: 0,
  startedAt: 1_000,
  cancelRequested: false,
  steps: [
    { name: 'dataset', state: 'succeeded', startedAt: 1_000, finishedAt: 3_000, note: '1.4 GB data' },
    { name: 'prepare', state: 'reused' },
    { name: 'notebook', state: 'running', startedAt: 4_000 },
    { name: 'test', state: 'pending' },
  ],
  cells: { total: 4, finished: 1, current: { id: 'c', number: 2, startedAt: 5_000, label: 'fit()' } },
};
const failed: Run = {
  ...run,
  state: 'failed',
  finishedAt: 9_000,
  reason: 'step notebook failed',
  steps: run.steps.map((step) => (step.state === 'running' ? { ...step, state: 'failed', finishedAt: 8_000 } : step)),
  failedCell: cell,
};

describe('the finding', () => {
  it('is none for a run that goes on, passed or was cancelled', () => {
    for (const state of ['running', 'staging', 'succeeded', 'cancelled'] as const) {
      expect(findingOf({ ...run, state }, words)).toBeUndefined();
    }
  });

  it('of a known failure is its cause; of an unknown one the cell that failed', () => {
    const diagnosis = { id: 'oom', cause: 'Out of memory', evidence: ['MemoryError'], fixes: ['Take more'] };
    expect(findingOf({ ...failed, diagnosis }, words)).toMatchObject({
      kind: 'failed',
      heading: 'Out of memory',
      evidence: ['MemoryError'],
      advice: ['Take more'],
      retry: { from: 'notebook', keeps: ['dataset', 'prepare'] },
    });
    expect(findingOf({ ...failed, diagnosis: { ...diagnosis, id: 'unknown' } }, words)?.heading).toBe(
      'Cell 2 failed, cause unknown',
    );
    expect(findingOf({ ...failed, failedCell: undefined }, words)?.heading).toBe('step notebook failed');
  });

  it('and what ended the run is told in Chinese where the core tells it so', () => {
    const chinese = wordsOf('zh-cn');
    const english = { id: 'oom', cause: 'Out of memory', evidence: [], fixes: ['Take more: slipway rerun r-1 --edit'] };
    const translations = { 'zh-cn': { cause: '内存不足', fixes: ['申请更多：slipway rerun r-1 --edit'] } };
    const known: Run = { ...failed, diagnosis: { ...english, translations } };
    expect(findingOf(known, chinese)).toMatchObject({ heading: '内存不足', advice: ['申请更多：修改后重新运行…'] });
    expect(runView(known, chinese, 9_000).detail).toBe('内存不足');
    expect(findingOf(known, words)?.heading).toBe('Out of memory');
    expect(findingOf({ ...failed, diagnosis: english }, chinese)?.heading).toBe('Out of memory');
    const cancelled: Run = { ...run, state: 'cancelled', reason: '已按请求取消' };
    expect(runView(cancelled, chinese, 9_000).detail).toBe('已按请求取消');
  });

  it('of a run that waits is why, line by line, and its place', () => {
    const queued: Run = { ...run, state: 'queued', reason: 'No GPU is free\nTwo nodes fit', queuePosition: 2 };
    expect(findingOf(queued, words)).toMatchObject({
      kind: 'waiting',
      heading: 'No GPU is free',
      text: ['Two nodes fit', '2 before it'],
    });
    expect(findingOf({ ...run, state: 'queued', queuePosition: 0 }, words)?.text).toEqual(['next in the queue']);
    expect(findingOf({ ...run, state: 'queued' }, words)).toBeUndefined();
  });

  it('calls commands what the buttons are called, and tries again from the step that is advised', () => {
    const fixes = [
      'Add scanpy to requirements.txt, then: slipway retry r-1 --from prepare',
      'Or leave it out: slipway rerun r-1 --edit',
      'Read what the step wrote: slipway logs r-1 --step notebook',
      'Look at each test: slipway artifacts open r-1 testReport',
      'Try again later: slipway retry r-1',
      'slipway runs lists what can be deleted',
    ];
    const diagnosis = { id: 'missingPackage', cause: 'No module scanpy', evidence: [], fixes };
    expect(findingOf({ ...failed, diagnosis }, words)).toMatchObject({
      advice: [
        'Add scanpy to requirements.txt, then: Retry from prepare',
        'Or leave it out: Edit and rerun…',
        'Read what the step wrote: Show log',
        'Look at each test: Artifacts',
        'Try again later: Retry',
        'slipway runs lists what can be deleted',
      ],
      retry: { from: 'prepare', keeps: ['dataset'] },
    });
    const later = { ...diagnosis, fixes: ['slipway retry r-1 --from test'] };
    expect(retryOf({ ...failed, diagnosis: later })?.from).toBe('notebook');
  });

  it('offers no retry of what somebody else made', () => {
    expect(retryOf({ ...failed, foreign: true })).toBeUndefined();
    expect(retryOf({ ...failed, state: 'succeeded' })).toBeUndefined();
  });
});

describe('the failing cell', () => {
  it('is shown around its line, or whole', () => {
    expect(cellLines(cell, false).map(({ number, bad }) => [number, bad])).toEqual([
      [2, false],
      [3, false],
      [4, true],
      [5, false],
    ]);
    expect(cellLines(cell, true)).toHaveLength(5);
    const known = { ...cell, source: `${'\n'.repeat(57)}before\nraise\nafter`, line: 59, partial: true as const };
    expect(cellLines(known, true).map(({ number }) => number)).toEqual([58, 59, 60]);
    expect(cellLines({ ...known, source: '' }, true)).toEqual([]);
    expect(cellLines({ ...cell, line: undefined }, false).map(({ number }) => number)).toEqual([1, 2, 3, 4]);
    expect(cellLines({ ...cell, line: 1 }, false).map(({ number }) => number)).toEqual([1, 2]);
  });
});

describe('the steps', () => {
  it('are in two groups, and each says what it does', () => {
    const groups = stepGroups(run, words, 10_000);
    expect(groups.map(({ label, steps }) => [label, steps.map(({ name, detail }) => `${name}: ${detail}`)])).toEqual([
      ['Stage, CPU only', ['dataset: 1.4 GB data']],
      ['One pod, 6.0s', ['prepare: Reused', 'notebook: Running 2/4 cells · fit()', 'test: Not started']],
    ]);
    expect(groups[1]?.steps[1]).toMatchObject({
      progress: 0.25,
      spoken: 'notebook, Running, 6.0s, Running 2/4 cells · fit()',
    });
    expect(stepGroups(failed, words, 10_000)[1]?.steps[1]?.detail).toBe('Failed at cell 2 of 4');
  });

  it('of a PipelineRun are in the groups of its tasks', () => {
    const tasks = ['build', 'deploy'].map((name) => ({
      name,
      kind: 'task' as const,
      finally: false,
      state: 'succeeded' as const,
      after: [],
      steps: [`${name}/main`],
    }));
    const steps = [...tasks.flatMap((task) => task.steps), 'stray'].map((name) => ({
      name,
      state: 'succeeded' as const,
    }));
    expect(stepGroups({ ...run, tasks, steps }, words, 0).map(({ label, steps: of }) => [label, of[0]?.name])).toEqual([
      ['build', 'main'],
      ['deploy', 'main'],
      ['Steps', 'stray'],
    ]);
  });
});

it('names are shown without what deceives, and cut before their end', () => {
  expect(shownText('a\u202Ecod.exe\u0007\tb')).toBe('a\uFFFDcod.exe\uFFFD\tb');
  expect(nameParts('short.ipynb')).toEqual(['short.ipynb', '']);
  expect(nameParts('a_very_long_notebook_name.ipynb')).toEqual(['a_very_long_notebook_', 'name.ipynb']);
});

it('times are told from now in both languages', () => {
  const ago = (seconds: number, locale: string) => relativeTime(0, seconds * 1000, wordsOf(locale), locale);
  expect([1, 30, 200, 7_300, 90_000].map((seconds) => ago(seconds, 'en'))).toEqual([
    'just now',
    '30s ago',
    '3 min ago',
    '2 h ago',
    '1 day ago',
  ]);
  expect(ago(200, 'zh-CN')).toBe('3 分钟前');
  expect(ago(90 * 86_400, 'en-GB')).toBe('1 Jan 1970');
});
