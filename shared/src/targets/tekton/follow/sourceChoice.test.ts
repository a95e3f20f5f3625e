import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RunPlace, StepPlace } from './runPlace.ts';
import { chooseLogSource, type LogKnowledge, type LogSource } from './sourceChoice.ts';

const fresh: LogKnowledge = { sealed: false, spooled: 0, execWorks: true };
const live = { pod: 'r-pod', container: 'step-collect' };

function place(state: StepPlace['state'] | undefined, more: Partial<RunPlace> = {}): RunPlace {
  const names = ['notebook', 'collect'];
  return {
    uid: 'u',
    own: true,
    final: false,
    live: undefined,
    steps: new Map(
      state === undefined ? [] : names.map((name) => [name, { pod: 'r-pod', container: `step-${name}`, state }]),
    ),
    logSizes: undefined,
    ...more,
  };
}
const volume: LogSource = { from: 'volume', expected: undefined };
const sizes = new Map([['notebook', 120]]);

describe('where the rest of a log comes from', () => {
  const table: [string, RunPlace, string, Partial<LogKnowledge>, LogSource][] = [
    ['a whole log', place('running', { live }), 'notebook', { sealed: true }, { from: 'spool' }],
    [
      'a run of which no step ever ran',
      place('gone', { final: true, neverBegan: true }),
      'notebook',
      {},
      { from: 'empty', lost: false },
    ],
    ['a run that waits for its pod', place(undefined), 'notebook', {}, { from: 'nowhere' }],
    ['a pod that starts', place('waiting'), 'notebook', {}, { from: 'nowhere' }],
    ['a pod that runs', place('running', { live }), 'notebook', {}, { from: 'follow' }],
    ['a step that ended while the pod runs', place('ended', { live }), 'notebook', {}, { from: 'follow' }],
    ['between two pods', place('ended'), 'notebook', {}, { from: 'nowhere' }],
    ['no right to exec', place('running', { live }), 'notebook', { execWorks: false }, { from: 'apiFollow' }],
    ['no right to exec, before', place('waiting', { live }), 'notebook', { execWorks: false }, { from: 'nowhere' }],
    [
      'no right to exec, a step ended',
      place('ended', { live }),
      'notebook',
      { execWorks: false },
      { from: 'api', expected: undefined, elseVolume: false },
    ],
    [
      'a run that ended',
      place('ended', { final: true, logSizes: sizes }),
      'notebook',
      {},
      { from: 'api', expected: 120, elseVolume: true },
    ],
    [
      'a run whose pod is gone',
      place('gone', { final: true, logSizes: sizes }),
      'notebook',
      {},
      { from: 'volume', expected: 120 },
    ],
    ['a run of which nothing is left', place(undefined, { final: true, uid: undefined }), 'notebook', {}, volume],
    ['a run that never had a pod', place(undefined, { final: true }), 'notebook', {}, { from: 'empty', lost: false }],
    [
      'a step that the sizes do not tell of',
      place('ended', { final: true, logSizes: new Map() }),
      'notebook',
      {},
      volume,
    ],
    ['a cancelled run', place('gone', { final: true }), 'notebook', { spooled: 7 }, volume],
    ['a run that broke', place('ended', { final: true }), 'notebook', {}, volume],
    [
      'a run that ended, read to the end',
      place('gone', { final: true, logSizes: sizes }),
      'notebook',
      { spooled: 120 },
      { from: 'spool' },
    ],
    [
      'a step that said nothing',
      place('gone', { final: true, logSizes: new Map([['notebook', 0]]) }),
      'notebook',
      {},
      { from: 'empty', lost: false },
    ],
    [
      'collect, which cannot tell its own size',
      place('ended', { final: true, logSizes: sizes }),
      'collect',
      {},
      { from: 'api', expected: undefined, elseVolume: false },
    ],
    ['collect of a pod that is gone', place('gone', { final: true, logSizes: sizes }), 'collect', {}, volume],
    ['a foreign step', place('running', { own: false, live }), 'notebook', {}, { from: 'apiFollow' }],
    ['a foreign step to come', place('waiting', { own: false }), 'notebook', {}, { from: 'nowhere' }],
    [
      'a foreign step that ended',
      place('ended', { own: false, final: true }),
      'notebook',
      {},
      { from: 'api', expected: undefined, elseVolume: false },
    ],
    [
      'a foreign pod that is gone',
      place('gone', { own: false, final: true }),
      'notebook',
      {},
      { from: 'empty', lost: true },
    ],
    [
      'a foreign step that was skipped',
      place(undefined, { own: false, final: true }),
      'notebook',
      {},
      { from: 'empty', lost: false },
    ],
  ];
  it.each(table)('%s', (_, at, step, more, source) => {
    expect(chooseLogSource(at, step, { ...fresh, ...more })).toEqual(source);
  });

  it('is never a volume for a foreign run, nor anything that grows for a final one, nor exec where that does not work', () => {
    const state = fc.constantFrom<(StepPlace['state'] | undefined)[]>('waiting', 'running', 'ended', 'gone', undefined);
    const places = fc
      .record({ state, own: fc.boolean(), final: fc.boolean(), alive: fc.boolean(), sized: fc.boolean() })
      .filter(({ final, alive }) => !(final && alive))
      .map(({ state: at, own, final, alive, sized }) =>
        place(at, { own, final, live: alive ? live : undefined, logSizes: sized ? sizes : undefined }),
      );
    const knowledge = fc.record({ sealed: fc.boolean(), spooled: fc.nat(200), execWorks: fc.boolean() });
    fc.assert(
      fc.property(places, fc.constantFrom('notebook', 'report', 'collect'), knowledge, (at, step, known) => {
        const { from } = chooseLogSource(at, step, known);
        if (!at.own) expect(['follow', 'volume']).not.toContain(from);
        if (at.final) expect(['follow', 'apiFollow', 'nowhere']).not.toContain(from);
        if (!known.execWorks) expect(from).not.toBe('follow');
      }),
    );
  });
});
