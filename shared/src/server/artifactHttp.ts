import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type ErrorCode, protocolVersion, SlipwayError } from '../protocol/index.ts';
import type { ByteRange, OpenedFile } from '../targets/index.ts';
import { type ArtifactRequest, readRequestTarget } from './artifactPath.ts';
import { chooseRange } from './byteRange.ts';
import { cancelled } from './calls.ts';
import { type Log, nameFailure } from './failures.ts';
import type { Secret } from './secret.ts';

/** The part of the artifact service that goes over HTTP. */
export interface ArtifactBytes {
  open(
    context: string,
    run: string,
    path: string,
    range: ByteRange | undefined,
    signal: AbortSignal,
  ): Promise<OpenedFile & { readonly mediaType: string }>;
  zip(context: string, run: string, signal: AbortSignal): AsyncIterable<Uint8Array>;
}

export interface ArtifactHttpOptions {
  readonly artifacts: ArtifactBytes;
  readonly secret: Secret;
  readonly version: string;
  readonly log: Log;
}

/** Reports are hostile: they may run their own scripts, without an origin and without the network (ARCHITECTURE.md). */
const contentSecurityPolicy = [
  'sandbox allow-scripts',
  "default-src 'none'",
  "script-src 'unsafe-inline'",
  "style-src 'unsafe-inline'",
  'img-src data:',
  'font-src data:',
  "connect-src 'none'",
].join('; ');

const idleMs = 120_000;

const statusByCode: Readonly<Partial<Record<ErrorCode, number>>> = {
  'artifact.notFound': 404,
  'context.unknown': 404,
  'path.refused': 400,
  'protocol.unauthorized': 401,
  'run.conflict': 409,
  'run.notFound': 404,
  'target.unsupported': 404,
};

/** An HTTP server for artifacts that listens nowhere itself: connections are handed to it, and closed by who does that. */
export function createArtifactHttp(options: ArtifactHttpOptions): Server {
  const server = createServer((request, response) => {
    const controller = new AbortController();
    response.on('close', () => controller.abort(cancelled('The download')));
    answer(options, request, response, controller.signal).catch((error: unknown) => {
      // Too late for a status: the client sees a body shorter than announced.
      if (!controller.signal.aborted)
        nameFailure(error, 'an artifact download', options.log, [options.secret.reveal()]);
      response.destroy();
    });
  });
  // Its own time limits need a listening server; this one cuts connections on which nothing moves.
  server.timeout = idleMs;
  server.on('clientError', (_error, socket) => socket.destroy());
  return server;
}

async function answer(
  options: ArtifactHttpOptions,
  request: IncomingMessage,
  response: ServerResponse,
  signal: AbortSignal,
): Promise<void> {
  response.setHeader('X-Content-Type-Options', 'nosniff');
  response.setHeader('Content-Security-Policy', contentSecurityPolicy);
  response.setHeader('Referrer-Policy', 'no-referrer');
  response.setHeader('Cache-Control', 'private, no-cache');
  try {
    const asked = checkRequest(options.secret, request, response);
    if (asked !== undefined) await send(options, asked, request, response, signal);
  } catch (error) {
    if (response.headersSent) throw error;
    const named = nameFailure(error, 'an artifact download', options.log, [options.secret.reveal()]);
    sendError(response, statusByCode[named.code] ?? 500, named);
  }
}

/** What is asked for; undefined when the request was refused and answered. */
function checkRequest(secret: Secret, request: IncomingMessage, response: ServerResponse): ArtifactRequest | undefined {
  const bearer = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1];
  if (bearer === undefined || !secret.matches(bearer)) {
    response.setHeader('WWW-Authenticate', 'Bearer');
    sendError(
      response,
      401,
      new SlipwayError('protocol.unauthorized', 'The request does not carry the secret of this core.'),
    );
    return undefined;
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('Allow', 'GET, HEAD');
    sendError(response, 405, new SlipwayError('protocol.invalid', 'Artifacts can only be read.'));
    return undefined;
  }
  const asked = readRequestTarget(request.url ?? '');
  if (asked === undefined)
    sendError(response, 404, new SlipwayError('artifact.notFound', 'There is nothing at this path.'));
  return asked;
}

