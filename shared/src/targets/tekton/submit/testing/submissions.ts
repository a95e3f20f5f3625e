import { createHash } from 'node:crypto';
import type { RunFile } from '../../../../pipeline/index.ts';
import type { RunSubmission, StagedFile } from '../../../runTarget.ts';

export function stagedFile(path: string, content: Uint8Array): StagedFile {
  return {
    path,
    bytes: content.length,
    async *open() {
      yield await Promise.resolve(content);
    },
  };
}

/** A run of a shell command, with its files. */
export function commandRun(
  run: string,
  script: string,
  files: readonly StagedFile[] = [stagedFile('a.txt', Buffer.from('a\n'))],
  more: Partial<RunFile> = {},
): RunSubmission {
  const argv = ['bash', '-c', script];
  const runFile: RunFile = {
    version: 1,
    run,
    spec: { command: argv },
    steps: ['prepare', 'command', 'collect'],
    command: { argv },
    parameters: {},
    env: {},
    environment: { base: 'interpreter' },
    timeouts: {},
    outputs: [],
    inputHashes: { notebook: createHash('sha256').update(script).digest('hex'), requirements: '', tests: '' },
    ...more,
  };
  return {
    runFile,
    run: {
      name: run,
      context: 'test-cluster',
      title: 'a command',
      state: 'submitting',
      createdAt: Date.now(),
      cancelRequested: false,
      steps: runFile.steps.map((name) => ({ name, state: 'pending' })),
    },
    files,
  };
}
