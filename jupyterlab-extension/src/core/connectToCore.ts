import type { Client, HostFiles } from '@slipway/shared/client';
import { SlipwayError } from '@slipway/shared/protocol';
import { RpcClient } from '@slipway/shared/rpc-client';
import type { ConnectionWords } from './connectionWords.ts';
import { KeepAlive } from './keepAlive.ts';
import { WebSocketChannel } from './webSocketChannel.ts';

export interface ConnectOptions {
  readonly openSocket: () => WebSocket;
  readonly words: ConnectionWords;
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
  { openSocket, words, files, onProblem }: ConnectOptions,
  signal: AbortSignal,
): Promise<Client> {
  const socket = openSocket();
  const channel = new WebSocketChannel(socket, words);
  const client = new RpcClient({ channel, files, onProblem });
  new KeepAlive(client, channel);
  try {
    await opened(socket, words, signal);
  } catch (error) {
    client.dispose();
    throw error;
  }
  return client;
}

function opened(socket: WebSocket, words: ConnectionWords, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (): void => {
      reject(new SlipwayError('internal', words.notConnected, { action: words.reconnects }));
    };
    socket.addEventListener('open', () => resolve());
    socket.addEventListener('close', fail);
    signal.addEventListener('abort', fail, { once: true });
  });
}
