import { type Duplex, duplexPair } from 'node:stream';
import { connect, type Socket } from 'node:net';
import { protocolVersion, type RequestResult } from '../../protocol/index.ts';
import { serveConnection } from '../connection.ts';
import { FrameReader, FrameWriter } from '../frameTransport.ts';
import { ProtocolClient } from '../protocolClient.ts';
import type { SessionSource } from '../session.ts';

/** A connection in memory between a core and a client, and the core's log. */
export interface Wire {
  readonly client: ProtocolClient;
  /** Resolves when the core's side has ended. */
  readonly served: Promise<void>;
  readonly log: string[];
  readonly hostEnd: Duplex;
  readonly problems: Error[];
}

export function wire(core: SessionSource, signal: AbortSignal = never, limitBytes?: number): Wire {
  const [hostEnd, coreEnd] = duplexPair();
  const log: string[] = [];
  const options = { log: (entry: string) => log.push(entry), checkResults: true };
  const served = serveConnection(core, new FrameReader(coreEnd), new FrameWriter(coreEnd, limitBytes), options, signal);
  const problems: Error[] = [];
  return { client: clientOver(hostEnd, problems), served, log, hostEnd, problems };
}

export function clientOver(stream: Duplex, problems: Error[] = []): ProtocolClient {
  return new ProtocolClient(new FrameReader(stream), new FrameWriter(stream), (problem) => problems.push(problem));
}

/** A client that has sent its secret over a socket. */
export async function socketClient(
  socketPath: string,
  secret: string,
): Promise<{ client: ProtocolClient; socket: Socket }> {
  const socket = await connected(socketPath);
  socket.write(`${JSON.stringify({ secret })}\n`);
  return { client: clientOver(socket), socket };
}

export function connected(socketPath: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(socketPath, () => {
      resolve(socket);
    });
    socket.on('error', reject);
  });
}

export function hello(client: ProtocolClient, files = false, locale?: string): Promise<RequestResult<'initialize'>> {
  const host = { name: 'test', version: '1.0.0' };
  const params = { protocolVersion, host, capabilities: { files }, ...(locale !== undefined && { locale }) };
  return client.request('initialize', params, never);
}

/** A signal that never aborts. */
export const never: AbortSignal = new AbortController().signal;
