import { describe, expect, it } from 'vitest';
import { pipelineRunSchema, taskRunSchema } from './clusterObjects.ts';
import { reusedBy } from './reuses.ts';
import { isDone, runOf, volumeOf } from './runObjects.ts';

const metadata = { name: 'r', uid: 'u', creationTimestamp: '2026-01-01T00:00:00Z' };
const parse = (more: object) => pipelineRunSchema.parse({ metadata, spec: {}, ...more });

function withMount(mount: object, steps = true) {
  const volumes = [
    { name: 'other', emptyDir: {} },
    { name: 'data', persistentVolumeClaim: { claimName: 'team' } },
  ];
  const mounts = [{ name: 'data', mountPath: '/slipway/run', ...mount }];
  const taskSpec = steps
    ? { volumes, steps: [{ name: 'prepare', volumeMounts: mounts }] }
    : { volumes, steps: [{ name: 'prepare' }], stepTemplate: { volumeMounts: mounts } };
  return parse({ spec: { pipelineSpec: { tasks: [{ name: 'run', taskSpec }] } } });
}

describe('volumeOf', () => {
  it.each([
    [{ subPath: 'runs/r' }, undefined],
    [{ subPath: 'team/one/runs/r' }, 'team/one'],
    [{ subPath: 'team/runs/runs/r' }, 'team/runs'],
  ])('%o', (mount, subPath) => {
    expect(volumeOf(withMount(mount))).toEqual({ claimName: 'team', subPath });
    expect(volumeOf(withMount(mount, false))).toEqual({ claimName: 'team', subPath });
  });

  it('is unknown for a run that mounts none', () => {
    expect(volumeOf(parse({}))).toBeUndefined();
    expect(volumeOf(withMount({ mountPath: '/elsewhere' }))).toBeUndefined();
  });
});

describe('isDone', () => {
  it.each([
    [{}, false],
    [{ status: { conditions: [] } }, false],
    [{ status: { conditions: [{ type: 'Succeeded', status: 'Unknown' }] } }, false],
    [{ status: { conditions: [{ type: 'Succeeded', status: 'False' }] } }, true],
    [{ status: { conditions: [{ type: 'Succeeded', status: 'True' }] } }, true],
  ])('%o: %s', (more, expected) => {
    expect(isDone(parse(more))).toBe(expected);
  });
});

describe('the pod of a TaskRun', () => {
  it.each([
    [{}, undefined],
    [{ status: {} }, undefined],
    [{ status: { podName: '' } }, undefined],
    [{ status: { podName: 'r-run-pod' } }, 'r-run-pod'],
  ])('%o: %s', (more, expected) => {
    expect(taskRunSchema.parse({ metadata, ...more }).status?.podName).toBe(expected);
  });
});

describe('labels and annotations that anybody may write', () => {
  const read = (labels: object, annotations: object = {}) =>
    parse({ metadata: { ...metadata, labels, annotations } }).metadata;

  it('names a run only where Slipway made the object', () => {
    expect(runOf(read({ 'slipway.dev/run': 'r' }))).toBeUndefined();
    expect(runOf(read({ 'slipway.dev/run': 'r', 'app.kubernetes.io/managed-by': 'slipway' }))).toBe('r');
  });

  it.each([
    ['{"run":"a","steps":["prepare"]}', 'a'],
    ['{"run":1}', undefined],
    ['[', undefined],
    ['', undefined],
  ])('%s reuses %s', (text, expected) => {
    expect(reusedBy(read({}, { 'slipway.dev/reuses': text }))).toBe(expected);
  });
});
