import { describe, expect, it } from 'vitest';
import { pipelineRunSchema, taskRunSchema, type PipelineRun, type TaskRun } from './clusterObjects.ts';
import { isTakenUp } from './takenUp.ts';

const metadata = (name: string) => ({ name, uid: name, creationTimestamp: '2026-01-01T00:00:00Z' });
const condition = (status: string | undefined) =>
  status === undefined ? [] : [{ type: 'Succeeded', status, reason: 'as written' }];

function pipelineRun(children: readonly unknown[], status = 'Unknown'): PipelineRun {
  return pipelineRunSchema.parse({
    metadata: metadata('r'),
    spec: {},
    status: { conditions: condition(status), childReferences: children },
  });
}

function taskRun(name: string, status?: string): TaskRun {
  return taskRunSchema.parse({ metadata: metadata(name), status: { conditions: condition(status) } });
}

const child = (name: string) => ({ kind: 'TaskRun', name, pipelineTaskName: name });

describe('a run is taken up', () => {
  it.each<[string, PipelineRun, TaskRun[], boolean]>([
    ['not before its first task is written down', pipelineRun([]), [], false],
    ['not while a task is there that is not', pipelineRun([child('stage')]), [taskRun('stage'), taskRun('run')], false],
    ['while a task goes on', pipelineRun([child('stage')]), [taskRun('stage', 'Unknown')], true],
    ['when the task has gone that is written down', pipelineRun([child('stage')]), [], true],
    ['not between two tasks', pipelineRun([child('stage')]), [taskRun('stage', 'True')], false],
    [
      'while its second task goes on',
      pipelineRun([child('a'), child('b')]),
      [taskRun('a', 'True'), taskRun('b')],
      true,
    ],
    ['when it has ended, whatever is left', pipelineRun([], 'False'), [taskRun('run')], true],
    ['also by children without a name', pipelineRun([{ kind: 'Run' }]), [taskRun('run')], false],
  ])('%s', (_when, run, taskRuns, expected) => expect(isTakenUp(run, taskRuns)).toBe(expected));
});
