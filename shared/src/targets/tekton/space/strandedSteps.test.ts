import { describe, expect, it } from 'vitest';
import { ourRun, pod } from '../observe/testing/objects.ts';
import { going, nothing, steps } from '../observe/testing/observing.ts';
import { strandedSteps } from './strandedSteps.ts';

type State = Readonly<Record<string, object>>;

const running: State = { running: {} };
const message = '[{"key":"StartedAt","value":"2026-11-25T10:00:02.000Z","type":3}]';
const ended = (exitCode: number, said?: string): State => ({
  terminated: { exitCode, ...(said !== undefined && { message: said }) },
});
/** As a kernel leaves it that is out of memory and ends all of a container at once. */
const killed = ended(137);

/** The run's pod, its containers' states in the order of steps. */
function strandedIn(states: readonly State[], metadata = {}, phase = 'Running') {
  const names = steps.map((step) => `step-${step}`);
  const statuses = names.map((name, index) => ({ name, state: states[index] }));
  const status = { phase, containerStatuses: statuses.toSorted((a, b) => a.name.localeCompare(b.name)) };
  const pods = [pod('p', { metadata, spec: { containers: names.map((name) => ({ name })) }, status })];
  return strandedSteps({ ...nothing, pipelineRun: ourRun(steps, going), pods });
}

describe('steps that wait for a turn which nobody gives them', () => {
  it('are those after a container that was killed as a whole', () => {
    expect(strandedIn([ended(0, message), killed, running, running, running])).toEqual({
      pod: 'p',
      steps: ['report', 'test', 'collect'],
    });
    expect(strandedIn([killed, running, running, running, running])?.steps).toEqual(steps.slice(1));
  });

  it('are those after a step that a core ran which is gone', () => {
    const given = ended(
      143,
      '[{"key":"StartedAt","value":"2026-11-25T10:00:02.000Z","type":3},{"key":"Reason","value":"Continued","type":3}]',
    );
    expect(strandedIn([ended(0, message), killed, given, running, running])?.steps).toEqual(['test', 'collect']);
    // As Tekton lets a task go on, which has given the turn.
    const continued = ended(0, '[{"key":"Reason","value":"Continued","type":3}]');
    expect(strandedIn([ended(0, message), continued, running, running, running])).toBeUndefined();
  });

  it('are not those after a program that was killed, whose entrypoint gave the turn on', () => {
    expect(strandedIn([ended(0, message), ended(137, message), running, running, running])).toBeUndefined();
    expect(strandedIn([ended(0, message), ended(1, message), running, running, running])).toBeUndefined();
  });

  it('are none where nothing ended yet, all ended, or the pod is taken away', () => {
    expect(strandedIn([running, running, running, running, running])).toBeUndefined();
    expect(strandedIn([ended(0, message), killed, killed, killed, killed], {}, 'Failed')).toBeUndefined();
    const going = [ended(0, message), killed, running, running, running];
    expect(strandedIn(going, { deletionTimestamp: '2026-11-25T10:00:09Z' })).toBeUndefined();
  });

  it('are not touched in a run that is not ours', () => {
    const { pipelineRun, ...facts } = { ...nothing, pipelineRun: ourRun(steps, going) };
    const theirs = { ...pipelineRun, metadata: { ...pipelineRun.metadata, labels: {} } };
    const containers = [{ name: 'step-a' }, { name: 'step-b' }];
    const containerStatuses = [
      { name: 'step-a', state: killed },
      { name: 'step-b', state: running },
    ];
    const pods = [pod('p', { spec: { containers }, status: { phase: 'Running', containerStatuses } })];
    expect(strandedSteps({ ...facts, pipelineRun: theirs, pods })).toBeUndefined();
    expect(strandedSteps({ ...facts, pipelineRun, pods })?.steps).toEqual(['b']);
  });
});
