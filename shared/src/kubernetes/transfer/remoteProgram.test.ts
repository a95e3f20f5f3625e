import { describe, expect, it } from 'vitest';
import type { ExecSession } from '../exec/index.ts';
import { AnswerCut } from './answerReader.ts';
import { programFailure } from './remoteProgram.ts';

/** A session whose program has ended. */
function ended(exitCode: number, stderr: string): ExecSession {
  return {
    stdout: ReadableStream.from<Uint8Array>([]),
    stderr: () => stderr,
    exited: Promise.resolve({ exitCode }),
    canEndInput: true,
    write: () => Promise.resolve(),
    endInput: () => Promise.resolve(),
    close: () => undefined,
  };
}

describe('a program that gave no answer', () => {
  const cut = new AnswerCut('the answer ended too early');

  it('is told with its exit code and its last words', async () => {
    expect(await programFailure(cut, ended(127, 'Welcome\nno python3\n'), 'upload')).toMatchObject({
      code: 'cluster.protocol',
      message: 'The program for the upload ended with exit code 127: no python3.',
    });
  });

  it('is a broken connection where it is said to have ended well, so that the next try goes on', async () => {
    expect(await programFailure(cut, ended(0, ''), 'upload')).toMatchObject({
      code: 'cluster.unreachable',
      message: 'The connection to the program for the upload broke before it answered.',
    });
  });
});
