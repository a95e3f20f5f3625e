import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { Store, type Change } from './store.ts';
import type { RawObject } from './watchEvent.ts';

const schema = z.object({ id: z.string(), uid: z.string(), version: z.string() });
type Item = z.infer<typeof schema>;

const raw = (name: string, uid: string, resourceVersion: string): RawObject => ({
  namespace: 'ns',
  name,
  uid,
  resourceVersion,
  labels: {},
  value: { id: name, uid, version: resourceVersion },
});

function createStore() {
  const changes: Change<Item>[] = [];
  const unreadable: string[] = [];
  const store = new Store({
    schema,
    key: ({ id }) => id,
    onChange: (change) => changes.push(change),
    onUnreadable: (name) => unreadable.push(name),
  });
  const words = () =>
    changes.splice(0).map(({ type, object }) => `${type} ${object.id} ${object.uid}@${object.version}`);
  return { store, words, unreadable };
}

describe('the store of a reflector', () => {
  it('tells what became of each object', () => {
    const { store, words } = createStore();
    store.put(raw('a', '1', '5'));
    store.put(raw('a', '1', '5'));
    store.put(raw('a', '1', '6'));
    store.put(raw('a', '2', '7'));
    store.remove(raw('a', '1', '8'));
    store.remove(raw('a', '2', '9'));
    expect(words()).toEqual(['added a 1@5', 'modified a 1@6', 'deleted a 1@6', 'added a 2@7', 'deleted a 2@7']);
  });

  it('deletes what a list that came to its end does not have', () => {
    const { store, words } = createStore();
    for (const name of ['a', 'b', 'c']) store.put(raw(name, name, '1'));
    words();
    store.beginList();
    store.put(raw('a', 'a', '1'));
    store.beginList();
    store.put(raw('b', 'b', '2'));
    store.put(raw('d', 'd', '3'));
    store.endList();
    expect(words()).toEqual(['modified b b@2', 'added d d@3', 'deleted a a@1', 'deleted c c@1']);
    store.endList();
    expect([...store.items.keys()]).toEqual(['b', 'd']);
  });

  it('leaves out what does not match the schema, and says so', () => {
    const { store, words, unreadable } = createStore();
    store.put(raw('a', '1', '5'));
    store.put({ ...raw('a', '1', '6'), value: { id: 7 } });
    expect(words()).toEqual(['added a 1@5', 'deleted a 1@5']);
    expect(unreadable).toEqual(['a']);
    expect(store.items.size).toBe(0);
  });

  it('tells changes from which its content follows', () => {
    const object = fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.constantFrom('u', 'v'), fc.nat(3).map(String));
    const action = fc.oneof(
      object.map((of): ['put' | 'remove', typeof of] => ['put', of]),
      object.map((of): ['put' | 'remove', typeof of] => ['remove', of]),
      fc.constantFrom<['begin' | 'end']>(['begin'], ['end']),
    );
    fc.assert(
      fc.property(fc.array(action, { maxLength: 40 }), (actions) => {
        const model = new Map<string, Item>();
        const store = new Store({
          schema,
          key: ({ id }) => id,
          onChange: (change) => {
            expect(model.has(change.object.id)).toBe(change.type !== 'added');
            if (change.type === 'modified') expect(model.get(change.object.id)).toEqual(change.before);
            if (change.type === 'deleted') model.delete(change.object.id);
            else model.set(change.object.id, change.object);
          },
          onUnreadable: () => expect.unreachable(),
        });
        for (const [what, of] of actions) {
          if (what === 'begin') store.beginList();
          else if (what === 'end') store.endList();
          else if (of !== undefined) store[what](raw(...of));
          expect([...store.items.entries()].sort()).toEqual([...model.entries()].sort());
        }
      }),
    );
  });
});
