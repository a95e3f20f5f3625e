import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { identify, liveness } from './identity.ts';
import {
  environmentHas,
  parsePsLine,
  parseStat,
  processesOfRun,
  readProcessTable,
  type ProcessEntry,
} from './processTable.ts';

describe('parseStat', () => {
  it('is not fooled by a program name with parentheses and blanks', () => {
    const text = `42 (a) R 1 (b) c) S 7 42 43 0 -1 4194304 ${Array.from({ length: 12 }, (_, i) => i).join(' ')} 987654 0 0`;
    expect(parseStat(text)).toEqual({ pid: 42, parent: 7, group: 42, session: 43, started: '987654', dead: false });
  });

  it('knows a process that only waits to be reaped', () => {
    expect(parseStat(`42 (x) Z 7 42 43 ${'0 '.repeat(15)}5 0`)?.dead).toBe(true);
  });

  it('gives nothing for what is no stat line', () => {
    expect(parseStat('')).toBeUndefined();
    expect(parseStat('42 (x) S 7')).toBeUndefined();
  });
});

describe('parsePsLine', () => {
  it('reads a line of ps with its date', () => {
    expect(parsePsLine('  812     1   812 Ss   Tue Mar  4 09:12:44 2025   ')).toEqual({
      pid: 812,
      parent: 1,
      group: 812,
      session: 0,
      started: 'Tue Mar  4 09:12:44 2025',
      dead: false,
    });
    expect(parsePsLine('  PID  PPID')).toBeUndefined();
  });
});

describe('environmentHas', () => {
  it('wants the whole entry', () => {
    const block = Buffer.from('A=1\0XRUN=/a\0RUN=/a/b\0RUN=/a\0');
    expect(environmentHas(block, 'RUN=/a')).toBe(true);
    expect(environmentHas(block, 'RUN=/a/b')).toBe(true);
    expect(environmentHas(Buffer.from('XRUN=/a\0RUN=/ab\0'), 'RUN=/a')).toBe(false);
    expect(environmentHas(Buffer.from('RUN=/a'), 'RUN=/a')).toBe(true);
  });
});

describe('processesOfRun', () => {
  const entry = (pid: number, parent: number, more: Partial<ProcessEntry> = {}): ProcessEntry => ({
    pid,
    parent,
    group: pid,
    session: pid,
    started: '1',
    dead: false,
    marked: false,
    ...more,
  });
  const found = (table: ProcessEntry[], roots: number[], self = 10): number[] =>
    processesOfRun(table, new Set(roots), self).map(({ pid }) => pid);

  it('takes descendants, marked processes and theirs, and members of their sessions', () => {
    const table = [
      entry(1, 0, { marked: true }),
      entry(10, 1),
      entry(20, 10),
      entry(21, 20),
      entry(30, 1, { marked: true }),
      entry(31, 30),
      entry(40, 1, { session: 20, group: 20 }),
      entry(50, 1),
    ];
    expect(found(table, [20])).toEqual([20, 21, 30, 31, 40]);
  });

  it('finds the session of a root that has ended', () => {
    expect(found([entry(10, 1), entry(40, 1, { session: 20, group: 20 })], [20])).toEqual([40]);
  });

  it('leaves out the caller, its other children and the dead', () => {
    const table = [entry(10, 1, { marked: true }), entry(11, 10), entry(20, 10, { dead: true }), entry(22, 20)];
    expect(found(table, [20])).toEqual([22]);
  });
});

describe('the process table of this machine', () => {
  it('has this process with its parent', () => {
    const mine = readProcessTable('NO=SUCH').find(({ pid }) => pid === process.pid);
    expect(mine).toMatchObject({ parent: process.ppid, dead: false, marked: false });
  });

  it('tells an identity apart from a later process of the same pid', () => {
    const identity = identify(process.pid);
    if (identity === undefined) throw new Error('this process should be there');
    expect(liveness(identity)).toBe('alive');
    expect(liveness({ ...identity, started: '1' })).toBe('gone');
    expect(liveness({ ...identity, boot: 'an earlier boot' })).toBe('gone');
    expect(liveness({ ...identity, place: 'another machine' })).toBe('elsewhere');
    expect(identify(Number(readFileSync('/proc/sys/kernel/pid_max', 'utf8')) + 1)).toBeUndefined();
  });
});
