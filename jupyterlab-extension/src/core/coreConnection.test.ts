import { describe, expect, it } from 'vitest';
import { SlipwayError } from '@slipway/shared/protocol';
import { type Client, CoreConnection } from './coreConnection.ts';

const never = new AbortController().signal;

/** A core that a test breaks, and a clock that it turns. */
function rig() {
  const timers = new Map<number, { readonly at: number; readonly work: () => void }>();
  const opened: { readonly break: () => void; disposed: boolean }[] = [];
  let time = 0;
  let id = 0;
  let refuse = false;
  const connect = (): Promise<Client> => {
    if (refuse) return Promise.reject(new SlipwayError('internal', 'No Node.'));
    let resolve: (reason: SlipwayError) => void = () => undefined;
    const closed = new Promise<SlipwayError>((settle) => {
      resolve = settle;
    });
    const entry = { break: () => resolve(new SlipwayError('internal', 'Broken.')), disposed: false };
    opened.push(entry);
    return Promise.resolve({
      contexts: ['local'],
      closed,
      request: () => Promise.reject(new SlipwayError('run.notFound', 'There is no such run.')),
      onNotification: () => ({ dispose: () => undefined }),
      dispose: () => {
        entry.disposed = true;
      },
    });
  };
  const connection = new CoreConnection({
    connect,
    after: (delayMs, work) => {
      const key = id++;
      timers.set(key, { at: time + delayMs, work });
      return { dispose: () => timers.delete(key) };
    },
  });
  return {
    connection,
    opened,
    setRefuse: (value: boolean) => (refuse = value),
    /** Lets the time pass, with everything that it brings. */
    pass: async (ms: number) => {
      time += ms;
      for (const [key, { at, work }] of [...timers]) {
        if (at > time) continue;
        timers.delete(key);
        work();
      }
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

describe('the connection to the core', () => {
  it('is not made before somebody needs it', async () => {
    const { opened, pass } = rig();
    await pass(1_000_000);
    expect(opened).toHaveLength(0);
  });

  it('is made once for many requests, whose errors are the core’s', async () => {
    const { connection, opened } = rig();
    const asked = [1, 2, 3].map(() => connection.request('runs/get', { run: 'a' }, never));
    for (const one of asked) await expect(one).rejects.toMatchObject({ code: 'run.notFound' });
    expect(opened).toHaveLength(1);
    expect(connection.contexts).toEqual(['local']);
  });

  it('ends when nobody has held it for a while', async () => {
    const { connection, opened, pass } = rig();
    const held = connection.hold();
    await pass(0);
    await pass(1_000_000);
    expect(opened[0]?.disposed).toBe(false);
    held.dispose();
    held.dispose();
    await pass(29_000);
    expect(opened[0]?.disposed).toBe(false);
    await pass(1_000);
    expect(opened[0]?.disposed).toBe(true);
    expect(connection.connected).toBe(false);
  });

  it('stays when it is held again in time', async () => {
    const { connection, opened, pass } = rig();
    connection.hold().dispose();
    await pass(0);
    const first = connection.hold();
    await pass(0);
    first.dispose();
    await pass(20_000);
    connection.hold();
    await pass(60_000);
    expect(opened).toHaveLength(1);
    expect(opened[0]?.disposed).toBe(false);
  });

  it('is made again when it breaks while it is held, and tells so', async () => {
    const { connection, opened, pass } = rig();
    const told: boolean[] = [];
    connection.onConnection((connected) => told.push(connected));
    connection.hold();
    await pass(0);
    opened[0]?.break();
    await pass(0);
    await pass(0);
    expect(told).toEqual([true, false, true]);
    expect(opened).toHaveLength(2);
  });

  it('is tried for less and less often while it fails, and says why', async () => {
    const { connection, opened, pass, setRefuse } = rig();
    setRefuse(true);
    connection.hold();
    await pass(0);
    expect(connection.failure?.message).toBe('No Node.');
    setRefuse(false);
    await pass(900);
    expect(opened).toHaveLength(0);
    await pass(100);
    expect(opened).toHaveLength(1);
    expect(connection.failure).toBeUndefined();
  });

  it('is not made again once the page closes', async () => {
    const { connection, opened, pass } = rig();
    connection.hold();
    await pass(0);
    connection.dispose();
    await pass(1_000_000);
    expect(opened).toHaveLength(1);
    expect(opened[0]?.disposed).toBe(true);
    await expect(connection.request('runs/get', { run: 'a' }, never)).rejects.toMatchObject({ code: 'cancelled' });
  });
});
