import { type RequestName, SlipwayError } from '@slipway/shared/protocol';
import { expect, it, vi } from 'vitest';
import { type Client, CoreConnection } from './coreConnection.ts';

/** A core that answers `initialize`, and dies when told so. */
class Core implements Client {
  readonly protocolVersion = '1.0';
  readonly requests: RequestName[] = [];
  readonly listeners: ((params: never) => void)[] = [];
  disposed = false;
  die: (reason: SlipwayError) => void = () => undefined;
  readonly closed = new Promise<SlipwayError>((resolve) => {
    this.die = resolve;
  });

  request: Client['request'] = (name) => {
    this.requests.push(name);
    return Promise.resolve({ contexts: ['local'], runs: [] } as never);
  };

  onNotification: Client['onNotification'] = (_name, listener) => {
    this.listeners.push(listener);
    return { dispose: () => undefined };
  };

  dispose(): void {
    this.disposed = true;
  }
}

function connection(start: () => Client) {
  const pauses: { delayMs: number; work: () => void }[] = [];
  const core = new CoreConnection({
    start,
    version: '0.1.0',
    locale: 'en',
    after: (delayMs, work) => {
      pauses.push({ delayMs, work });
      return { dispose: () => undefined };
    },
  });
  return { core, pauses };
}

const signal = new AbortController().signal;

it('starts no core before something is asked, then one for all', async () => {
  const start = vi.fn(() => new Core());
  const { core } = connection(start);
  expect(start).not.toHaveBeenCalled();
  await Promise.all([core.request('runs/list', {}, signal), core.request('runs/list', {}, signal)]);
  expect(start).toHaveBeenCalledTimes(1);
  expect(core.contexts).toEqual(['local']);
});

it('starts another core when one dies, and tells', async () => {
  const cores: Core[] = [];
  const { core, pauses } = connection(() => {
    const made = new Core();
    cores.push(made);
    return made;
  });
  const told: boolean[] = [];
  core.onConnection((connected) => told.push(connected));
  await core.open();
  cores[0]?.die(new SlipwayError('internal', 'The core closed the connection.'));
  await vi.waitFor(() => expect(told).toEqual([true, false]));
  expect(cores[0]?.disposed).toBe(true);
  pauses[0]?.work();
  await vi.waitFor(() => expect(told).toEqual([true, false, true]));
  expect(cores).toHaveLength(2);
});

it('waits longer from failure to failure, and says why there is no core', async () => {
  const { core, pauses } = connection(() => {
    throw new SlipwayError('usage', 'No Node here.');
  });
  await expect(core.open()).rejects.toThrow('No Node here.');
  for (let tries = 0; tries < 10; tries += 1) {
    pauses.at(-1)?.work();
    await vi.waitFor(() => expect(pauses).toHaveLength(tries + 2));
  }
  expect(pauses.slice(0, 3).map(({ delayMs }) => delayMs)).toEqual([250, 500, 1000]);
  expect(pauses.at(-1)?.delayMs).toBe(30_000);
  expect(core.failure?.code).toBe('usage');
});

it('ends its core with the window and starts none afterwards', async () => {
  const made = new Core();
  const { core } = connection(() => made);
  await core.open();
  core.dispose();
  expect(made.disposed).toBe(true);
});
