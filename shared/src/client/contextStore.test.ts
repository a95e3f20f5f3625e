import { describe, expect, it } from 'vitest';
import { type ContextSummary, SlipwayError } from '../protocol/index.ts';
import { ContextStore } from './contextStore.ts';
import { Emitter } from './emitter.ts';
import { NotificationEmitters } from './notificationEmitters.ts';

const local: ContextSummary = { name: 'local', current: true, authentication: 'none', signIn: { state: 'notNeeded' } };
const team: ContextSummary = { name: 'team-a', current: false, authentication: 'oidc', signIn: { state: 'signedOut' } };

function rig() {
  const connection = new Emitter<boolean>();
  const notifications = new NotificationEmitters();
  const answers: {
    readonly answer: (contexts: readonly ContextSummary[], problem?: { readonly message: string }) => void;
    readonly fail: (e: Error) => void;
  }[] = [];
  const failures: unknown[] = [];
  const store = new ContextStore(
    {
      request: (_name, _params, signal) =>
        new Promise((resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason as Error));
          const give = resolve as (result: unknown) => void;
          answers.push({ answer: (contexts, problem) => give({ contexts, problem }), fail: reject });
        }),
      onNotification: (name, listener) => notifications.on(name, listener),
      onConnection: (listener) => connection.on(listener),
    },
    (error) => failures.push(error),
  );
  let changes = 0;
  store.onChange(() => (changes += 1));
  return { store, connection, notifications, answers, failures, changes: () => changes };
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('the contexts of a host', () => {
  it('are asked for with every connection, and stay while there is none', async () => {
    const { store, connection, answers } = rig();
    expect(store.contexts).toEqual([]);
    connection.fire(true);
    answers[0]?.answer([local, team]);
    await settled();
    connection.fire(false);
    expect(store.get('team-a')).toEqual(team);
    connection.fire(true);
    expect(answers).toHaveLength(2);
  });

  it('are asked for anew when the file changes, and only the last answer counts', async () => {
    const { store, connection, notifications, answers } = rig();
    connection.fire(true);
    notifications.fire('contexts/changed', { contexts: ['local', 'team-a'], current: 'local' });
    answers[1]?.answer([local, team]);
    answers[0]?.answer([local]);
    await settled();
    expect(store.contexts).toEqual([local, team]);
  });

  it('say at once who signed in, whatever is on its way', async () => {
    const { store, connection, notifications, answers } = rig();
    connection.fire(true);
    answers[0]?.answer([local, team]);
    await settled();
    notifications.fire('identity/changed', { context: 'team-a', signIn: { state: 'signedIn', user: 'alice' } });
    expect(store.get('team-a')?.signIn).toEqual({ state: 'signedIn', user: 'alice' });
    expect(store.get('local')).toEqual(local);
  });

  it('tell what is wrong with the file that names them, until it is mended', async () => {
    const { store, connection, notifications, answers } = rig();
    connection.fire(true);
    answers[0]?.answer([local], { message: 'config.yaml is of a newer version.' });
    await settled();
    expect(store.problem).toEqual({ message: 'config.yaml is of a newer version.' });
    notifications.fire('contexts/changed', { contexts: ['local', 'team-a'], current: 'local' });
    answers[1]?.answer([local, team]);
    await settled();
    expect(store.problem).toBeUndefined();
  });

  it('tell why they could not be listed, but not that the window closes', async () => {
    const { store, connection, answers, failures } = rig();
    connection.fire(true);
    answers[0]?.fail(new SlipwayError('context.invalid', 'It cannot be read.'));
    await settled();
    expect(failures).toHaveLength(1);
    connection.fire(true);
    store.dispose();
    await settled();
    expect(failures).toHaveLength(1);
  });
});
