import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SlipwayError, type Run, type RunEvent } from '../protocol/index.ts';
import { RunCatalogue } from './runCatalogue.ts';
import { matchRun } from './runFinder.ts';
import type { RunChange } from './runWatcher.ts';
import { MemoryTarget } from './testing/memoryTarget.ts';
import { never, ServiceHarness, settle } from './testing/serviceHarness.ts';

let harness: ServiceHarness;
beforeEach(() => {
  harness = new ServiceHarness();
});
afterEach(() => {
  expect(harness.errors).toEqual([]);
  harness.close();
});

async function refusal(work: Promise<unknown>): Promise<SlipwayError> {
  const error = await work.catch((reason: unknown) => reason);
  if (!SlipwayError.is(error)) throw new Error('it was not refused');
  return error;
}

function queued(position: number): RunEvent {
  return { type: 'queued', time: (harness.clock += 10), position };
}

describe('a context that is not there', () => {
  it('may be missing for a mistake in the file of contexts, which then is told', () => {
    const options = { targets: new Map(), now: () => 0, onError: () => undefined };
    const contextsFault = new SlipwayError('context.invalid', 'config.yaml is wrong in line 3.');
    expect(() => new RunCatalogue(options).target('team-a')).toThrow('There is no context "team-a".');
    expect(() => new RunCatalogue({ ...options, contextsFault: () => contextsFault }).target('team-a')).toThrow(
      contextsFault,
    );
  });
});

describe('finding a run', () => {
  const runs = ['analysis-7f3a', 'analysis-7b00', 'train-0001'].map((name) => ({ context: 'local', name }));

  /** What to do about a run that is not there. */
  function near(wanted: string): string | undefined {
    try {
      return matchRun(wanted, runs).name;
    } catch (error) {
      return SlipwayError.is(error, 'run.notFound') ? error.action : undefined;
    }
  }

  it('takes a whole name or the beginning of one', () => {
    expect(matchRun('train', runs).name).toBe('train-0001');
    expect(matchRun('analysis-7f', runs).name).toBe('analysis-7f3a');
    expect(matchRun('train', [...runs, { context: 'local', name: 'train' }]).name).toBe('train');
  });

  it('names the candidates where several fit, with their contexts where these differ', () => {
    expect(() => matchRun('analysis-7', runs)).toThrow('"analysis-7" may be analysis-7f3a, analysis-7b00.');
    const two = [...runs, { context: 'team-a', name: 'train-0001' }];
    expect(() => matchRun('train-0001', two)).toThrow('train-0001 (local), train-0001 (team-a)');
    const many = Array.from({ length: 9 }, (_, index) => ({ context: 'local', name: `run-${index}` }));
    expect(() => matchRun('run', many)).toThrow('and 4 more');
  });

  it.each(['analysis-7f3b', 'anlysis-7f3a', '7f3a', 'ANALYSIS-7F3A'])('names runs like %s', (wanted) => {
    expect(near(wanted)).toMatch(/^Did you mean .*analysis-7f3a/);
    expect(near('zebra')).toBe('List the runs with "slipway runs".');
  });

  it('takes nothing for an empty name', () => {
    expect(() => matchRun('', runs)).toThrow(SlipwayError);
    expect(() => matchRun('x', [])).toThrow('there are no runs yet');
  });

  it('knows the last run of all contexts', async () => {
    const team = new MemoryTarget('team-a');
    const both = new ServiceHarness([team]);
    expect((await refusal(both.service.get({ run: 'last' }, never))).code).toBe('run.notFound');
    await both.submit();
    const newer = await both.submit({ context: 'team-a' });
    expect(await both.service.get({ run: 'last' }, never)).toEqual(newer);
    expect((await both.service.get({ run: 'last', context: 'local' }, never)).context).toBe('local');
    expect((await refusal(both.service.get({ run: 'last', context: 'team-b' }, never))).code).toBe('context.unknown');
    both.close();
  });
});

