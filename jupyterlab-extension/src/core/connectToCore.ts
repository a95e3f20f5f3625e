import 'vscode-jsonrpc/browser';
import type { Client } from '@slipway/shared/client';
import { ProtocolClient } from '@slipway/shared/protocol-client';
import { SlipwayError } from '@slipway/shared/protocol';
import type { HostFiles } from '../notebook/contentsFiles.ts';
import { WebSocketReader, WebSocketWriter } from './webSocketTransport.ts';

export interface ConnectOptions {
  readonly openSocket: () => WebSocket;
  /** Answers for folders that are on no disk of the server. */
  readonly files: HostFiles;
  /** Hears of messages that break their schema. */
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
  const client = new ProtocolClient(new WebSocketReader(socket), new WebSocketWriter(socket), onProblem);
  const dispose = (): void => {
    client.dispose();
    socket.close();
  };
  try {
    await opened(socket, signal);
  } catch (error) {
    dispose();
    throw error;
  }
  client.serveFiles(files);
  return {
    closed: client.closed,
    request: (name, params, requestSignal) => client.request(name, params, requestSignal),
    onNotification: (name, listener) => client.onNotification(name, listener),
    dispose,
  };
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
