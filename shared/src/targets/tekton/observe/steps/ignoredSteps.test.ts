import { describe, expect, it } from 'vitest';
import { describeForeign } from '../graph/describeForeign.ts';
import { pipelineRunSchema, podSchema } from '../schemas/index.ts';
import { at, condition, taskRun } from '../testing/objects.ts';

const failedStep = { name: 'main', terminated: { exitCode: 3, startedAt: at(2), finishedAt: at(8) } };

function pipelineRun(task: object) {
  return pipelineRunSchema.parse({
    metadata: { name: 'r', creationTimestamp: at(0) },
    spec: { pipelineSpec: { tasks: [{ name: 'a', taskSpec: { steps: [{ name: 'main' }] }, ...task }] } },
    status: { conditions: [condition('Unknown', 'Running')] },
  });
}

describe('a step that failed, and that the pipeline goes on from', () => {
  const ignored = { name: 'a/main', state: 'failed', ignored: true, exitCode: 3, reason: 'ignored: exit code 3' };

  it('is known by the reason that Tekton gives', () => {
    const steps = [{ ...failedStep, terminationReason: 'Continued' }];
    const taskRuns = [taskRun('r-a', 'a', { conditions: [condition('True', 'Succeeded')], steps })];
    expect(describeForeign(pipelineRun({}), taskRuns, []).steps).toMatchObject([ignored]);
  });

  it('is known by its container before the TaskRun tells', () => {
    const message = JSON.stringify([{ key: 'ExitCode', value: '3', type: 3 }]);
    const terminated = { exitCode: 0, startedAt: at(2), finishedAt: at(8), message };
    const pod = podSchema.parse({
      metadata: { name: 'r-a-pod' },
      status: { phase: 'Running', containerStatuses: [{ name: 'step-main', state: { terminated } }] },
    });
    const status = { conditions: [condition('Unknown', 'Running')], podName: 'r-a-pod' };
    const steps = describeForeign(pipelineRun({}), [taskRun('r-a', 'a', status)], [], [], [pod]).steps;
    expect(steps).toMatchObject([ignored]);
  });

  it('is one of a task that the pipeline goes on without', () => {
    const status = { conditions: [condition('False', 'FailureIgnored')], steps: [failedStep] };
    const { steps } = describeForeign(pipelineRun({ onError: 'continue' }), [taskRun('r-a', 'a', status)], []);
    expect(steps).toMatchObject([ignored]);
  });

  it('is none where nothing says so', () => {
    const status = { conditions: [condition('False', 'Failed')], steps: [failedStep] };
    const { steps } = describeForeign(pipelineRun({}), [taskRun('r-a', 'a', status)], []);
    expect(steps).toEqual([expect.not.objectContaining({ ignored: true })]);
  });
});
