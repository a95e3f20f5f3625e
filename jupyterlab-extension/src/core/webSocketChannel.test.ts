import { expect, it, vi } from 'vitest';
import { SlipwayError } from '@slipway/shared/protocol';
import { connectToCore } from './connectToCore.ts';

const words = { connectionBroken: 'It broke.', notConnected: 'It did not come about.', reconnects: 'Look there.' };
const files = {
  'files/list': () => Promise.reject(new Error('not asked for')),
  'files/stat': () => Promise.reject(new Error('not asked for')),
  'files/read': () => Promise.reject(new Error('not asked for')),
};

/** A socket that nothing is at the other end of, until the test says so. */
class Socket extends EventTarget {
  readyState = 1;
  readonly send = vi.fn();
  readonly close = vi.fn();
}

function connecting(socket: Socket) {
  const openSocket = (): WebSocket => socket as unknown as WebSocket;
  return connectToCore({ openSocket, words, files, onProblem: () => undefined }, new AbortController().signal);
}

it('tells what to do next where the connection breaks, at the first time too', async () => {
  const socket = new Socket();
  const client = connecting(socket);
  socket.dispatchEvent(new Event('open'));
  const request = (await client).request('runs/list', { context: 'local' }, new AbortController().signal);
  socket.dispatchEvent(new Event('close'));
  await expect(request).rejects.toMatchObject({ message: 'It broke.', action: 'Look there.' });
  expect(SlipwayError.is(await (await client).closed)).toBe(true);
});

it('tells what to do next where the connection does not come about', async () => {
  const socket = new Socket();
  const client = connecting(socket);
  socket.dispatchEvent(new Event('close'));
  await expect(client).rejects.toMatchObject({ message: 'It did not come about.', action: 'Look there.' });
});
