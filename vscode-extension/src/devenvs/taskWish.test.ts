import { runningJob } from '@slipway/shared/protocol/testing';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { folderOf, isStillRunning, lineOf, shellCommand, taskExitCode, taskWishOf } from './taskWish.ts';

const job = runningJob({ command: shellCommand('make train'), title: 'make train' });

describe('a task of tasks.json', () => {
  it('needs a command, and nothing else', () => {
    expect(taskWishOf({ type: 'slipway-devenv', command: ' make train ' })).toEqual({ command: 'make train' });
    expect(taskWishOf({ command: 'make', devEnv: 'devenv-alice', context: 'team-a', cwd: 'project' })).toEqual({
      command: 'make',
      devEnv: 'devenv-alice',
      context: 'team-a',
      cwd: 'project',
    });
    expect(taskWishOf({ type: 'slipway-devenv' })).toBeUndefined();
  });

  it('is read from anything that a file may say', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom('command', 'devEnv', 'context', 'cwd', 'x'), fc.anything()), (said) => {
        const wish = taskWishOf(said);
        expect(wish === undefined).toBe(typeof said.command !== 'string' || said.command.trim() === '');
        for (const value of Object.values(wish ?? {})) expect(value).toMatch(/\S/);
      }),
    );
  });

  it('is found again while its command goes on in the same folder', () => {
    expect(isStillRunning(job, { command: 'make train' })).toBe(true);
    expect(isStillRunning({ ...job, cwd: '/workspace/project' }, { command: 'make train', cwd: 'project/' })).toBe(
      true,
    );
    expect(isStillRunning({ ...job, cwd: '/workspace/project' }, { command: 'make train' })).toBe(false);
    expect(isStillRunning({ ...job, state: 'succeeded' }, { command: 'make train' })).toBe(false);
    expect(isStillRunning({ ...job, command: ['make', 'train'] }, { command: 'make train' })).toBe(false);
  });

  it('is written as the job that it came from', () => {
    fc.assert(
      fc.property(fc.string(), (line) => {
        expect(lineOf({ command: shellCommand(line) })).toBe(line);
      }),
    );
    expect(lineOf({ command: ['sleep', '10'] })).toBeUndefined();
    expect(folderOf(job)).toBeUndefined();
    expect(folderOf({ cwd: '/workspace/a/b' })).toBe('a/b');
    expect(folderOf({ cwd: '/tmp' })).toBe('/tmp');
  });
});

it.each([
  ['succeeded', 0, 0],
  ['failed', 3, 3],
  ['failed', undefined, 1],
  ['stopped', undefined, 143],
  ['lost', undefined, 1],
] as const)('ends a task whose command %s with code %s as %i', (state, exitCode, expected) => {
  expect(taskExitCode({ state, ...(exitCode !== undefined && { exitCode }) })).toBe(expected);
});