describe('the list', () => {
  it('is newest first, over all contexts, up to the limit', async () => {
    const both = new ServiceHarness([new MemoryTarget('team-a')]);
    const runs: Run[] = [];
    for (const context of ['local', 'team-a', 'local']) runs.unshift(await both.submit({ context }));
    expect(await both.service.list({}, never)).toEqual(runs);
    expect(await both.service.list({ limit: 2 }, never)).toEqual(runs.slice(0, 2));
    expect((await both.service.list({ context: 'team-a' }, never)).map((run) => run.context)).toEqual(['team-a']);
    both.close();
  });

  it('is of one person where that is asked for, up to the limit; on this machine all are theirs', async () => {
    const team = new MemoryTarget('team-a');
    const both = new ServiceHarness([team]);
    const startedBy = async (user: string | undefined): Promise<string> => {
      const { name } = await both.submit({ context: 'team-a' });
      const [first] = team.runs.get(name)?.events ?? [];
      if (first?.type === 'submitted' && user !== undefined) Object.assign(first.run, { user });
      return name;
    };
    const own: string[] = [];
    // More than are read at once, so that the limit is met by runs of several slices.
    for (let count = 0; count < 3; count += 1) {
      own.unshift(await startedBy('ada'));
      for (let others = 0; others < 10; others += 1) await startedBy(others === 0 ? undefined : 'bob');
    }
    const local = await both.submit({});
    const fresh = new ServiceHarness([team], both.target);
    const names = async (request: Parameters<typeof fresh.service.list>[0]): Promise<string[]> =>
      (await fresh.service.list(request, never)).map(({ name }) => name);
    expect(await names({ mine: true })).toEqual([local.name, ...own]);
    expect(await names({ mine: true, context: 'team-a' })).toEqual(own);
    expect(await names({ mine: true, context: 'team-a', limit: 2 })).toEqual(own.slice(0, 2));
    expect(await names({ context: 'team-a' })).toHaveLength(33);
    both.close();
    fresh.close();
  });

  it('leaves out a run that cannot be read, says so, and fills its place', async () => {
    const older = await harness.submit();
    const broken = await harness.submit();
    const fresh = new ServiceHarness([], harness.target);
    const events = harness.target.events.bind(harness.target);
    harness.target.events = (run, signal) =>
      run === broken.name ? Promise.reject(new Error('damaged')) : events(run, signal);
    expect((await fresh.service.list({ limit: 1 }, never)).map((run) => run.name)).toEqual([older.name]);
    expect(fresh.errors).toEqual([new Error('damaged')]);
    fresh.close();
  });

  it('reads a run that has ended once', async () => {
    for (let count = 0; count < 50; count += 1) harness.finish((await harness.submit()).name);
    const active = await harness.submit();
    await harness.service.list({}, never);
    const before = harness.target.eventReads;
    expect(await harness.service.list({}, never)).toHaveLength(51);
    expect(harness.target.eventReads - before).toBe(1);
    expect((await harness.service.get({ run: active.name }, never)).state).toBe('submitting');
  });
});

describe('contexts that come and go', () => {
  const runsIn = (changes: readonly RunChange[]): string[] =>
    changes.flatMap((change) => (change.kind === 'changed' ? [`${change.run.context} ${change.run.state}`] : []));

  function use(target: MemoryTarget | undefined): void {
    if (target === undefined) harness.targets.delete('team-a');
    else harness.targets.set('team-a', target);
    harness.service.contextsChanged();
  }

  it('take watches of all contexts, and of themselves, along', async () => {
    const all: RunChange[] = [];
    harness.service.watch(undefined, (change) => all.push(change));
    use(new MemoryTarget('team-a'));
    const own: RunChange[] = [];
    const watching = harness.service.watch('team-a', (change) => own.push(change));
    await harness.submit({ context: 'team-a' });
    expect(runsIn(all)).toEqual(['team-a submitting']);
    expect(runsIn(own)).toEqual(['team-a submitting']);
    use(undefined);
    expect((await refusal(harness.service.list({ context: 'team-a' }, never))).code).toBe('context.unknown');
    use(new MemoryTarget('team-a'));
    expect(await harness.service.list({ context: 'team-a' }, never)).toEqual([]);
    await harness.submit({ context: 'team-a' });
    expect(runsIn(own)).toEqual(['team-a submitting', 'team-a submitting']);
    watching.dispose();
    await harness.submit({ context: 'team-a' });
    expect(runsIn(own)).toHaveLength(2);
    expect(runsIn(all)).toHaveLength(3);
  });

  it('leave the others, and what was read of them, alone', async () => {
    const run = await harness.submit();
    harness.finish(run.name);
    await harness.service.get({ run: run.name }, never);
    const reads = harness.target.eventReads;
    use(new MemoryTarget('team-a'));
    use(undefined);
    await harness.service.get({ run: run.name }, never);
    expect(harness.target.eventReads).toBe(reads);
  });
});

