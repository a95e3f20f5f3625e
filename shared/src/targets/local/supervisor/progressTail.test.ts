import { appendFileSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ProgressEvent } from './progressLine.ts';
import { ProgressTail } from './progressTail.ts';

let folder: string;
let path: string;
let events: ProgressEvent[];
let tail: ProgressTail;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-tail-'));
  path = join(folder, 'progress.jsonl');
  events = [];
  tail = new ProgressTail(path, (event) => events.push(event));
});
afterEach(() => {
  tail.close();
  rmSync(folder, { recursive: true });
});

const step = { step: 'notebook', stepStartedAt: 0 } as const;
const cell = (id: string): string => `${JSON.stringify({ type: 'cellStarted', id, time: 1 })}\n`;
const ids = (): string[] => events.flatMap((event) => (event.type === 'cellStarted' ? [event.id] : []));

describe('ProgressTail', () => {
  it('waits for the file and for the end of a line', () => {
    tail.poll(step, 1, false);
    const line = Buffer.from(cell('中文'));
    writeFileSync(path, line.subarray(0, 30));
    tail.poll(step, 2, false);
    expect(ids()).toEqual([]);
    appendFileSync(path, line.subarray(30));
    tail.poll(step, 3, false);
    tail.poll(step, 4, false);
    expect(ids()).toEqual(['中文']);
  });

  it('drops garbage and goes on after it, also after a line without an end', () => {
    writeFileSync(path, `{"type":\n\0\xff\n\n${cell('a')}${'x'.repeat(6_000_000)}`);
    tail.poll(step, 1, false);
    appendFileSync(path, `still garbage\n${cell('b')}half a li`);
    tail.poll(step, 2, true);
    appendFileSync(path, `\n${cell('c')}`);
    tail.poll(step, 3, false);
    expect(ids()).toEqual(['a', 'b', 'c']);
  });

  it('goes on at the end of a file that was made shorter', () => {
    writeFileSync(path, cell('a') + cell('b'));
    tail.poll(step, 1, false);
    truncateSync(path, 0);
    tail.poll(step, 2, false);
    appendFileSync(path, cell('c'));
    tail.poll(step, 3, false);
    expect(ids()).toEqual(['a', 'b', 'c']);
  });

  it('is not held up by a named pipe', () => {
    execFileSync('mkfifo', [path]);
    tail.poll(step, 1, true);
    expect(events).toEqual([]);
  });

  it('keeps the newest of fast notes, and the last one at the end', () => {
    const note = (text: string): string => `${JSON.stringify({ type: 'stepNote', step: 'notebook', text, time: 1 })}\n`;
    writeFileSync(path, note('1') + note('2'));
    tail.poll(step, 1_000, false);
    appendFileSync(path, note('3'));
    tail.poll(step, 1_050, false);
    appendFileSync(path, note('4'));
    tail.poll(step, 1_100, true);
    expect(events.map((event) => (event.type === 'stepNote' ? event.text : ''))).toEqual(['2', '4']);
  });
});
