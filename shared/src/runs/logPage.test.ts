import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  logPageSchema,
  SlipwayError,
  type LogBatch,
  type LogPage,
  type Run,
  type StepName,
} from '../protocol/index.ts';
import { readLogPage } from './logPage.ts';
import { MemoryLogs, runWithSteps } from './testing/memoryLogs.ts';

const { signal } = new AbortController();
const ended = runWithSteps('succeeded', {
  prepare: 'reused',
  notebook: 'succeeded',
  report: 'succeeded',
  test: 'skipped',
});

interface ReadOptions {
  readonly position?: string;
  readonly maxBytes?: number | undefined;
  readonly steps?: readonly StepName[];
}

function read(logs: MemoryLogs, run: Run, options: ReadOptions = {}): Promise<LogPage> {
  const { position = '', maxBytes, steps } = options;
  return readLogPage(logs, { run, position, maxBytes, steps }, signal);
}

/** Reads to where the log ends now, by nothing but the position. */
async function readAll(logs: MemoryLogs, run: Run, from = '', sizes: readonly (number | undefined)[] = [undefined]) {
  const batches: LogBatch[] = [];
  let position = from;
  for (let turn = 0; ; turn += 1) {
    const maxBytes = sizes[turn % sizes.length];
    const page = await read(logs, run, { position, maxBytes });
    expect(logPageSchema.parse(page)).toEqual(page);
    expect(page.batches.reduce((total, batch) => total + batch.length, 0)).toBeLessThanOrEqual(maxBytes ?? 262_144);
    batches.push(...page.batches);
    position = page.next;
    if (page.end || page.batches.length === 0) return { batches, position, end: page.end };
  }
}

function bytesOf(batch: LogBatch): Buffer {
  return Buffer.from(batch.data, batch.encoding === 'utf8' ? 'utf8' : 'base64');
}

/** Checks that batches follow on each other in each step, and gives each step's bytes. */
function join(batches: readonly LogBatch[], into = new Map<StepName, Buffer>()): Map<StepName, Buffer> {
  for (const batch of batches) {
    const before = into.get(batch.step) ?? Buffer.alloc(0);
    const bytes = bytesOf(batch);
    expect([batch.offset, batch.length]).toEqual([before.length, bytes.length]);
    expect(batch.length).toBeLessThanOrEqual(65_536);
    expect(batch.times[0]?.[0], 'its first line has a time').toBeLessThanOrEqual(batch.offset);
    into.set(batch.step, Buffer.concat([before, bytes]));
  }
  return into;
}

const chunk = fc.oneof(
  { weight: 4, arbitrary: fc.string({ maxLength: 10 }).map((text) => Buffer.from(`${text}\n`)) },
  { weight: 2, arbitrary: fc.constantFrom('数据', '😀\n', 'no line end').map((text) => Buffer.from(text)) },
  { weight: 1, arbitrary: fc.uint8Array({ minLength: 1, maxLength: 6 }).map((bytes) => Buffer.from(bytes)) },
);
const pageSize = fc.integer({ min: 1, max: 40 });

