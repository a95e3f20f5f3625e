import { describe, expect, it } from 'vitest';
import type { Run } from '../protocol/index.ts';
import { createClockFormat } from './format.ts';
import { statusItem } from './statusItem.ts';
import { wordsOf } from './words/index.ts';

const run = (name: string, context: string, fields: Partial<Run> = {}): Run => ({
  name,
  context,
  title: `${name}.ipynb`,
  state: 'running',
  cancelRequested: false,
  createdAt: 0,
  startedAt: 1_000,
  steps: [{ name: 'notebook', state: 'running', startedAt: 1_000 }],
  ...fields,
});
const words = wordsOf('en');
const now = 61_000;
const heardAt = 31_000;
const at = createClockFormat(undefined)(heardAt);
const awayFrom =
  (...contexts: readonly string[]) =>
  (context: string): number | undefined =>
    contexts.includes(context) ? heardAt : undefined;

describe('the status item', () => {
  it('says where the one run is that goes on', () => {
    expect(statusItem([run('a', 'team')], words, now)).toMatchObject({
      state: 'running',
      stale: false,
      text: 'notebook · 1m 00s',
      tooltip: 'a.ipynb: Running · notebook · 1m 00s',
    });
  });

  it('says as of when it tells of a run whose context is out of reach', () => {
    expect(statusItem([run('a', 'team')], words, now, awayFrom('team'))).toMatchObject({
      state: 'running',
      stale: true,
      text: `Running at ${at} · notebook`,
      tooltip: `a.ipynb: Running at ${at} · notebook · 30s`,
    });
    expect(statusItem([run('a', 'team')], wordsOf('zh-cn'), now, awayFrom('team')).text).toBe(
      `${at} 时运行中 · notebook`,
    );
  });

  it('shows of several runs those that are known to go on as they are now', () => {
    const runs = [run('a', 'team', { createdAt: 2, state: 'queued' }), run('b', 'local')];
    expect(statusItem(runs, words, now, awayFrom('team'))).toMatchObject({
      state: 'running',
      stale: false,
      text: '2 runs active',
      run: { context: 'local', run: 'b' },
    });
    expect(statusItem(runs, words, now, awayFrom('team', 'local'))).toMatchObject({
      state: 'queued',
      stale: true,
      text: `2 runs active at ${at}`,
    });
  });

  it('keeps an end an end, whatever can be reached', () => {
    const ended = run('a', 'team', { state: 'succeeded', finishedAt: 50_000 });
    expect(statusItem([ended], words, now, awayFrom('team'))).toMatchObject({
      state: 'passed',
      stale: false,
      text: 'a.ipynb · Passed',
    });
    expect(statusItem([], words, now).state).toBeUndefined();
  });

  it('tells how a run with a long title ended', () => {
    const title = `${'a very long name '.repeat(10)}2026-11.ipynb`;
    const { text, tooltip } = statusItem([run('a', 'local', { title, state: 'failed', finishedAt: now })], words, now);
    expect(text).toBe('a very long name a very long …6-11.ipynb · Failed');
    expect(tooltip).toContain(title);
  });
});