async function send(
  options: ArtifactHttpOptions,
  asked: ArtifactRequest,
  request: IncomingMessage,
  response: ServerResponse,
  signal: AbortSignal,
): Promise<void> {
  switch (asked.kind) {
    case 'health':
      sendJson(response, 200, { status: 'ok', version: options.version, protocolVersion });
      return;
    case 'zip':
      await sendZip(options.artifacts, asked, request, response, signal);
      return;
    case 'file':
      await sendFile(options.artifacts, asked, request, response, signal);
  }
}

async function sendFile(
  artifacts: ArtifactBytes,
  asked: ArtifactRequest & { kind: 'file' },
  request: IncomingMessage,
  response: ServerResponse,
  signal: AbortSignal,
): Promise<void> {
  const open = (range: ByteRange | undefined) => artifacts.open(asked.context, asked.run, asked.path, range, signal);
  response.setHeader('Accept-Ranges', 'bytes');
  const header = request.headers.range;
  if (request.method === 'GET' && header === undefined) {
    const whole = await open(undefined);
    response.writeHead(200, { 'Content-Type': contentType(whole.mediaType), 'Content-Length': whole.bytes });
    await pipeline(Readable.from(complete(whole.content, whole.bytes)), response);
    return;
  }
  // The size decides what a range means; the first byte is the cheapest way to ask for it.
  const probe = await open({ start: 0, end: 1 });
  await drain(probe.content);
  const choice = chooseRange(request.method === 'GET' ? header : undefined, probe.bytes);
  response.setHeader('Content-Type', contentType(probe.mediaType));
  if (choice.kind === 'outside') {
    response.writeHead(416, { 'Content-Range': `bytes */${probe.bytes}`, 'Content-Length': 0 }).end();
    return;
  }
  if (request.method === 'HEAD') {
    response.writeHead(200, { 'Content-Length': probe.bytes }).end();
    return;
  }
  const range = choice.kind === 'part' ? choice.range : { start: 0, end: probe.bytes };
  const part = await open(range);
  response.setHeader('Content-Length', range.end - range.start);
  if (choice.kind === 'part') {
    response.setHeader('Content-Range', `bytes ${range.start}-${range.end - 1}/${probe.bytes}`);
    response.statusCode = 206;
  }
  await pipeline(Readable.from(complete(part.content, range.end - range.start)), response);
}

/** Fails where a file became shorter than announced: the client would wait for the rest. */
async function* complete(content: AsyncIterable<Uint8Array>, bytes: number): AsyncGenerator<Uint8Array> {
  let sent = 0;
  for await (const chunk of content) {
    sent += chunk.length;
    yield chunk;
  }
  if (sent < bytes) throw new SlipwayError('artifact.unreadable', 'The file became shorter while it was sent.');
}

async function sendZip(
  artifacts: ArtifactBytes,
  asked: ArtifactRequest & { kind: 'zip' },
  request: IncomingMessage,
  response: ServerResponse,
  signal: AbortSignal,
): Promise<void> {
  // The first piece is read before the status is sent, so that an unknown run is a 404 and not a broken download.
  const pieces = artifacts.zip(asked.context, asked.run, signal)[Symbol.asyncIterator]();
  const first = await pieces.next();
  const filename = `${asked.run.replaceAll(/[^A-Za-z0-9._-]/g, '_')}.zip`;
  response.setHeader('Content-Disposition', `attachment; filename="${filename}"`);
  response.setHeader('Content-Type', 'application/zip');
  if (request.method === 'HEAD') {
    await pieces.return?.();
    response.end();
    return;
  }
  await pipeline(Readable.from(resumed(first, pieces)), response);
}

async function* resumed(
  first: IteratorResult<Uint8Array>,
  rest: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  try {
    for (let piece = first; piece.done !== true; piece = await rest.next()) yield piece.value;
  } finally {
    await rest.return?.();
  }
}

async function drain(content: AsyncIterable<Uint8Array>): Promise<void> {
  const pieces = content[Symbol.asyncIterator]();
  while ((await pieces.next()).done !== true);
}

function contentType(mediaType: string): string {
  return mediaType.startsWith('text/') && !mediaType.includes('charset') ? `${mediaType}; charset=utf-8` : mediaType;
}

function sendError(response: ServerResponse, status: number, error: SlipwayError): void {
  sendJson(response, status, { code: error.code, message: error.message, action: error.action });
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  const text = JSON.stringify(body);
  response.writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) });
  response.end(text);
}