describe('reading the log of a run that has ended', () => {
  it('does not say that it is the end as long as the log is longer than what could be read', async () => {
    const logs = new MemoryLogs();
    logs.append('notebook', 'one\n', 10);
    const first = await read(logs, ended);
    expect(first.end).toBe(true);
    logs.append('notebook', 'two\n', 20);
    for (const position of ['', first.next]) {
      logs.largestRead = 0;
      expect(await read(logs, ended, { position })).toEqual({ batches: [], next: position, end: false });
      logs.largestRead = Infinity;
      const later = await read(logs, ended, { position });
      expect([later.batches.at(-1)?.data.endsWith('two\n'), later.end]).toEqual([true, true]);
    }
  });

  it('gives the steps one after the other, reused ones too, and then the end', async () => {
    const logs = new MemoryLogs();
    logs.append('report', 'report\n', 20);
    logs.append('notebook', 'cell\n', 10);
    logs.append('prepare', 'copied\n', 99);
    const page = await read(logs, ended);
    expect(page.batches.map(({ step, data }) => [step, data])).toEqual([
      ['prepare', 'copied\n'],
      ['notebook', 'cell\n'],
      ['report', 'report\n'],
    ]);
    expect(page.end).toBe(true);
    expect(await read(logs, ended, { position: page.next })).toEqual({ batches: [], next: page.next, end: true });
  });

  it('gives every byte once, wherever the reading is cut and resumed', async () => {
    const steps = ['prepare', 'notebook', 'report'] as const;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.constantFrom(...steps), chunk), { maxLength: 30 }),
        fc.array(pageSize, { minLength: 1, maxLength: 4 }),
        pageSize,
        async (appended, sizes, largestRead) => {
          const logs = new MemoryLogs();
          logs.largestRead = largestRead;
          for (const [index, [step, bytes]] of appended.entries()) logs.append(step, bytes, index);
          const { batches, end } = await readAll(logs, ended, '', sizes);
          expect(end).toBe(true);
          const joined = join(batches);
          for (const step of steps) expect(joined.get(step) ?? Buffer.alloc(0)).toEqual(logs.bytes(step));
          const order = batches.map((batch) => steps.findIndex((step) => step === batch.step));
          expect(order).toEqual(order.toSorted((one, other) => one - other));
        },
      ),
    );
  });

  it('cuts batches of at most 64 KiB at line ends', async () => {
    const logs = new MemoryLogs();
    logs.append('notebook', `${'x'.repeat(99)}\n`.repeat(10_000), 5);
    const { batches } = await readAll(logs, ended);
    expect(join(batches).get('notebook')).toEqual(logs.bytes('notebook'));
    for (const batch of batches) expect(batch.data.endsWith('\n')).toBe(true);
    expect(batches.length).toBeLessThan(20);
  });

  it('cuts a longer line between characters, as text', async () => {
    const logs = new MemoryLogs();
    logs.append('notebook', `${'数'.repeat(100_000)}\nlast\n`, 5);
    const { batches } = await readAll(logs, ended);
    expect(join(batches).get('notebook')).toEqual(logs.bytes('notebook'));
    expect(new Set(batches.map((batch) => batch.encoding))).toEqual(new Set(['utf8']));
  });

  it('gives bytes that are no text as they are', async () => {
    const logs = new MemoryLogs();
    logs.append('notebook', Buffer.from([0x61, 0xff, 0xe6, 10]), 5);
    const [batch] = (await read(logs, ended)).batches;
    expect(batch).toMatchObject({ encoding: 'base64', data: 'Yf/mCg==' });
  });

  it('gives only the steps asked for', async () => {
    const logs = new MemoryLogs();
    logs.append('prepare', 'one\n', 1);
    logs.append('notebook', 'two\n', 2);
    const page = await read(logs, ended, { steps: ['notebook'] });
    expect(page.batches.map((batch) => batch.step)).toEqual(['notebook']);
    expect(page.end).toBe(true);
  });

  it('waits for a log that is read anew from its start while its step goes on', async () => {
    const logs = new MemoryLogs();
    logs.append('notebook', 'one\n', 2);
    const goesOn: Run = {
      ...ended,
      state: 'running',
      steps: ended.steps.map((step) => (step.name === 'notebook' ? { ...step, state: 'running' } : step)),
    };
    const page = await read(logs, goesOn, { position: 'notebook=8' });
    expect([page.batches, page.next, page.end]).toEqual([[], 'notebook=8', false]);
    logs.append('notebook', 'two\nthree\n', 3);
    const next = await read(logs, goesOn, { position: page.next, steps: ['notebook'] });
    expect(next.batches.map(({ offset, data }) => [offset, data])).toEqual([[8, 'three\n']]);
  });

  it('waits at the place it has come to while a log that has ended is read anew from where it is kept', async () => {
    const logs = new MemoryLogs();
    logs.append('notebook', 'one\ntwo\n', 2);
    const steps = ['notebook'] as const;
    const { next } = await read(logs, ended, { steps });
    logs.whole = false;
    for (const length of [8, 4, 0]) {
      logs.cut('notebook', length);
      expect(await read(logs, ended, { position: next, steps }), `${length} bytes`).toEqual({
        batches: [],
        next,
        end: false,
      });
    }
    logs.append('notebook', 'one\ntwo\nthree\n', 2);
    const rest = await read(logs, ended, { position: next, steps });
    expect(rest.batches).toMatchObject([{ step: 'notebook', offset: 8, data: 'three\n' }]);
    logs.whole = true;
    expect(await read(logs, ended, { position: rest.next, steps })).toMatchObject({ batches: [], end: true });
  });

  it('refuses a step that the run does not have, and positions that are not of this log', async () => {
    const logs = new MemoryLogs();
    logs.append('notebook', 'two\n', 2);
    await expect(read(logs, ended, { steps: ['command'] })).rejects.toThrow('has no step command');
    for (const position of ['notebook=5', 'report=1', 'command=1', 'gibberish']) {
      const refused = await read(logs, ended, { position }).catch((error: unknown) => error);
      expect(SlipwayError.is(refused, 'usage'), position).toBe(true);
    }
  });
});

