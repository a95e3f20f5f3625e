import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer, request as forward, Agent } from 'node:https';
import type { IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { dirname, join } from 'node:path';
import type { Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { FaultGate, gated } from './faultGate.ts';
import { readKubeconfig, withServer } from './faultKubeconfig.ts';

/** A request that came to the proxy. */
export interface ProxiedRequest {
  readonly method: string;
  /** Path and query, as sent. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  /** Epoch milliseconds. */
  readonly at: number;
}

/** What is done to a request instead of, or before, handing it on. */
export type Fault =
  /** An answer of our own; the body is a Status unless it is given. */
  | { readonly kind: 'answer'; readonly status: number; readonly headers?: OutgoingHttpHeaders; readonly body?: string }
  /** No answer, ever. */
  | { readonly kind: 'hang' }
  /** The connection is reset before the request is handed on. */
  | { readonly kind: 'reset' }
  /** Handed on; the connection is reset after so many bytes of the answer. */
  | { readonly kind: 'cutAfter'; readonly bytes: number }
  /** Handed on; after so many bytes of the answer nothing more comes, and nothing is closed. */
  | { readonly kind: 'stallAfter'; readonly bytes: number }
  /** Handed on; the connection is reset after so many bytes of the request's body, or of what a WebSocket sends. */
  | { readonly kind: 'cutUploadAfter'; readonly bytes: number }
  /** Handed on; each answer has these headers, made when it comes, instead of its own of the same names, which are given in lower case. */
  | { readonly kind: 'headers'; readonly headers: () => OutgoingHttpHeaders };

export type RequestMatch = RegExp | ((request: ProxiedRequest) => boolean);

/**
 * A proxy before the test cluster's API server that breaks things on demand. It ends TLS with the API server's own certificate,
 * which is valid for 127.0.0.1, and speaks upstream as the kubeconfig's user; a request with a bearer token keeps it and goes
 * as that token's user.
 */
export interface FaultProxy {
  /** A kubeconfig whose server is the proxy. */
  readonly kubeconfig: string;
  readonly port: number;
  /** Bytes of bodies and of upgraded connections that were handed on so far, in both directions. */
  readonly bytes: number;
  /** TLS connections that were opened to it so far. */
  readonly connections: number;
  /** All requests so far, upgrades too. */
  readonly requests: readonly ProxiedRequest[];
  /** Answers and upgraded connections that are open now. */
  readonly open: readonly ProxiedRequest[];
  /** From now on, does this to the requests that match, at most `times` times; the first rule that matches counts. Returns its end. */
  on(match: RequestMatch, fault: Fault, times?: number): () => void;
  /** Resets the connections of open requests that match; all where none is given. Returns how many. */
  cut(match?: RequestMatch): number;
  /** Half-open: bytes are swallowed in both directions, new requests get no answer, nothing is closed. */
  freeze(match?: RequestMatch): void;
  /** Freezes what matches once so many more bytes of it went through, in both directions together. Resolves then. */
  freezeAfter(match: RequestMatch, bytes: number): Promise<void>;
  /** Lets everything held go on. */
  thaw(): void;
  /** Holds each piece of data for so long, in both directions. */
  delay(ms: number): void;
  /** New connections are refused, open ones stay. Resolves when that is so. */
  refuse(): Promise<void>;
  /** Takes connections again, at the same port. */
  accept(): Promise<void>;
  /** Writes bytes into the answers to open requests that match. Returns how many. */
  inject(match: RequestMatch, text: string): number;
  /** Forgets rules, delays and freezes. */
  heal(): void;
  dispose(): Promise<void>;
}

export interface FaultProxyOptions {
  /** The kubeconfig of the test cluster; its keys lie in `pki` beside it. */
  readonly kubeconfig: string;
  /** Folder for the proxy's kubeconfig. */
  readonly folder: string;
}

export async function startFaultProxy(options: FaultProxyOptions): Promise<FaultProxy> {
  const config = await readKubeconfig(options.kubeconfig);
  const pki = join(dirname(options.kubeconfig), 'pki');
  const [cert, key] = await Promise.all(['apiserver.crt', 'apiserver.key'].map((name) => readFile(join(pki, name))));
  if (cert === undefined || key === undefined) throw new Error(`no certificate in ${pki}`);
  const proxy = new RunningProxy(config.server, { ca: config.ca, cert: config.cert, key: config.key }, { cert, key });
  await proxy.accept();
  proxy.kubeconfig = join(options.folder, `proxied-${proxy.port}.kubeconfig`);
  await writeFile(proxy.kubeconfig, withServer(config.text, `https://127.0.0.1:${proxy.port}`), { mode: 0o600 });
  return proxy;
}

interface Rule {
  readonly match: RequestMatch;
  readonly fault: Fault;
  left: number;
}

interface OpenExchange {
  readonly request: ProxiedRequest;
  readonly client: Socket | Duplex;
  readonly response: ServerResponse | undefined;
}

interface Identity {
  readonly ca: Buffer;
  readonly cert: Buffer;
  readonly key: Buffer;
}

class RunningProxy implements FaultProxy {
  kubeconfig = '';
  port = 0;
  connections = 0;
  readonly requests: ProxiedRequest[] = [];
  readonly #upstream: URL;
  readonly #identity: Identity;
  readonly #server;
  readonly #named: Agent;
  readonly #anonymous: Agent;
  readonly #gate = new FaultGate<ProxiedRequest>();
  readonly #exchanges = new Set<OpenExchange>();
  readonly #sockets = new Set<Socket>();
  #rules: Rule[] = [];

  constructor(upstream: URL, identity: Identity, own: { readonly cert: Buffer; readonly key: Buffer }) {
    this.#upstream = upstream;
    this.#identity = identity;
    this.#named = new Agent({ keepAlive: true, ...identity });
    this.#anonymous = new Agent({ keepAlive: true, ca: identity.ca });
    this.#server = createServer({ ...own, keepAliveTimeout: 120_000, requestTimeout: 0 });
    this.#server.on('secureConnection', (socket: Socket) => this.#track(socket));
    this.#server.on('tlsClientError', () => undefined);
    this.#server.on('request', (incoming, response) => void this.#serve(incoming, response));
    this.#server.on('upgrade', (incoming, socket, head) => void this.#upgrade(incoming, socket, head));
  }

  get bytes(): number {
    return this.#gate.bytes;
  }

  get open(): readonly ProxiedRequest[] {
    return [...this.#exchanges].map(({ request }) => request);
  }

  on(match: RequestMatch, fault: Fault, times = Infinity): () => void {
    const rule = { match, fault, left: times };
    this.#rules.push(rule);
    return () => {
      this.#rules = this.#rules.filter((each) => each !== rule);
    };
  }

  cut(match?: RequestMatch): number {
    const cut = this.#matching(match);
    for (const { client } of cut) reset(client);
    if (match === undefined) for (const socket of this.#sockets) reset(socket);
    return cut.length;
  }

  freeze(match?: RequestMatch): void {
    this.#gate.freeze((request) => match === undefined || matches(match, request));
  }

  freezeAfter(match: RequestMatch, bytes: number): Promise<void> {
    return this.#gate.freezeAfter((request) => matches(match, request), bytes);
  }

  thaw(): void {
    this.#gate.thaw();
  }

  delay(ms: number): void {
    this.#gate.delayMs = ms;
  }

  async refuse(): Promise<void> {
    // Stops listening at once; the callback would wait for the open connections.
    this.#server.close(() => undefined);
    await new Promise((resolve) => setImmediate(resolve));
  }

  async accept(): Promise<void> {
    this.#server.listen(this.port, '127.0.0.1');
    await once(this.#server, 'listening');
    this.port = (this.#server.address() as AddressInfo).port;
  }

  inject(match: RequestMatch, text: string): number {
    const answers = this.#matching(match).filter(({ response }) => response?.headersSent === true);
    for (const { response } of answers) response?.write(text);
    return answers.length;
  }

  heal(): void {
    this.#rules = [];
    this.#gate.delayMs = 0;
    this.#gate.thaw();
  }

  async dispose(): Promise<void> {
    this.heal();
    const closed = this.#server.listening ? once(this.#server, 'close') : undefined;
    this.#server.close(() => undefined);
    this.cut();
    this.#named.destroy();
    this.#anonymous.destroy();
    await closed;
  }

  async #serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const request = this.#record(incoming);
    const exchange: OpenExchange = { request, client: incoming.socket, response };
    this.#exchanges.add(exchange);
    response.once('close', () => this.#exchanges.delete(exchange));
    response.on('error', () => undefined);
    const fault = this.#fault(request);
    if (fault?.kind === 'answer') {
      answer(response, fault);
      return;
    }
    if (fault?.kind === 'hang') return;
    if (fault?.kind === 'reset') {
      reset(incoming.socket);
      return;
    }
    await this.#gate.pass(request);
    const upstream = forward(this.#target(incoming));
    response.once('close', () => upstream.destroy());
    upstream.on('error', () => reset(incoming.socket));
    upstream.on('response', (reply) => void this.#answer(request, reply, response, fault));
    await pipeline(incoming, this.#through(request, uploadLimit(fault), incoming.socket), upstream).catch(
      () => undefined,
    );
  }

  async #answer(
    request: ProxiedRequest,
    reply: IncomingMessage,
    response: ServerResponse,
    fault: Fault | undefined,
  ): Promise<void> {
    await this.#gate.pass(request);
    if (response.destroyed) return;
    const headers = fault?.kind === 'headers' ? { ...reply.headers, ...fault.headers() } : reply.headers;
    response.writeHead(reply.statusCode ?? 502, headers);
    response.flushHeaders();
    const socket = response.socket;
    const limit = answerLimit(fault);
    await pipeline(reply, this.#through(request, limit, fault?.kind === 'stallAfter' ? null : socket), response).catch(
      () => reset(socket),
    );
  }

  async #upgrade(incoming: IncomingMessage, client: Duplex, head: Buffer): Promise<void> {
    const request = this.#record(incoming);
    client.on('error', () => undefined);
    const fault = this.#fault(request);
    if (fault?.kind === 'answer') {
      client.end(
        `HTTP/1.1 ${fault.status} Injected\r\nconnection: close\r\n\r\n${fault.body ?? statusBody(fault.status)}`,
      );
      return;
    }
    if (fault?.kind === 'hang') return;
    if (fault?.kind === 'reset') {
      reset(client);
      return;
    }
    await this.#gate.pass(request);
    const upstream = forward(this.#target(incoming));
    upstream.on('error', () => reset(client));
    upstream.on('response', (reply) => {
      client.write(headOf(reply));
      reply.pipe(client);
    });
    upstream.on('upgrade', (reply, server, first) => {
      client.write(headOf(reply));
      this.#relay(request, fault, { client, head }, { server, first });
    });
    upstream.end();
  }

  #relay(
    request: ProxiedRequest,
    fault: Fault | undefined,
    { client, head }: { readonly client: Duplex; readonly head: Buffer },
    { server, first }: { readonly server: Duplex; readonly first: Buffer },
  ): void {
    const exchange: OpenExchange = { request, client, response: undefined };
    this.#exchanges.add(exchange);
    client.once('close', () => this.#exchanges.delete(exchange));
    server.on('error', () => undefined);
    if (head.length > 0) server.write(head);
    if (first.length > 0) client.write(first);
    const limit = answerLimit(fault);
    const upload = this.#through(request, uploadLimit(fault), client);
    // Not `pipeline`: it would destroy the client when the server ends, and with it what is still on its way to the client.
    client.pipe(upload).pipe(server);
    client.once('close', () => server.destroy());
    // A WebSocket is never half open: a client that has ended its side is gone.
    client.once('end', () => client.destroy());
    pipeline(server, this.#through(request, limit, fault?.kind === 'stallAfter' ? null : client), client).catch(() =>
      reset(client),
    );
  }

  #through(request: ProxiedRequest, limit: number | undefined, client: Duplex | null) {
    return gated(this.#gate, request, limit, () => reset(client));
  }

  #record({ method = '', url = '', headers }: IncomingMessage): ProxiedRequest {
    const request = { method, url, headers, at: Date.now() };
    this.requests.push(request);
    return request;
  }

  #fault(request: ProxiedRequest): Fault | undefined {
    const rule = this.#rules.find(({ match, left }) => left > 0 && matches(match, request));
    if (rule !== undefined) rule.left -= 1;
    return rule?.fault;
  }

  #target({ method, url, headers }: IncomingMessage) {
    const named = headers.authorization === undefined;
    const { hostname, port } = this.#upstream;
    const upgrade = headers.upgrade !== undefined;
    const tls = named ? this.#identity : { ca: this.#identity.ca };
    const agent = upgrade ? { ...tls, agent: false as const } : { agent: named ? this.#named : this.#anonymous };
    return { hostname, port, method, path: url, headers: { ...headers, host: this.#upstream.host }, ...agent };
  }

  #matching(match: RequestMatch | undefined): OpenExchange[] {
    return [...this.#exchanges].filter(({ request }) => match === undefined || matches(match, request));
  }

  #track(socket: Socket): void {
    this.connections += 1;
    this.#sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => this.#sockets.delete(socket));
  }
}

function matches(match: RequestMatch, request: ProxiedRequest): boolean {
  return match instanceof RegExp ? match.test(`${request.method} ${request.url}`) : match(request);
}

function answerLimit(fault: Fault | undefined): number | undefined {
  return fault?.kind === 'cutAfter' || fault?.kind === 'stallAfter' ? fault.bytes : undefined;
}

function uploadLimit(fault: Fault | undefined): number | undefined {
  return fault?.kind === 'cutUploadAfter' ? fault.bytes : undefined;
}

function answer(response: ServerResponse, fault: Extract<Fault, { kind: 'answer' }>): void {
  response.writeHead(fault.status, { 'content-type': 'application/json', ...fault.headers });
  response.end(fault.body ?? statusBody(fault.status));
}

function statusBody(code: number): string {
  const reasons: Readonly<Record<number, string>> = {
    401: 'Unauthorized',
    410: 'Expired',
    429: 'TooManyRequests',
    500: 'InternalError',
  };
  const message = `injected ${code}`;
  return JSON.stringify({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    reason: reasons[code],
    code,
  });
}

function headOf({ httpVersion, statusCode, statusMessage, rawHeaders }: IncomingMessage): string {
  const lines = [`HTTP/${httpVersion} ${statusCode ?? 502} ${statusMessage ?? ''}`];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2)
    lines.push(`${rawHeaders[index]}: ${rawHeaders[index + 1]}`);
  return `${lines.join('\r\n')}\r\n\r\n`;
}

/** As a router does that has lost the connection, not politely. */
function reset(stream: Duplex | null): void {
  stream?.destroy();
}
