import 'vscode-jsonrpc/browser';
import { ProtocolClient } from '@slipway/shared/protocol-client';
import { SlipwayError } from '@slipway/shared/protocol';
import type { HostFiles } from '../notebook/contentsFiles.ts';
import type { Client } from './coreConnection.ts';
import { WebSocketReader, WebSocketWriter } from './webSocketTransport.ts';

/**
 * Opens a WebSocket and speaks the core's protocol over it.
 * @throws SlipwayError when it does not open
 */
export async function connectToCore(
  openSocket: () => WebSocket,
  files: HostFiles,
  onProblem: (error: SlipwayError) => void,
  signal: AbortSignal,
): Promise<Client> {
  const socket = openSocket();
  const client = new ProtocolClient(new WebSocketReader(socket), new WebSocketWriter(socket), onProblem);
  try {
    await opened(socket, signal);
  } catch (error) {
    socket.close();
    throw error;
  }
  client.serveFiles(files);
  return {
    closed: client.closed,
    request: (name, params, requestSignal) => client.request(name, params, requestSignal),
    onNotification: (name, listener) => client.onNotification(name, listener),
    dispose: () => {
      client.dispose();
      socket.close();
    },
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
