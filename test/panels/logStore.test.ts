import { describe, expect, it } from 'vitest';
import { LogSearch } from '../../shared/src/panels/logView/logSearch.ts';
import { LogStore } from '../../shared/src/panels/logView/logStore.ts';
import { readLogPage } from '../../shared/src/runs/logPage.ts';
import { scanLog } from '../../shared/src/runs/logScan.ts';
import { readLogTail } from '../../shared/src/runs/logTail.ts';
import { MemoryLogs, runWithSteps } from '../../shared/src/runs/testing/memoryLogs.ts';
import { ScriptedHost } from './scriptedHost.ts';

/** A host whose logs are read, counted and searched as the core does it. */
function hostOf(logs: MemoryLogs, state: { ended: boolean }): { host: ScriptedHost; bell: () => void } {
  const running = runWithSteps('running', { prepare: 'succeeded', notebook: 'running' });
  const over = runWithSteps('succeeded', { prepare: 'succeeded', notebook: 'succeeded' });
  const run = () => (state.ended ? over : running);
  let wake: () => void = () => undefined;
  const host = new ScriptedHost('en', {
    'logs/tail': ({ lines, steps }, signal) => readLogTail(logs, { run: run(), lines, steps }, signal),
    'logs/scan': (params, signal) => scanLog(logs, run(), params, signal),
    'logs/read': async ({ position, steps, maxBytes, waitMs }, signal) => {
      const read = () => readLogPage(logs, { run: run(), position, steps, maxBytes }, signal);
      const page = await read();
      if (page.batches.length > 0 || page.end || waitMs === undefined) return page;
      await new Promise<void>((resolve) => {
        wake = resolve;
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
      signal.throwIfAborted();
      return read();
    },
  });
  return { host, bell: () => wake() };
}

/** A store of these logs, and how to wait until something about it is true. */
function storeOf(logs: MemoryLogs, state = { ended: true }, steps?: string[]) {
  const { host, bell } = hostOf(logs, state);
  const changed = new EventTarget();
  const store = new LogStore(host, { context: 'local', run: 'r', steps }, () =>
    changed.dispatchEvent(new Event('change')),
  );
  const until = async (condition: () => boolean): Promise<void> => {
    while (!condition()) {
      await new Promise((resolve) => changed.addEventListener('change', resolve, { once: true }));
    }
  };
  return { store, host, bell, until };
}

async function lineText(number: number, { store, until }: ReturnType<typeof storeOf>): Promise<string | undefined> {
  await until(() => store.line(number) !== undefined);
  return store.line(number)?.text;
}

function numbered(from: number, to: number): string {
  let text = '';
  for (let line = from; line < to; line += 1) text += `line ${line} ${'.'.repeat(line % 60)}\n`;
  return text;
}

describe('the lines of a long log', () => {
  it('begin with its end, and every other can be reached by its number once they are counted', async () => {
    const logs = new MemoryLogs();
    logs.append('prepare', numbered(0, 10_000), 1);
    logs.append('notebook', numbered(10_000, 60_000), 2);
    const made = storeOf(logs);
    const { store, until, host } = made;
    void store.open();
    await until(() => store.loaded);
    expect(host.requested[0]?.name).toBe('logs/tail');
    expect(store.total).toBe(1_000);
    expect(store.line(999)?.text).toMatch(/^line 59999 /);
    await until(() => store.counted);
    expect(store.total).toBe(60_000);
    for (const number of [0, 1, 9_999, 10_000, 31_234, 58_999, 59_000, 59_999]) {
      expect(await lineText(number, made)).toMatch(new RegExp(`^line ${number} `));
    }
    expect(store.line(9_999)?.step).toBe('prepare');
    store.dispose();
  });

  it('follow what is added, also a line that comes in pieces, and keep their numbers', async () => {
    const logs = new MemoryLogs();
    const state = { ended: false };
    logs.append('prepare', 'p\n', 1);
    logs.append('notebook', `${numbered(1, 3_000)}line 3000 be`, 2);
    const made = storeOf(logs, state);
    const { store, until, bell } = made;
    void store.open();
    await until(() => store.counted);
    expect(store.total).toBe(3_001);
    expect(store.line(3_000)?.text).toBe('line 3000 be');
    logs.append('notebook', `gins\n${numbered(3_001, 40_000)}`, 3);
    bell();
    await until(() => store.total === 40_000);
    expect(await lineText(3_000, made)).toBe('line 3000 begins');
    for (const number of [0, 2_500, 3_001, 20_000, 39_999]) {
      expect(await lineText(number, made)).toMatch(number === 0 ? /^p$/ : new RegExp(`^line ${number} `));
    }
    state.ended = true;
    bell();
    await until(() => store.ended);
    store.dispose();
  });

  it('are those of one step where it is chosen', async () => {
    const logs = new MemoryLogs();
    logs.append('prepare', numbered(0, 2_000), 1);
    logs.append('notebook', 'n\n', 2);
    const made = storeOf(logs, { ended: true }, ['prepare']);
    void made.store.open();
    await made.until(() => made.store.counted);
    expect(made.store.total).toBe(2_000);
    expect(await lineText(5, made)).toMatch(/^line 5 /);
    made.store.dispose();
  });

  it('of nothing are none', async () => {
    const made = storeOf(new MemoryLogs());
    void made.store.open();
    await made.until(() => made.store.counted && made.store.ended);
    expect(made.store.total).toBe(0);
    made.store.dispose();
  });

  it('that cannot be read say why, and are read on when asked again', async () => {
    const logs = new MemoryLogs();
    logs.append('notebook', 'a\n', 1);
    const { host } = hostOf(logs, { ended: true });
    const failing = new ScriptedHost('en', {});
    let broken = true;
    const changes: (() => void)[] = [];
    const store = new LogStore(
      {
        locale: 'en',
        request: (name, params, signal) => (broken ? failing : host).request(name, params, signal),
        onNotification: () => ({ dispose: () => undefined }),
        onConnection: () => ({ dispose: () => undefined }),
        perform: () => Promise.resolve(),
        recall: () => Promise.resolve(undefined),
        remember: () => Promise.resolve(),
      },
      { context: 'local', run: 'r', steps: undefined },
      () => {
        for (const wake of changes.splice(0)) wake();
      },
    );
    await store.open();
    expect(store.trouble?.message).toContain('logs/tail');
    broken = false;
    await store.open();
    expect(store.trouble).toBeUndefined();
    expect(store.line(0)?.text).toBe('a');
    store.dispose();
  });
});

describe('a search', () => {
  it('finds lines that were never loaded, and those that come later', async () => {
    const logs = new MemoryLogs();
    const state = { ended: false };
    logs.append('notebook', `needle\n${numbered(1, 30_000)}a Needle again\n`, 1);
    const { store, host, bell, until } = storeOf(logs, state);
    void store.open();
    await until(() => store.loaded);
    let settle: () => void = () => undefined;
    const search = new LogSearch(host, store, 'needle', () => settle());
    await search.walk();
    expect(search.matches).toEqual([0, 30_000]);
    expect([search.step(-1, 29_000), search.step(1, 0), search.step(1, 0)]).toEqual([0, 30_000, 0]);
    logs.append('notebook', 'none\nthe last needle\n', 2);
    bell();
    await until(() => store.total === 30_003);
    const found = new Promise<void>((resolve) => {
      settle = () => search.matches.length === 3 && resolve();
    });
    search.later();
    await found;
    expect(search.matches).toEqual([0, 30_000, 30_002]);
    search.dispose();
    store.dispose();
  });
});
