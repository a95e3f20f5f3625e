import { describe, expect, it } from 'vitest';
import { failedFiles, summaryOf, type FileReport, type Report } from './report.mjs';

const test = (fullName: string, status: string, ...failureMessages: string[]) => ({
  fullName,
  status,
  failureMessages,
});
const file = (name: string, ...assertionResults: FileReport['assertionResults']): FileReport => ({
  name: `/root/${name}`,
  status: assertionResults.some(({ status }) => status === 'failed') ? 'failed' : 'passed',
  message: '',
  assertionResults,
});
const report = (...testResults: FileReport[]): Report => ({ testResults });
const sound = file('sound.test.ts', test('is so', 'passed'), test('will be', 'todo'));
const unloadable: FileReport = {
  name: '/root/torn.test.ts',
  status: 'failed',
  message: 'no such module',
  assertionResults: [],
};

describe('the report of a stage', () => {
  it('counts what passed, failed and was skipped, and says why what failed did', () => {
    const shaky = file('shaky.test.ts', test('stays', 'passed'), test('falls', 'failed', 'Error: it fell'));
    const first = report(sound, shaky);
    expect(failedFiles(first, '/root')).toEqual(['shaky.test.ts']);
    expect(summaryOf(first, undefined, '/root')).toEqual({
      passed: 2,
      failed: 1,
      skipped: 1,
      failures: ['shaky.test.ts > falls\n  Error: it fell'],
      secondTries: [],
    });
  });

  it('counts a file that was tried again as it was then, and says what needed that and why', () => {
    const first = report(
      sound,
      file('shaky.test.ts', test('a', 'passed'), test('b', 'failed', 'slow'), test('c', 'failed', 'b')),
    );
    const second = report(
      file('shaky.test.ts', test('a', 'passed'), test('b', 'passed'), test('c', 'failed', 'still')),
    );
    expect(summaryOf(first, second, '/root')).toEqual({
      passed: 3,
      failed: 1,
      skipped: 1,
      failures: ['shaky.test.ts > c\n  still'],
      secondTries: ['shaky.test.ts > b\n  slow'],
    });
  });

  it('tells what failed at the second try alone', () => {
    const first = report(file('shaky.test.ts', test('a', 'passed'), test('b', 'failed', 'slow')));
    const second = report(file('shaky.test.ts', test('a', 'failed', 'torn'), test('b', 'passed')));
    expect(summaryOf(first, second, '/root')).toMatchObject({
      passed: 1,
      failed: 1,
      failures: ['shaky.test.ts > a\n  torn'],
    });
  });

  it('knows a file that could not be run, also where it could at the second try', () => {
    const first = report(sound, unloadable);
    expect(failedFiles(first, '/root')).toEqual(['torn.test.ts']);
    expect(summaryOf(first, undefined, '/root').failures).toEqual(['torn.test.ts\n  no such module']);
    const second = report(file('torn.test.ts', test('is whole', 'passed')));
    expect(summaryOf(first, second, '/root')).toEqual({
      passed: 2,
      failed: 0,
      skipped: 1,
      failures: [],
      secondTries: ['torn.test.ts\n  no such module'],
    });
  });
});
