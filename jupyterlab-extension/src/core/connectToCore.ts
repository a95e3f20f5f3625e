import 'vscode-jsonrpc/browser';
import { ProtocolClient } from '@slipway/shared/protocol-client';
import { protocolVersion, SlipwayError } from '@slipway/shared/protocol';
import type { HostFiles } from '../notebook/contentsFiles.ts';
import type { Client } from './coreConnection.ts';
import { WebSocketReader, WebSocketWriter } from './webSocketTransport.ts';

export interface ConnectOptions {
  readonly openSocket: () => WebSocket;
  /** Answers for folders that are on no disk of the server. */
  readonly files: HostFiles;
  /** Hears of messages that break their schema. */
  readonly onProblem: (error: SlipwayError) => void;
  readonly version: string;
  readonly locale: string;
}

/**
 * Opens a WebSocket, speaks the core's protocol over it and tells the core who speaks.
 * @throws SlipwayError when it does not open, or the core is of another major version
 */
export async function connectToCore(
  { openSocket, files, onProblem, version, locale }: ConnectOptions,
  signal: AbortSignal,
): Promise<Client> {
  const socket = openSocket();
  const client = new ProtocolClient(new WebSocketReader(socket), new WebSocketWriter(socket), onProblem);
  const contexts = await opened(socket, signal)
    .then(() => {
      client.serveFiles(files);
      const host = { name: 'jupyterlab', version };
      return client.request('initialize', { protocolVersion, host, capabilities: { files: true }, locale }, signal);
    })
    .then((result) => result.contexts)
    .catch((error: unknown) => {
      client.dispose();
      socket.close();
      throw error;
    });
  return {
    contexts,
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
