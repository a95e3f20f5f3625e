import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runEventSchema, terminalStates, type Run, type RunEvent } from '../../../protocol/index.ts';
import { foldEvents } from '../../../runs/index.ts';
import type { ObservedRun, RunFacts } from './facts.ts';
import { observeRun } from './observeRun.ts';
import { rowOf } from './rowOf.ts';
import { recordedFacts, recordedNames } from './testing/recorded.ts';
import { recordedRuns, type RecordedRun } from './testing/recordedRuns.ts';

const later = Date.parse('2027-01-01T00:00:00Z');

/** As a target does: every change, and once more at the time that was asked for. */
function observeAll(all: readonly RunFacts[]): ObservedRun {
  let observed: ObservedRun | undefined;
  for (const facts of all) observed = observeRun(observed, facts);
  if (observed === undefined) throw new Error('no facts');
  const last = all.at(-1);
  if (observed.recheckAt === undefined || last === undefined) return observed;
  return observeRun(observed, { ...last, now: observed.recheckAt });
}

function runOf(events: readonly RunEvent[]): Run {
  const run = foldEvents(events);
  if (run === undefined) throw new Error('it was never submitted');
  return run;
}

function told(observed: ObservedRun): RecordedRun {
  const run = runOf(observed.events);
  const waited = observed.events.flatMap((event) => (event.type === 'waiting' ? [event.reason] : []));
  return {
    state: run.state,
    steps: run.steps.map(
      ({ name, state, exitCode }) => `${name} ${state}${exitCode === undefined ? '' : ` ${exitCode}`}`,
    ),
    ...(terminalStates.has(run.state) && run.reason !== undefined && { reason: run.reason }),
    ...(waited.length > 0 && { waited }),
    ...(run.diagnosis !== undefined && { diagnosis: run.diagnosis.id }),
  };
}

describe('runs of a real cluster', () => {
  it('have an expectation, every one', () => {
    expect(Object.keys(recordedRuns).toSorted()).toEqual(recordedNames.toSorted());
  });

  it.each(Object.entries(recordedRuns))('%s', (name, wanted) => {
    const observed = observeAll(recordedFacts(name));
    expect(told(observed)).toEqual(wanted);
    expect(observed.final).toBe(terminalStates.has(wanted.state));
    for (const event of observed.events) expect(runEventSchema.safeParse(event).error).toBeUndefined();
  });

  const sequences = recordedNames.filter((name) => name !== 'graph');
  it.each(sequences)('%s: steps begin and end in order, and the run lasts as long as they do', (name) => {
    const run = runOf(observeAll(recordedFacts(name)).events);
    const times = run.steps.flatMap(({ startedAt, finishedAt }) => [startedAt ?? [], finishedAt ?? []].flat());
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    for (const time of times) expect(time).toBeGreaterThanOrEqual(run.startedAt ?? Number.NaN);
    if (run.finishedAt !== undefined && times.length > 0)
      expect(run.finishedAt).toBeGreaterThanOrEqual(times.at(-1) ?? 0);
  });

  it('tell of the graph with results, retries and what was skipped', () => {
    const { tasks, results } = runOf(observeAll(recordedFacts('graph')).events);
    const told = tasks?.map(({ name, state, after, retries, reason }) => [name, state, after.join(), retries, reason]);
    const ignored = 'the pipeline went on without it: "step-main" exited with code 1: Error';
    expect(told).toEqual([
      ['make', 'succeeded', '', undefined, undefined],
      ['use', 'succeeded', 'make', undefined, undefined],
      ['never', 'skipped', 'make', undefined, 'its condition was not met'],
      ['after-never', 'succeeded', 'never', undefined, undefined],
      ['each', 'succeeded', 'use', undefined, undefined],
      ['flaky', 'succeeded', '', 1, undefined],
      ['ignored', 'failed', '', undefined, ignored],
      ['tidy', 'succeeded', 'make', undefined, undefined],
    ]);
    expect(tasks?.find(({ name }) => name === 'make')?.results).toEqual({ value: '42' });
    expect(results).toEqual({ answer: '42' });
  });

  it.each(recordedNames)('%s: its row agrees with it', (name) => {
    const facts = recordedFacts(name).findLast(({ pipelineRun }) => pipelineRun !== undefined);
    if (facts?.pipelineRun === undefined) throw new Error('no PipelineRun');
    const row = rowOf('test-cluster', facts.pipelineRun);
    const { state } = recordedRuns[name] ?? {};
    expect(row).toMatchObject({ name, context: 'test-cluster' });
    // A condition knows less than the summary, and nothing of what a pod waits for.
    if (state === 'succeeded' || state === 'cancelled') expect(row.state).toBe(state);
    if (state === 'failed' || state === 'timedOut') expect(['failed', 'timedOut']).toContain(row.state);
    if (state === 'queued' || state === 'staging') expect(['queued', 'staging', 'running']).toContain(row.state);
  });
});

describe('whatever order the facts come in', () => {
  const anyRun = fc.constantFrom(...recordedNames);
  const steps = fc.array(fc.nat(40), { maxLength: 20 });

  it('events are only ever added, and the same facts add none', () => {
    fc.assert(
      fc.property(anyRun, steps, (name, picks) => {
        const facts = recordedFacts(name);
        let observed: ObservedRun | undefined;
        for (const pick of picks) {
          const given = facts[pick % facts.length];
          if (given === undefined) continue;
          const next = observeRun(observed, given);
          expect(next.events.slice(0, observed?.events.length ?? 0)).toEqual(observed?.events ?? []);
          expect(observeRun(next, given).events).toBe(next.events);
          if (observed?.final === true) expect(next).toBe(observed);
          observed = next;
        }
      }),
      { numRuns: 60 },
    );
  });

  it('a run ends in the same way, however much of it was missed', () => {
    fc.assert(
      fc.property(anyRun, steps, (name, picks) => {
        const facts = recordedFacts(name);
        // Of what was deleted before anybody looked there is nothing to tell: the first look is kept.
        const kept = facts.filter(
          (_facts, index) => index === 0 || index === facts.length - 1 || picks.includes(index),
        );
        expect(runOf(observeAll(kept).events).state).toBe(recordedRuns[name]?.state);
      }),
      { numRuns: 60 },
    );
  });

  it('old facts in between change nothing that was told', () => {
    fc.assert(
      fc.property(anyRun, fc.nat(40), fc.nat(40), (name, at, old) => {
        if (name === 'rundeleted') return;
        const facts = recordedFacts(name);
        const [index, from] = [at % facts.length, old % facts.length];
        const stale = facts[Math.min(index, from)];
        if (stale?.pipelineRun === undefined) return;
        const mixed = facts.toSpliced(index + 1, 0, { ...stale, now: facts[index]?.now ?? 0 });
        expect(told(observeAll(mixed))).toMatchObject({ state: recordedRuns[name]?.state });
      }),
      { numRuns: 60 },
    );
  });

  it('a run that is read long after its end has the same verdict, from its PipelineRun and TaskRuns alone', () => {
    for (const name of recordedNames) {
      const last = recordedFacts(name).at(-1);
      if (last?.pipelineRun === undefined) continue;
      const wanted = recordedRuns[name];
      if (wanted === undefined || !terminalStates.has(wanted.state)) continue;
      const once = observeRun(undefined, { ...last, pods: [], events: [], now: later });
      expect(once.final).toBe(true);
      expect([name, runOf(once.events).state]).toEqual([name, wanted.state]);
    }
  });
});
