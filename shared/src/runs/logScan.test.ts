import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LogScan } from '../protocol/index.ts';
import { readLogPage } from './logPage.ts';
import { scanLog, type LogScanRequest } from './logScan.ts';
import { readLogTail } from './logTail.ts';
import { MemoryLogs, runWithSteps } from './testing/memoryLogs.ts';

const { signal } = new AbortController();
const ended = runWithSteps('succeeded', { prepare: 'succeeded', notebook: 'succeeded', report: 'succeeded' });

/** Walks to the end, however many calls it takes. */
async function scanAll(logs: MemoryLogs, request: Partial<LogScanRequest>): Promise<LogScan & { calls: number }> {
  const all = { lines: 0, bytes: 0, marks: [] as [number, string][], matches: [] as number[], calls: 0 };
  let position = '';
  while (true) {
    const found = await scanLog(logs, ended, { position, ...request }, signal);
    all.marks.push(...found.marks.map(([line, at]): [number, string] => [all.lines + line, at]));
    all.matches.push(...found.matches.map((line) => all.lines + line));
    all.lines += found.lines;
    all.bytes += found.bytes;
    all.calls += 1;
    position = found.next;
    if (found.end) return { ...all, next: position, end: true };
  }
}

describe('a scan of a log', () => {
  it('counts the lines of all steps and finds those with a text, letter case aside', async () => {
    const logs = new MemoryLogs();
    logs.append('prepare', 'one\nGPU Memory 3 GB\n', 1);
    logs.append('notebook', 'memory\n\u001B[32mme\u001B[0mmory\nnone', 2);
    const found = await scanAll(logs, { find: 'memory' });
    expect(found).toMatchObject({ lines: 4, matches: [1, 2, 3], end: true });
    expect((await scanAll(logs, { find: 'NONE' })).matches).toEqual([4]);
    expect((await scanAll(logs, { find: 'memory', steps: ['prepare'] })).matches).toEqual([1]);
  });

  it('finds no text that was overwritten, none in the target of a link, and that of the link', async () => {
    const logs = new MemoryLogs();
    logs.append('notebook', '10%\r20%\r\n\u001B]8;;https://evil.example\u0007click\u001B]8;;\u0007\n', 1);
    expect((await scanAll(logs, { find: '10%' })).matches).toEqual([]);
    expect((await scanAll(logs, { find: '20%' })).matches).toEqual([0]);
    expect((await scanAll(logs, { find: 'evil' })).matches).toEqual([]);
    expect((await scanAll(logs, { find: 'click' })).matches).toEqual([1]);
  });

  it('takes a long log in pieces, and finds what a piece cuts', async () => {
    const logs = new MemoryLogs();
    logs.append('notebook', `${'x'.repeat(99)}\n`.repeat(200_000), 1);
    logs.append('notebook', `${'y'.repeat(300_000)}needle\n`, 2);
    const found = await scanAll(logs, { find: 'yneedle' });
    expect(found).toMatchObject({ lines: 200_001, matches: [200_000] });
    expect(found.calls).toBeGreaterThan(2);
  });

  it('stops where a tail ended, so that the lines before it are known', async () => {
    const logs = new MemoryLogs();
    logs.append('prepare', 'p\n'.repeat(300), 1);
    logs.append('notebook', 'n\n'.repeat(5_000), 2);
    const page = await readLogTail(logs, { run: ended, lines: 10, steps: undefined }, signal);
    logs.append('report', 'later\n', 3);
    expect(await scanAll(logs, { until: page.next })).toMatchObject({ lines: 5_300, bytes: 10_600 });
  });

  it('gives marks to read from: each is the beginning of the line that it says', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.constantFrom('prepare', 'notebook', 'report'), fc.nat({ max: 120_000 })), {
          maxLength: 12,
        }),
        async (pieces) => {
          const logs = new MemoryLogs();
          for (const [index, [step, length]] of pieces.entries()) logs.append(step, `${'l'.repeat(length)}\n`, index);
          const whole = await textFrom(logs, '');
          const found = await scanAll(logs, {});
          expect(found.bytes).toBe(whole.length);
          for (const [line, position] of found.marks) {
            const before = whole.split('\n').slice(0, line).join('\n');
            expect(await textFrom(logs, position)).toBe(whole.slice(before.length + (line > 0 ? 1 : 0)));
          }
        },
      ),
      { numRuns: 30 },
    );
  });
});

async function textFrom(logs: MemoryLogs, from: string): Promise<string> {
  let text = '';
  let position = from;
  while (true) {
    const page = await readLogPage(logs, { run: ended, position, steps: undefined, maxBytes: undefined }, signal);
    if (page.batches.length === 0) return text;
    text += page.batches.map((batch) => batch.data).join('');
    position = page.next;
  }
}
