import { describe, expect, it } from 'vitest';
import { type RequestName, SlipwayError } from '../protocol/index.ts';
import { NotificationEmitters } from './notificationEmitters.ts';
import { type Client, CoreConnection, type CoreConnectionOptions } from './coreConnection.ts';

const never = new AbortController().signal;

/** A core that answers `initialize`, refuses all else and dies when told so. */
class Core implements Client {
  readonly requests: RequestName[] = [];
  disposed = false;
  die: (reason: SlipwayError) => void = () => undefined;
  readonly closed = new Promise<SlipwayError>((resolve) => {
    this.die = resolve;
  });

  request: Client['request'] = (name) => {
    this.requests.push(name);
    if (name === 'initialize') return Promise.resolve({ contexts: ['local'] } as never);
    return Promise.reject(new SlipwayError('run.notFound', 'There is no such run.'));
  };

  readonly notifications = new NotificationEmitters();
  onNotification: Client['onNotification'] = (name, listener) => this.notifications.on(name, listener);

  break(): void {
    this.die(new SlipwayError('internal', 'Broken.'));
  }

  dispose(): void {
    this.disposed = true;
    this.die(new SlipwayError('internal', 'The core closed the connection.'));
  }
}

/** Cores that a test breaks, and a clock that it turns. */
function rig(whenIdle: CoreConnectionOptions['whenIdle'], start: () => Core | Promise<Core> = () => new Core()) {
  const timers = new Map<number, { readonly at: number; readonly work: () => void }>();
  const cores: Core[] = [];
  const told: boolean[] = [];
  let time = 0;
  let id = 0;
  const connection = new CoreConnection({
    connect: async () => {
      const core = await start();
      cores.push(core);
      return core;
    },
    host: { name: 'test', version: '0.1.0' },
    locale: 'en',
    whenIdle,
    after: (delayMs, work) => {
      const key = id++;
      timers.set(key, { at: time + delayMs, work });
      return { dispose: () => timers.delete(key) };
    },
  });
  connection.onConnection((connected) => told.push(connected));
  return {
    connection,
    cores,
    told,
    /** Lets the time pass, with everything that it brings. */
    pass: async (ms: number) => {
      time += ms;
      for (const [key, { at, work }] of [...timers]) {
        if (at > time || !timers.delete(key)) continue;
        work();
      }
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

describe.each(['keep', 'leave'] as const)('the connection to the core, to %s when idle,', (whenIdle) => {
  it('is not made before somebody needs it', async () => {
    const { cores, pass } = rig(whenIdle);
    await pass(1_000_000);
    expect(cores).toHaveLength(0);
  });

  it('is made once for many requests, whose errors are the core’s', async () => {
    const { connection, cores } = rig(whenIdle);
    const asked = [1, 2, 3].map(() => connection.request('runs/get', { run: 'a' }, never));
    for (const one of asked) await expect(one).rejects.toMatchObject({ code: 'run.notFound' });
    expect(cores).toHaveLength(1);
    expect(cores[0]?.requests).toEqual(['initialize', 'runs/get', 'runs/get', 'runs/get']);
    expect(connection.contexts).toEqual(['local']);
  });

  it('is made again when it breaks while it is held, and tells so', async () => {
    const { connection, cores, told, pass } = rig(whenIdle);
    connection.hold();
    await pass(0);
    cores[0]?.break();
    await pass(0);
    expect(cores[0]?.disposed).toBe(true);
    expect(connection.failure?.message).toBe('Broken.');
    await pass(250);
    expect(told).toEqual([true, false, true]);
    expect(cores).toHaveLength(2);
    expect(connection.failure).toBeUndefined();
  });

  it('is tried for less and less often while it fails, and says why', async () => {
    let tries = 0;
    const { connection, pass } = rig(whenIdle, () => {
      tries += 1;
      throw new SlipwayError('usage', 'No Node here.');
    });
    connection.hold();
    await pass(0);
    for (const [ms, expected] of [
      [249, 1],
      [1, 2],
      [499, 2],
      [1, 3],
      [1000, 4],
    ] as const) {
      await pass(ms);
      expect(tries).toBe(expected);
    }
    for (let count = 5; count <= 20; count += 1) {
      await pass(30_000);
      expect(tries).toBe(count);
    }
    expect(connection.failure?.code).toBe('usage');
  });

  it('is not made faster and faster with a core that dies as soon as it has started', async () => {
    const { connection, cores, pass } = rig(whenIdle);
    connection.hold();
    await pass(0);
    for (const pauseMs of [250, 500, 1000, 2000]) {
      const before = cores.length;
      cores.at(-1)?.break();
      await pass(0);
      await pass(pauseMs - 1);
      expect(cores).toHaveLength(before);
      await pass(1);
      expect(cores).toHaveLength(before + 1);
    }
    await pass(10_000);
    cores.at(-1)?.break();
    await pass(0);
    await pass(250);
    expect(cores).toHaveLength(6);
  });

  it('is tried for at once when something is asked for between two tries', async () => {
    const { connection, cores, pass } = rig(whenIdle);
    await connection.open(never);
    cores[0]?.break();
    await pass(0);
    await connection.open(never);
    expect(cores).toHaveLength(2);
    await pass(5_000);
    expect(cores).toHaveLength(2);
  });

  it('lets go of who no longer asks, and goes on for the others', async () => {
    let start: (core: Core) => void = () => undefined;
    const { connection } = rig(whenIdle, () => new Promise<Core>((resolve) => (start = resolve)));
    const asking = new AbortController();
    const given = connection.open(asking.signal);
    const other = connection.open(never);
    asking.abort();
    await expect(given).rejects.toMatchObject({ code: 'cancelled' });
    start(new Core());
    await other;
    expect(connection.connected).toBe(true);
  });

  it('ends with the window, and is not made again', async () => {
    const { connection, cores, pass } = rig(whenIdle);
    connection.hold();
    await pass(0);
    connection.dispose();
    await pass(1_000_000);
    expect(cores).toHaveLength(1);
    expect(cores[0]?.disposed).toBe(true);
    await expect(connection.open(never)).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('ends a core that comes up after the window has closed', async () => {
    let start: (core: Core) => void = () => undefined;
    const { connection, told, pass } = rig(whenIdle, () => new Promise<Core>((resolve) => (start = resolve)));
    const given = connection.open(never);
    await pass(0);
    connection.dispose();
    const late = new Core();
    start(late);
    await expect(given).rejects.toMatchObject({ code: 'cancelled' });
    expect(late.disposed).toBe(true);
    expect(connection.connected).toBe(false);
    expect(told).toEqual([]);
  });
});

it('names the contexts that there are now, before it tells of the change', async () => {
  const { connection, cores } = rig('keep');
  await connection.open(never);
  const seen: (readonly string[])[] = [];
  connection.onNotification('contexts/changed', () => seen.push(connection.contexts));
  cores[0]?.notifications.fire('contexts/changed', { contexts: ['local', 'team-a'], current: 'local' });
  expect(seen).toEqual([['local', 'team-a']]);
});

it('misses no change of the contexts while it says hello', async () => {
  class Changing extends Core {
    override request: Client['request'] = (name) => {
      if (name !== 'initialize') return Promise.reject(new SlipwayError('run.notFound', 'There is no such run.'));
      this.notifications.fire('contexts/changed', { contexts: ['local', 'team-a'], current: 'local' });
      return Promise.resolve({ contexts: ['local'] } as never);
    };
  }
  const { connection } = rig('keep', () => new Changing());
  await connection.open(never);
  expect(connection.contexts).toEqual(['local', 'team-a']);
});

it('keeps a connection once something was asked for', async () => {
  const { connection, cores, pass } = rig('keep');
  await connection.open(never);
  await pass(1_000_000);
  expect(cores[0]?.disposed).toBe(false);
  cores[0]?.break();
  await pass(0);
  await pass(250);
  expect(cores).toHaveLength(2);
});

describe('a connection that may leave', () => {
  it('ends when nobody has held it for a while', async () => {
    const { connection, cores, pass } = rig('leave');
    const held = connection.hold();
    await pass(0);
    await pass(1_000_000);
    expect(cores[0]?.disposed).toBe(false);
    held.dispose();
    held.dispose();
    await pass(29_000);
    expect(cores[0]?.disposed).toBe(false);
    await pass(1_000);
    expect(cores[0]?.disposed).toBe(true);
    expect(connection.connected).toBe(false);
    expect(connection.failure).toBeUndefined();
  });

  it('stays when it is held again in time', async () => {
    const { connection, cores, pass } = rig('leave');
    connection.hold().dispose();
    await connection.open(never);
    const first = connection.hold();
    first.dispose();
    await pass(20_000);
    connection.hold();
    await pass(60_000);
    expect(cores).toHaveLength(1);
    expect(cores[0]?.disposed).toBe(false);
  });

  it('is not made again when it breaks and nobody holds it', async () => {
    const { connection, cores, pass } = rig('leave');
    await connection.open(never);
    cores[0]?.break();
    await pass(0);
    await pass(1_000_000);
    expect(cores).toHaveLength(1);
  });
});
