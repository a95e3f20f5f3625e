import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkPipelineRun } from './checkPipelineRun.ts';

const step = { name: 'a', image: 'testbed.local/busybox:1', script: 'true' };

/** A PipelineRun with one task `build`, as somebody might write it. */
function pipelineRun(spec: object, pipelineSpec: object = {}, task: object = {}): unknown {
  return {
    apiVersion: 'tekton.dev/v1',
    kind: 'PipelineRun',
    metadata: { generateName: 'a-' },
    spec: {
      pipelineSpec: { tasks: [{ name: 'build', taskSpec: { steps: [step] }, ...task }], ...pipelineSpec },
      ...spec,
    },
  };
}

const claim = (name: string, claimName: string): object => ({ name, persistentVolumeClaim: { claimName } });
const template = (name: string): object => ({ name, volumeClaimTemplate: { spec: {} } });
const messages = (object: unknown): string[] => checkPipelineRun(object).map(({ message }) => message);

describe('mistakes that a cluster accepts', () => {
  it('a workspace that is not bound', () => {
    const declared = { workspaces: [{ name: 'data' }, { name: 'cache', optional: true }] };
    expect(checkPipelineRun(pipelineRun({}, declared))).toEqual([
      {
        message: 'The pipeline needs the workspace "data", and the PipelineRun does not bind it.',
        action: expect.stringContaining('name: data'),
      },
    ]);
    expect(messages(pipelineRun({ workspaces: [claim('data', 'a')] }, declared))).toEqual([]);
  });

  it('a workspace that is not declared', () => {
    const task = { workspaces: [{ name: 'source', workspace: 'data' }] };
    expect(messages(pipelineRun({}, {}, task))).toEqual([
      'The task "build" uses the workspace "data", which the pipeline does not declare.',
    ]);
    // Of a PipelineRun with its pipeline in it, workspaces are passed on by name.
    expect(messages(pipelineRun({ workspaces: [claim('data', 'a')] }, {}, task))).toEqual([]);
    const optional = { ...task, taskSpec: { steps: [step], workspaces: [{ name: 'source', optional: true }] } };
    expect(messages(pipelineRun({}, {}, optional))).toEqual([]);
    expect(messages(pipelineRun({}, { workspaces: [{ name: 'data' }] }, task))).toHaveLength(1);
  });

  it('a workspace of a task that nothing is bound to', () => {
    const task = { taskSpec: { steps: [step], workspaces: [{ name: 'source' }] } };
    expect(messages(pipelineRun({}, {}, task))).toEqual([
      'The task "build" needs the workspace "source", and nothing is bound to it.',
    ]);
    expect(messages(pipelineRun({ workspaces: [claim('source', 'a')] }, {}, task))).toEqual([]);
  });

  it('a parameter that is not given', () => {
    const declared = { params: [{ name: 'x' }, { name: 'y', default: '' }] };
    expect(messages(pipelineRun({}, declared))).toEqual([
      'The pipeline needs the parameter "x", and the PipelineRun does not give it.',
    ]);
    expect(messages(pipelineRun({ params: [{ name: 'x', value: '1' }] }, declared))).toEqual([]);
  });

  it('settings for a task that is not there', () => {
    const finallyTask = { finally: [{ name: 'tidy', taskSpec: { steps: [step] } }] };
    const specs = { taskRunSpecs: [{ pipelineTaskName: 'tidy' }, { pipelineTaskName: 'biuld' }] };
    expect(checkPipelineRun(pipelineRun(specs, finallyTask))).toEqual([
      {
        message: 'spec.taskRunSpecs names the task "biuld", which the pipeline does not have.',
        action: expect.stringContaining('build, tidy'),
      },
    ]);
  });

  it('two claims as workspaces of one task', () => {
    const task = { workspaces: [{ name: 'data' }, { name: 'cache' }] };
    const both = (first: object, second: object): unknown => pipelineRun({ workspaces: [first, second] }, {}, task);
    expect(messages(both(claim('data', 'a'), claim('cache', 'b')))).toEqual([
      expect.stringContaining('The task "build" uses 2 volumes as workspaces'),
    ]);
    expect(messages(both(template('data'), template('cache')))).toHaveLength(1);
    expect(messages(both(template('data'), claim('cache', 'b')))).toHaveLength(1);
    expect(messages(both(claim('data', 'a'), claim('cache', 'a')))).toEqual([]);
    expect(messages(both(claim('data', 'a'), { name: 'cache', emptyDir: {} }))).toEqual([]);
  });

  it('two claims that a task uses without saying so', () => {
    const script = 'cp $(workspaces.data.path)/a $(workspaces.cache.path)';
    const task = { taskSpec: { steps: [{ ...step, script }] } };
    const bound = { workspaces: [claim('data', 'a'), claim('cache', 'b')] };
    expect(messages(pipelineRun(bound, {}, task))).toHaveLength(1);
    // Each task for itself.
    const apart = {
      tasks: [
        { name: 'x', workspaces: [{ name: 'data' }] },
        { name: 'y', workspaces: [{ name: 'cache' }] },
      ],
    };
    expect(messages(pipelineRun(bound, apart))).toEqual([]);
  });

  it.each<[object, string | undefined]>([
    [{ pipeline: '1h', tasks: '50m', finally: '20m' }, 'timeouts.tasks and timeouts.finally add up to more'],
    [{ pipeline: '1h', tasks: '40m', finally: '20m' }, undefined],
    [{ pipeline: '1h', tasks: '1h0.1s' }, 'timeouts.tasks add up'],
    [{ pipeline: '1h', tasks: '0' }, 'without a limit (0)'],
    [{ pipeline: '1h', finally: '0s' }, 'without a limit (0)'],
    [{ pipeline: '0', tasks: '0', finally: '5h' }, undefined],
    [{ pipeline: '1h30m', tasks: '1.5h' }, undefined],
    [{ tasks: '5h' }, undefined],
    [{ pipeline: '90min' }, 'timeouts.pipeline: "90min" is not a duration'],
    [{ pipeline: 90 }, 'is not a duration'],
    [{ finally: '-1h' }, 'is not a duration'],
    [{ pipeline: null }, undefined],
    [{}, undefined],
  ])('limits %j', (timeouts, words) => {
    const found = messages(pipelineRun({ timeouts }));
    expect(found).toEqual(words === undefined ? [] : [expect.stringContaining(words)]);
  });

  it('another kind of object', () => {
    for (const object of [undefined, null, 3, 'x', [], {}, { kind: 'Pod' }, { kind: 'PipelineRun' }]) {
      expect(messages(object)).toEqual(['This is not a PipelineRun.']);
    }
  });

  it('says nothing of a pipeline that it cannot see', () => {
    const spec = { pipelineRef: { name: 'team' }, params: [], taskRunSpecs: [{ pipelineTaskName: 'x' }] };
    expect(messages({ apiVersion: 'tekton.dev/v1', kind: 'PipelineRun', spec })).toEqual([]);
  });

  it('never throws', () => {
    const names = fc.constantFrom(
      'name',
      'workspaces',
      'params',
      'tasks',
      'taskSpec',
      'workspace',
      'optional',
      'finally',
    );
    const value = fc.letrec((tie) => ({
      node: fc.oneof(
        { maxDepth: 5 },
        fc.anything({ withBigInt: true, withMap: true, withNullPrototype: true, withSparseArray: true }),
        fc.constantFrom('data', '$(workspaces.data.path)', true),
        fc.array(tie('node'), { maxLength: 4 }),
        fc.dictionary(names, tie('node'), { maxKeys: 4 }),
      ),
    })).node;
    const spec = fc.record(
      { pipelineSpec: value, workspaces: value, params: value, taskRunSpecs: value, timeouts: value },
      { requiredKeys: [] },
    );
    const object = fc.record({
      apiVersion: fc.constantFrom<unknown>('tekton.dev/v1', 'tekton.dev/v1beta1', 3),
      kind: fc.constant('PipelineRun'),
      spec: fc.oneof(spec, value),
    });
    fc.assert(
      fc.property(fc.oneof(object, fc.anything()), (garbage) => {
        for (const { message, action } of checkPipelineRun(garbage)) {
          expect([message, action].every((text) => text.length > 0 && text.length < 3000)).toBe(true);
        }
      }),
      { numRuns: 500 },
    );
  });
});
