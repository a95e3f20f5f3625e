import * as fc from 'fast-check';
import { expect, it, vi } from 'vitest';
import { PanelRelay, type PanelRelayOptions } from './panelRelay.ts';
import type { HostMessage } from './panelShown.ts';

/** For a machine that does other things besides. */
const patient = { timeout: 20_000 };

function relay(answer: (name: string) => unknown = () => ({})) {
  const sent: HostMessage[] = [];
  const asked: string[] = [];
  const listeners = new Map<string, (params: never) => void>();
  const core: PanelRelayOptions['core'] = {
    connected: true,
    request: (name) => {
      asked.push(name);
      return Promise.resolve(answer(name) as never);
    },
    onNotification: (name, listener) => {
      listeners.set(name, listener);
      return { dispose: () => listeners.delete(name) };
    },
    onConnection: () => ({ dispose: () => undefined }),
  };
  const perform = vi.fn(() => Promise.resolve());
  const refused = vi.fn();
  const made = new PanelRelay({
    core,
    send: (message) => sent.push(message),
    perform,
    memory: { get: () => undefined, update: () => Promise.resolve() },
    onReady: () => undefined,
    onTitle: () => undefined,
    onStarted: () => undefined,
    describe: (error) => ({ message: String(error), action: undefined }),
    onRefused: refused,
  });
  return { made, sent, asked, listeners, perform, refused };
}

it.each(['shutdown', 'runs/delete', 'runs/prune', 'runs/submitManifest', 'initialize', 'doctor', '__proto__'])(
  'refuses %s to panels',
  (name) => {
    const { made, asked, refused } = relay();
    made.receive({ type: 'request', id: 1, name, params: {} });
    expect(asked).toEqual([]);
    expect(refused).toHaveBeenCalledOnce();
  },
);

it('refuses parameters and actions that are no such', async () => {
  const { made, asked, sent, perform } = relay();
  made.receive({ type: 'request', id: 1, name: 'runs/get', params: { run: 7 } });
  made.receive({ type: 'perform', id: 2, action: { kind: 'openRun', context: 'a', run: 'b', command: 'x' } });
  await vi.waitFor(() => expect(sent).toHaveLength(2), patient);
  expect(asked).toEqual([]);
  expect(perform).not.toHaveBeenCalled();
  expect(sent.every(({ type }) => type === 'refusal')).toBe(true);
});

it('gives a panel the news of its own watches only, and ends them with it', async () => {
  const { made, sent, asked, listeners } = relay(() => ({ watch: 'mine' }));
  made.receive({ type: 'request', id: 1, name: 'runs/watch', params: {} });
  await vi.waitFor(() => expect(sent).toHaveLength(1), patient);
  const tell = listeners.get('run/deleted');
  tell?.({ watch: 'other', context: 'a', run: 'b' } as never);
  tell?.({ watch: 'mine', context: 'a', run: 'b' } as never);
  expect(sent.filter(({ type }) => type === 'notification')).toHaveLength(1);
  made.dispose();
  expect(asked).toEqual(['runs/watch', 'runs/unwatch']);
  expect(listeners.size).toBe(0);
});

it('tells a panel that asks whether the core is there', () => {
  const { made, sent } = relay();
  made.receive({ type: 'ping' });
  expect(sent).toEqual([{ type: 'connection', connected: true }]);
});

it('survives whatever a webview posts', () => {
  fc.assert(
    fc.property(fc.anything(), (message) => {
      const { made, asked, perform } = relay();
      made.receive(message);
      expect(asked).toEqual([]);
      expect(perform).not.toHaveBeenCalled();
    }),
  );
});