describe('reading the log of a run that goes on', () => {
  const going = runWithSteps('running', { prepare: 'succeeded', notebook: 'running', report: 'pending' });

  it('is no end, and goes on where it was left', async () => {
    const logs = new MemoryLogs();
    logs.append('prepare', 'ready\n', 1);
    logs.append('notebook', 'half a li', 2);
    const first = await read(logs, going);
    expect(first.end).toBe(false);
    expect(first.batches.map((batch) => batch.data)).toEqual(['ready\n', 'half a li']);
    expect(await read(logs, going, { position: first.next })).toEqual({ batches: [], next: first.next, end: false });
    logs.append('notebook', 'ne\n', 3);
    const rest = await read(logs, going, { position: first.next });
    expect(rest.batches).toMatchObject([{ step: 'notebook', offset: 9, data: 'ne\n' }]);
  });

  it('holds back a character that is not complete, until the step has ended', async () => {
    const logs = new MemoryLogs();
    logs.append('notebook', Buffer.from('数据').subarray(0, 5), 2);
    const first = await read(logs, going);
    expect(first.batches.map((batch) => batch.data)).toEqual(['数']);
    expect((await read(logs, going, { position: first.next })).batches).toEqual([]);
    const last = await read(logs, ended, { position: first.next });
    expect(last).toMatchObject({ end: true, batches: [{ offset: 3, length: 2, encoding: 'base64' }] });
  });

  it('loses and doubles nothing while it grows under the reader', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(chunk, pageSize), { maxLength: 40 }), async (actions) => {
        const logs = new MemoryLogs();
        const joined = new Map<StepName, Buffer>();
        let position = '';
        for (const [index, action] of actions.entries()) {
          if (typeof action !== 'number') {
            logs.append('notebook', action, index);
            continue;
          }
          const page = await read(logs, going, { position, maxBytes: action });
          join(page.batches, joined);
          position = page.next;
        }
        const { batches, end } = await readAll(logs, ended, position);
        expect(end).toBe(true);
        expect(join(batches, joined).get('notebook') ?? Buffer.alloc(0)).toEqual(logs.bytes('notebook'));
      }),
    );
  });

  it('merges steps that run at the same time by time', async () => {
    const together = runWithSteps('running', { prepare: 'running', notebook: 'running' });
    const logs = new MemoryLogs();
    logs.append('prepare', 'p1\n', 1_100);
    logs.append('notebook', 'n2\n', 1_200);
    logs.append('prepare', 'p3\n', 1_300);
    const page = await read(logs, together);
    expect(page.batches.map((batch) => batch.data)).toEqual(['p1\n', 'n2\n', 'p3\n']);
  });
});
