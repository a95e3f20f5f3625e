import type { Client, HostFiles } from '@slipway/shared/client';
import { SlipwayError } from '@slipway/shared/protocol';
import { RpcClient } from '@slipway/shared/rpc-client';
import { WebSocketChannel } from './webSocketChannel.ts';

export interface ConnectOptions {
  readonly openSocket: () => WebSocket;
  /** Answers for folders that are on no disk of the server. */
  readonly files: HostFiles;
  /** Hears of messages that nothing could be done with. */
  readonly onProblem: (error: SlipwayError) => void;
}

/**
 * Opens a WebSocket and speaks the core's protocol over it.
 * @throws SlipwayError when it does not open
 */
export async function connectToCore(
  { openSocket, files, onProblem }: ConnectOptions,
  signal: AbortSignal,
): Promise<Client> {
  const socket = openSocket();
  const client = new RpcClient({ channel: new WebSocketChannel(socket), files, onProblem });
  try {
    await opened(socket, signal);
  } catch (error) {
    client.dispose();
    throw error;
  }
  return client;
}

function opened(socket: WebSocket, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (): void => {
      reject(
        new SlipwayError('internal', 'The Jupyter server does not carry the connection to the core.', {
          action: 'Look whether the server still runs and you are still signed in; the next try follows by itself.',
        }),
      );
    };
    socket.addEventListener('open', () => resolve());
    socket.addEventListener('close', fail);
    signal.addEventListener('abort', fail, { once: true });
  });
}
