import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LogPage, Run } from '../protocol/index.ts';
import { readLogPage } from './logPage.ts';
import { readLogTail } from './logTail.ts';
import { MemoryLogs, runWithSteps } from './testing/memoryLogs.ts';

const { signal } = new AbortController();
const ended = runWithSteps('succeeded', { prepare: 'succeeded', notebook: 'succeeded', report: 'succeeded' });

function tail(logs: MemoryLogs, run: Run, lines: number): Promise<LogPage> {
  return readLogTail(logs, { run, lines, steps: undefined }, signal);
}

function textOf(page: LogPage): string {
  const pieces = page.batches.map((batch) => Buffer.from(batch.data, batch.encoding === 'utf8' ? 'utf8' : 'base64'));
  return Buffer.concat(pieces).toString('latin1');
}

describe('the tail of a log', () => {
  it('is the last lines over all steps', async () => {
    const logs = new MemoryLogs();
    logs.append('prepare', 'p1\np2\n', 1);
    logs.append('notebook', 'n1\nn2\n', 2);
    logs.append('report', 'r1', 3);
    expect(textOf(await tail(logs, ended, 1))).toBe('r1');
    expect(textOf(await tail(logs, ended, 2))).toBe('n2\nr1');
    expect(textOf(await tail(logs, ended, 4))).toBe('p2\nn1\nn2\nr1');
    const all = await tail(logs, ended, 100);
    expect(textOf(all)).toBe('p1\np2\nn1\nn2\nr1');
    expect(all.end).toBe(true);
  });

  it('reads from the end only, however long the log is', async () => {
    const logs = new MemoryLogs();
    logs.append('prepare', 'x\n'.repeat(1_000), 1);
    logs.append('notebook', `${'x'.repeat(99)}\n`.repeat(100_000), 2);
    expect(textOf(await tail(logs, ended, 50))).toBe(`${'x'.repeat(99)}\n`.repeat(50));
    expect(logs.bytesRead).toBeLessThan(200_000);
  });

  it('holds at most 4 MiB, of which the first line is whole', async () => {
    const logs = new MemoryLogs();
    logs.append('notebook', `${'x'.repeat(999_999)}\n`.repeat(9), 2);
    expect(textOf(await tail(logs, ended, 9))).toBe(`${'x'.repeat(999_999)}\n`.repeat(4));
    const endless = new MemoryLogs();
    endless.append('notebook', '数'.repeat(2_000_000), 2);
    const page = await tail(endless, ended, 1);
    expect(new Set(page.batches.map((batch) => batch.encoding))).toEqual(new Set(['utf8']));
    expect(textOf(page).length).toBeGreaterThan(4_000_000);
  });

  it('merges steps that ran at the same time', async () => {
    const logs = new MemoryLogs();
    logs.append('prepare', 'p1\n', 1_100);
    logs.append('notebook', 'n2\n', 1_200);
    logs.append('prepare', 'p3\n', 1_300);
    logs.append('notebook', 'n4\n', 1_400);
    const together = runWithSteps('running', { prepare: 'running', notebook: 'running' });
    expect(textOf(await tail(logs, together, 3))).toBe('n2\np3\nn4\n');
  });

  it('is what the whole log ends with, and its position goes on after it', async () => {
    const text = fc
      .array(fc.constantFrom('a', 'bc', '\n', '\n', '数', '\r\n'), { maxLength: 20 })
      .map((all) => all.join(''));
    await fc.assert(
      fc.asyncProperty(text, text, fc.integer({ min: 1, max: 12 }), async (first, second, lines) => {
        const logs = new MemoryLogs();
        logs.append('prepare', first, 1);
        logs.append('notebook', second, 2);
        const bySteps = [first, second].map(
          (all) =>
            Buffer.from(all)
              .toString('latin1')
              .match(/[^\n]*\n|[^\n]+/g) ?? [],
        );
        const page = await tail(logs, ended, lines);
        expect(textOf(page)).toBe(bySteps.flat().slice(-lines).join(''));
        logs.append('report', 'later\n', 3);
        const next = await readLogPage(
          logs,
          { run: ended, position: page.next, steps: undefined, maxBytes: undefined },
          signal,
        );
        expect(textOf(next)).toBe('later\n');
      }),
    );
  });
});
