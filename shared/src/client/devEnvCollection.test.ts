import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import type { DevEnv } from '../protocol/index.ts';
import { DevEnvCollection, type DevEnvReading } from './devEnvCollection.ts';
import { devEnvNamed } from '../protocol/testing/devEnvs.ts';

/** The core: what it has, and what it has told but not brought. */
class ModelCore {
  readonly devEnvs = new Map<string, DevEnv>();
  readonly news: ({ readonly put: DevEnv } | { readonly remove: string })[] = [];
  #version = 0;

  change(name: string): void {
    const after = devEnvNamed(name, { createdAt: (this.#version += 1) });
    this.devEnvs.set(name, after);
    this.news.push({ put: after });
  }

  remove(name: string): void {
    if (this.devEnvs.delete(name)) this.news.push({ remove: name });
  }
}

const commands = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constantFrom('change' as const, 'remove' as const), name: fc.constantFrom('a', 'b', 'c') }),
    fc.record({ kind: fc.constantFrom('bring', 'begin', 'read', 'answer', 'break') }),
  ),
  { maxLength: 60 },
);

it('has what the core has once everything has arrived, whatever the order of lists and news', () => {
  fc.assert(
    fc.property(commands, (steps) => {
      const core = new ModelCore();
      const devEnvs = new DevEnvCollection();
      const lists: { readonly reading: DevEnvReading; page: readonly DevEnv[] | undefined }[] = [];
      const begin = (): unknown => lists.push({ reading: devEnvs.beginList('team-a'), page: undefined });
      const bring = (): void => {
        const next = core.news.shift();
        if (next !== undefined && 'put' in next) devEnvs.put(next.put);
        else if (next !== undefined) devEnvs.remove('team-a', next.remove);
      };
      const read = (): void => {
        for (const list of lists) list.page ??= [...core.devEnvs.values()];
      };
      const answer = (): void => {
        const list = lists.shift();
        if (list?.page !== undefined) devEnvs.takeList(list.reading, list.page);
      };
      const broken = (): void => {
        devEnvs.abandonLists();
        core.news.length = 0;
        lists.length = 0;
        begin();
      };
      begin();
      for (const step of steps) {
        if ('name' in step) core[step.kind](step.name);
        else if (step.kind === 'bring') bring();
        else if (step.kind === 'begin') begin();
        else if (step.kind === 'read') read();
        else if (step.kind === 'answer') answer();
        else broken();
      }
      begin();
      read();
      while (core.news.length > 0) bring();
      while (lists.length > 0) answer();
      expect(new Map(devEnvs.all.map((each) => [each.name, each]))).toEqual(core.devEnvs);
    }),
    { numRuns: 2000 },
  );
});

it('has one’s own first, then by name, wherever they are', () => {
  const devEnvs = new DevEnvCollection();
  devEnvs.put(devEnvNamed('b', { state: 'failed' }));
  devEnvs.put(devEnvNamed('a', { mine: false }));
  devEnvs.put(devEnvNamed('c', { context: 'team-b' }));
  devEnvs.put(devEnvNamed('b', { context: 'team-b' }));
  expect(devEnvs.all.map(({ name, context }) => `${name} ${context}`)).toEqual([
    'b team-a',
    'b team-b',
    'c team-b',
    'a team-a',
  ]);
  devEnvs.forget('team-b');
  expect(devEnvs.all.map(({ name }) => name)).toEqual(['b', 'a']);
});

it('keeps what a pod said of itself when a list says nothing of that, as long as it is the same pod', () => {
  const devEnvs = new DevEnvCollection();
  const listed = devEnvNamed('a', { state: 'running', startedAt: 1, idle: { stopAfterMs: 60_000 } });
  const idle = { stopAfterMs: 60_000, idleMs: 50_000, stopsAt: 70_000 };
  const seen = { ...listed, idle, disk: { ...listed.disk, usedBytes: 5, totalBytes: 10 } };
  devEnvs.put(seen);
  devEnvs.takeList(devEnvs.beginList(listed.context), [listed]);
  expect(devEnvs.all).toEqual([seen]);
  const next = { ...listed, startedAt: 2 };
  devEnvs.takeList(devEnvs.beginList(listed.context), [next]);
  expect(devEnvs.all).toEqual([next]);
});
