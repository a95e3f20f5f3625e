import { describe, expect, it } from 'vitest';
import { submitPlan, undoPlan, type MadeObject } from './submitPlan.ts';

const object = (kind: MadeObject['kind']): MadeObject => ({ kind, name: `r-${kind}`, uid: `uid-${kind}` });
const told = (made: readonly MadeObject['kind'][]) =>
  undoPlan(made.map(object)).map((step) => (step.kind === 'delete' ? step.object.kind : step.kind));

describe('submitPlan', () => {
  it.each([
    [{ claim: false, upload: false }, 'dryRun+shared inputs pipelineRun own'],
    [{ claim: true, upload: false }, 'dryRun+shared inputs+volume pipelineRun own'],
    [{ claim: false, upload: true }, 'dryRun+shared inputs upload pipelineRun own'],
    [{ claim: true, upload: true }, 'dryRun+shared inputs+volume upload pipelineRun own'],
  ])('%o: %s', (needs, order) => {
    const told = submitPlan(needs).map((group) => group.join('+'));
    expect(told.join(' ')).toBe(order);
  });
});

describe('undoPlan', () => {
  it.each([
    ['nothing', [], []],
    ['the inputs alone', ['inputs'], ['inputs']],
    ['the run before what it reads', ['inputs', 'volume', 'pipelineRun'], ['pipelineRun', 'volume', 'inputs']],
    ['the folder on a claim that stays, before the pod', ['inputs', 'upload'], ['clearFolder', 'upload', 'inputs']],
    [
      'no folder on a claim that goes',
      ['inputs', 'volume', 'upload', 'pipelineRun'],
      ['pipelineRun', 'upload', 'volume', 'inputs'],
    ],
    ['the run first of all', ['inputs', 'upload', 'pipelineRun'], ['pipelineRun', 'clearFolder', 'upload', 'inputs']],
  ] as const)('takes back %s', (_, made, expected) => {
    expect(told(made)).toEqual(expected);
  });

  it('keeps what is known of each object', () => {
    const lost: MadeObject = { kind: 'pipelineRun', name: 'r', uid: undefined };
    expect(undoPlan([lost])).toEqual([{ kind: 'delete', object: lost }]);
  });
});