describe('watching', () => {
  function watch(context?: string): { changes: RunChange[]; dispose: () => void } {
    const changes: RunChange[] = [];
    const watching = harness.service.watch(context, (change) => changes.push(change));
    return { changes, dispose: () => watching.dispose() };
  }

  /** From now on events are read at once, and given when the test lets them go. */
  function slowReads(): (() => void)[] {
    const waiting: (() => void)[] = [];
    const events = harness.target.events.bind(harness.target);
    harness.target.events = async (run, signal) => {
      const answer = await events(run, signal);
      await new Promise<void>((resolve) => waiting.push(resolve));
      return answer;
    };
    return waiting;
  }

  function states(changes: readonly RunChange[]): unknown[] {
    return changes.map((change) =>
      change.kind === 'changed'
        ? [change.run.name, change.run.state]
        : ['run' in change ? change.run : change.context, change.kind],
    );
  }

  it('does not tell how a run is, only how it becomes', async () => {
    const run = await harness.submit();
    const { changes } = watch();
    await harness.service.list({}, never);
    harness.target.tell({ kind: 'changed', run: run.name });
    harness.target.log(run.name, 'prepare', 'text\n', harness.clock);
    await settle();
    expect(changes).toEqual([]);
    harness.target.emit(run.name, queued(1));
    await settle();
    expect(states(changes)).toEqual([[run.name, 'queued']]);
  });

  it('does not tell of a run that nobody has asked about until something happens to it', async () => {
    const run = await harness.submit();
    const fresh = new ServiceHarness([], harness.target);
    fresh.clock = harness.clock + 50_000;
    const changes: RunChange[] = [];
    fresh.service.watch(undefined, (change) => changes.push(change));
    harness.target.tell({ kind: 'changed', run: run.name });
    await settle();
    expect(changes).toEqual([]);
    harness.target.emit(run.name, { type: 'staging', time: fresh.clock + 1 });
    await settle();
    expect(states(changes)).toEqual([[run.name, 'staging']]);
    fresh.close();
  });

  it('gathers what happens at once, and ends with how it is', async () => {
    const run = await harness.submit();
    const { changes } = watch();
    for (let position = 9; position >= 0; position -= 1) harness.target.emit(run.name, queued(position));
    await settle();
    expect(changes.length).toBeLessThanOrEqual(2);
    expect(changes.at(-1)).toMatchObject({ run: { state: 'queued', queuePosition: 0 } });
  });

  it('reads again what changed while it was being read', async () => {
    const run = await harness.submit();
    const { changes } = watch();
    const reads = slowReads();
    harness.target.emit(run.name, queued(5));
    await settle();
    harness.target.emit(run.name, queued(4));
    await settle();
    expect(reads).toHaveLength(1);
    for (let read = reads.shift(); read !== undefined; read = reads.shift()) {
      read();
      await settle();
    }
    expect(changes.map((change) => change.kind === 'changed' && change.run.queuePosition)).toEqual([5, 4]);
  });

  it('never goes back, though an older answer comes later', async () => {
    const run = await harness.submit();
    const { changes } = watch();
    const reads = slowReads();
    const older = harness.service.get({ run: run.name }, never);
    await settle();
    harness.target.runs.get(run.name)?.events.push(queued(5));
    const newer = harness.service.get({ run: run.name }, never);
    await settle();
    for (const read of reads.reverse()) read();
    expect(await older).toEqual(await newer);
    expect(states(changes)).toEqual([[run.name, 'queued']]);
  });

  it('tells of new runs, whoever submits them, and of deleted ones', async () => {
    const { changes } = watch('local');
    const own = await harness.submit();
    const other = new ServiceHarness([], harness.target);
    other.clock = harness.clock;
    const foreign = await other.submit({}, { notebook: 'analysis.ipynb', name: 'foreign' });
    await settle();
    expect(states(changes)).toEqual([
      [own.name, 'submitting'],
      [foreign.name, 'submitting'],
    ]);
    changes.length = 0;
    other.finish(foreign.name);
    await settle();
    await other.service.delete({ run: foreign.name }, never);
    await settle();
    expect(states(changes)).toEqual([
      [foreign.name, 'succeeded'],
      [foreign.name, 'deleted'],
    ]);
    expect((await refusal(harness.service.get({ run: foreign.name }, never))).code).toBe('run.notFound');
    other.close();
  });

  it('does not tell of a run again that was deleted while it was read', async () => {
    const run = await harness.submit();
    harness.finish(run.name);
    // Its clock is behind, so that the run ends after the watch began.
    const other = new ServiceHarness([], harness.target);
    const changes: RunChange[] = [];
    other.service.watch(undefined, (change) => changes.push(change));
    const reads = slowReads();
    const list = other.service.list({}, never);
    await settle();
    await harness.target.delete(run.name);
    for (const read of reads) read();
    await list;
    expect(states(changes)).toEqual([[run.name, 'deleted']]);
    other.close();
  });

  it("tells of a change that somebody else's question came upon first, once", async () => {
    const run = await harness.submit();
    const { changes } = watch();
    harness.target.runs.get(run.name)?.events.push(queued(3));
    await harness.service.get({ run: run.name }, never);
    harness.target.tell({ kind: 'changed', run: run.name });
    await settle();
    expect(states(changes)).toEqual([[run.name, 'queued']]);
  });

  it("has the diagnosis of a run that fails, from the end of the failing step's log", async () => {
    const run = await harness.submit();
    const { changes } = watch();
    harness.target.log(run.name, 'prepare', 'fine\n', harness.clock);
    harness.target.log(run.name, 'notebook', `${'x'.repeat(99)}\n`.repeat(1_000), harness.clock);
    harness.target.log(run.name, 'notebook', "ModuleNotFoundError: No module named 'scanpy'\n", harness.clock);
    harness.finish(run.name, { notebook: 'failed' });
    await settle();
    const [last] = changes.slice(-1);
    if (last?.kind !== 'changed') throw new Error('nothing was told');
    expect(last.run.diagnosis?.evidence.join()).toContain('scanpy');
    const reads = harness.target.eventReads;
    expect(await harness.service.get({ run: run.name }, never)).toEqual(last.run);
    expect(harness.target.eventReads).toBe(reads);
    expect(changes.filter((change) => change.kind === 'changed' && change.run.state === 'failed')).toHaveLength(1);
  });

  it('tells each watcher of its context, until it leaves', async () => {
    const both = new ServiceHarness([new MemoryTarget('team-a')]);
    const local: RunChange[] = [];
    const all: RunChange[] = [];
    const one = both.service.watch('local', (change) => local.push(change));
    const other = both.service.watch(undefined, (change) => all.push(change));
    await both.submit({ context: 'team-a' });
    const run = await both.submit();
    await settle();
    expect([local.length, all.length]).toEqual([1, 2]);
    other.dispose();
    both.target.emit(run.name, { type: 'staging', time: both.clock });
    await settle();
    expect([local.length, all.length]).toEqual([2, 2]);
    expect(both.target.watchers).toBe(1);
    one.dispose();
    both.close();
    expect(both.target.watchers).toBe(0);
  });

  it('has all runs followed only while somebody wants to hear of all', async () => {
    const run = await harness.submit();
    const changes: RunChange[] = [];
    const one = harness.service.watch('local', (change) => changes.push(change), 'asked');
    const reading = harness.service.readLog({ run: run.name, position: '', waitMs: 60_000 }, never);
    await settle();
    expect(harness.target.scopes).toEqual(['asked']);
    const all = watch();
    expect(harness.target.scopes).toEqual(['all']);
    watch();
    expect(harness.target.scopes).toEqual(['all']);
    all.dispose();
    // Who watched less goes on to hear of its own, and what was being read meanwhile is told.
    harness.target.emit(run.name, queued(1));
    await settle();
    expect(states(changes)).toEqual([[run.name, 'queued']]);
    one.dispose();
    harness.finish(run.name);
    await reading;
  });

  it('tells also those who come later that there is no news, for as long as that is so', () => {
    const connections = (changes: readonly RunChange[]) =>
      changes.map((change) => (change.kind === 'connection' ? `${change.state} ${change.since}` : change.kind));
    const first = watch();
    harness.target.tell({ kind: 'connection', state: 'stale', since: 7 });
    const second = watch();
    expect(connections(second.changes)).toEqual(['stale 7']);
    // Nobody watches for a moment; the watch of the target goes on.
    first.dispose();
    second.dispose();
    const third = watch();
    expect(connections(third.changes)).toEqual(['stale 7']);
    harness.target.tell({ kind: 'connection', state: 'live', since: 9 });
    expect(connections(third.changes)).toEqual(['stale 7', 'live 9']);
    expect(connections(watch().changes)).toEqual([]);
  });

  it('goes on when a watcher fails', async () => {
    const { changes } = watch();
    const failing = harness.service.watch(undefined, () => {
      throw new Error('listener');
    });
    const after = watch();
    await harness.submit();
    await settle();
    expect([changes.length, after.changes.length]).toEqual([1, 1]);
    expect(harness.errors.splice(0)).toEqual([new Error('listener')]);
    failing.dispose();
  });
});

describe('cancel and delete', () => {
  it('cancel asks the target, and leaves a run that has ended as it is', async () => {
    const run = await harness.submit();
    expect((await harness.service.cancel({ run: run.name }, never)).cancelRequested).toBe(true);
    harness.finish(run.name, { prepare: 'cancelled' });
    const ended = await harness.service.get({ run: run.name }, never);
    expect(await harness.service.cancel({ run: run.name }, never)).toEqual(ended);
  });

  it('delete leaves a run that the target does not let go, and knows none that is gone', async () => {
    const run = await harness.submit();
    expect((await refusal(harness.service.delete({ run: run.name }, never))).code).toBe('run.conflict');
    harness.finish(run.name);
    await harness.service.delete({ run: run.name }, never);
    expect(harness.target.runs.size).toBe(0);
    expect((await refusal(harness.service.delete({ run: run.name }, never))).code).toBe('run.notFound');
  });
});
