import type { RawData, WebSocket } from 'ws';
import { Heartbeat } from '../timing/heartbeat.ts';

/** A message as bytes, however `ws` gives it. */
export function bytesOf(data: RawData): Uint8Array {
  if (Array.isArray(data)) return Buffer.concat(data);
  return data instanceof ArrayBuffer ? new Uint8Array(data) : data;
}

/** A channel's number before the bytes. */
export function framed(channel: number, bytes: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(bytes.length + 1);
  frame[0] = channel;
  frame.set(bytes, 1);
  return frame;
}

/** Bytes that may wait for the network before a writer has to. */
const maxWaitingBytes = 1_048_576;

/** Sends a frame; resolves when the next may come. @throws when the socket is closed */
export function send(socket: WebSocket, frame: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.send(frame, { binary: true }, (error) => {
      if (error instanceof Error) reject(error);
      else resolve();
    });
    if (socket.bufferedAmount < maxWaitingBytes && socket.readyState === socket.OPEN) resolve();
  });
}

/** Watches over a WebSocket until it is closed. */
export function heartbeatOf(socket: WebSocket): Heartbeat {
  const heartbeat = new Heartbeat(
    {
      get isOpen() {
        return socket.readyState === socket.OPEN;
      },
      get isPaused() {
        return socket.isPaused;
      },
      get waitingBytes() {
        return socket.bufferedAmount;
      },
      ping: () => socket.ping(),
      terminate: () => socket.terminate(),
    },
    Date.now,
  );
  const heard = (): void => heartbeat.heard();
  socket.on('message', heard);
  socket.on('pong', heard);
  socket.once('close', () => heartbeat.stop());
  return heartbeat;
}
