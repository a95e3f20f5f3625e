import { createHash, randomBytes } from 'node:crypto';
import { type IncomingHttpHeaders, request } from 'node:http';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Secret } from './secret.ts';
import { serveOnSocket, type SocketServer } from './socketServer.ts';
import { standInCore } from './testing/standInCore.ts';
import { temporaryFolders } from './testing/temporary.ts';
import { connected, never } from './testing/wires.ts';

const temporaryFolder = temporaryFolders();
const secret = 's3cret-'.repeat(6);
const report = Buffer.from('<script>alert(1)</script>');
const big = randomBytes(3_000_000);
const files = new Map<string, Uint8Array>([
  ['a-1/output/report.html', report],
  ['a-1/output/中 文 #1?.bin', Buffer.from('0123456789')],
  ['a-1/output/empty', new Uint8Array()],
  ['a-1/output/big', big],
]);
let socketPath: string;
let server: SocketServer;
let log: string[];

beforeEach(async () => {
  socketPath = join(await temporaryFolder(), 's');
  log = [];
  const options = { socketPath, secret: new Secret(secret), version: '0.1.0', log: (entry: string) => log.push(entry) };
  server = await serveOnSocket(standInCore(undefined, files), options, never);
});

afterEach(async () => {
  await server.dispose();
});

interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

function get(path: string, headers: Record<string, string> = {}, method = 'GET', bearer = secret): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const authorization = bearer === '' ? {} : { authorization: `Bearer ${bearer}` };
    const options = { socketPath, path, method, headers: { ...authorization, ...headers }, agent: false };
    const asked = request(options, (response) => {
      buffer(response)
        .then((body) => resolve({ status: response.statusCode, headers: response.headers, body }))
        .catch(reject);
    });
    asked.on('error', reject);
    asked.end();
  });
}

const odd = `/runs/local/a-1/artifacts/output/${encodeURIComponent('中 文 #1?.bin')}`;

describe('artifacts over HTTP', () => {
  it('come with their type, length and the rules for hostile pages', async () => {
    const { status, headers, body } = await get('/runs/local/a-1/artifacts/output/report.html');
    expect(status).toBe(200);
    expect(body.equals(report)).toBe(true);
    expect(headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'content-length': String(report.length),
      'x-content-type-options': 'nosniff',
      'accept-ranges': 'bytes',
    });
    expect(headers['content-security-policy']).toBe(
      "sandbox allow-scripts; default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; " +
        "img-src data:; font-src data:; connect-src 'none'",
    );
  });

  it('come whole when they are large', async () => {
    const { body } = await get('/runs/local/a-1/artifacts/output/big');
    expect(createHash('sha256').update(body).digest('hex')).toBe(createHash('sha256').update(big).digest('hex'));
  });

  it.each([
    ['bytes=2-5', 206, 'bytes 2-5/10', '2345'],
    ['bytes=7-', 206, 'bytes 7-9/10', '789'],
    ['bytes=-3', 206, 'bytes 7-9/10', '789'],
    ['bytes=0-99', 206, 'bytes 0-9/10', '0123456789'],
    ['bytes=10-', 416, 'bytes */10', ''],
    ['bytes=0-1,3-4', 200, undefined, '0123456789'],
    ['nonsense', 200, undefined, '0123456789'],
  ])('come in part for %s', async (range, status, contentRange, body) => {
    const answer = await get(odd, { range });
    expect(answer.status).toBe(status);
    expect(answer.headers['content-range']).toBe(contentRange);
    expect(answer.headers['content-length']).toBe(String(body.length));
    expect(answer.body.toString()).toBe(body);
  });

  it('tell their size to HEAD', async () => {
    const answer = await get('/runs/local/a-1/artifacts/output/big', {}, 'HEAD');
    expect(answer).toMatchObject({ status: 200, headers: { 'content-length': String(big.length) } });
    expect(answer.body).toHaveLength(0);
    expect((await get('/runs/local/a-1/artifacts/output/empty', {}, 'HEAD')).headers['content-length']).toBe('0');
    expect((await get('/runs/local/a-1/artifacts/output/empty', { range: 'bytes=0-' })).status).toBe(416);
  });

  it('come all together as an attachment', async () => {
    const { status, headers, body } = await get('/runs/local/a-1/artifacts.zip');
    expect({ status, body: body.toString() }).toEqual({ status: 200, body: 'zip of a-1' });
    expect(headers['content-disposition']).toBe('attachment; filename="a-1.zip"');
    expect(headers['content-type']).toBe('application/zip');
    expect((await get('/runs/local/missing/artifacts.zip')).status).toBe(404);
    expect((await get('/runs/local/a%22%0d%0ab/artifacts.zip')).headers['content-disposition']).toBe(
      'attachment; filename="a___b.zip"',
    );
    expect(await get('/runs/local/a-1/artifacts.zip', {}, 'HEAD')).toMatchObject({ status: 200 });
  });

  it('need the secret, everything does', async () => {
    for (const path of ['/health', odd, '/runs/local/a-1/artifacts.zip', '/nothing']) {
      for (const bearer of ['', 'x'.repeat(40), secret.slice(0, -1), `${secret}x`]) {
        const answer = await get(path, {}, 'GET', bearer);
        expect(answer).toMatchObject({ status: 401, headers: { 'www-authenticate': 'Bearer' } });
        expect(JSON.parse(answer.body.toString())).toMatchObject({ code: 'protocol.unauthorized' });
      }
    }
    expect((await get(`/health?secret=${secret}`, {}, 'GET', '')).status).toBe(401);
  });

  it('have a health check', async () => {
    const { status, body } = await get('/health');
    expect(status).toBe(200);
    expect(JSON.parse(body.toString())).toMatchObject({ status: 'ok', version: '0.1.0' });
  });

  it.each([
    '/runs/local/a-1/artifacts/../../../etc/passwd',
    '/runs/local/a-1/artifacts/%2e%2e/%2e%2e/etc/passwd',
    '/runs/local/a-1/artifacts/..%2f..%2fetc%2fpasswd',
    '/runs/local/a-1/artifacts/%00',
    '/runs/local/a-1/artifacts/%ff',
    '/runs/local/a-1/artifacts/output/none',
    '/',
  ])('are not found at %s', async (path) => {
    const answer = await get(path);
    expect(answer.status).toBe(404);
    expect(JSON.parse(answer.body.toString())).toMatchObject({ code: 'artifact.notFound' });
  });

  it.each(['POST', 'PUT', 'DELETE', 'OPTIONS'])('cannot be changed with %s', async (method) => {
    expect(await get('/health', {}, method)).toMatchObject({ status: 405, headers: { allow: 'GET, HEAD' } });
  });

  it('survive a client that breaks off, and one that speaks no HTTP', async () => {
    const rude = await connected(socketPath);
    rude.write(
      `GET /runs/local/a-1/artifacts/output/big HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${secret}\r\n\r\n`,
    );
    await new Promise((resolve) => rude.once('data', resolve));
    rude.destroy();
    const noise = await connected(socketPath);
    noise.write('\0\0\0 what is this\r\n\r\n');
    await new Promise((resolve) => noise.resume().once('close', resolve));
    expect((await get('/health')).status).toBe(200);
    expect(log).toEqual([]);
  });

  it('break off, and do not keep the client waiting, where a file became shorter meanwhile', async () => {
    const core = standInCore(undefined, files);
    const { artifacts } = core;
    const path = join(await temporaryFolder(), 's');
    const shorter = {
      ...core,
      artifacts: {
        ...artifacts,
        open: async (...asked: Parameters<typeof artifacts.open>) => {
          const opened = await artifacts.open(...asked);
          return { ...opened, bytes: opened.bytes + 1 };
        },
      },
    };
    const other = await serveOnSocket(
      shorter,
      { socketPath: path, secret: new Secret(secret), version: '0.1.0', log: (entry) => log.push(entry) },
      never,
    );
    try {
      for (const range of ['', 'Range: bytes=5-\r\n']) {
        const socket = await connected(path);
        const head = `Host: x\r\nAuthorization: Bearer ${secret}\r\n`;
        // An answer that followed on the same connection would be taken for the missing bytes.
        socket.write(
          `GET ${odd} HTTP/1.1\r\n${head}${range}\r\nGET /health HTTP/1.1\r\n${head}Connection: close\r\n\r\n`,
        );
        let all = '';
        socket.on('data', (chunk: Buffer) => (all += chunk.toString()));
        await new Promise((resolve) => socket.once('close', resolve));
        expect(all.match(/HTTP\/1\.1 20\d/g)).toHaveLength(1);
      }
      expect(log).toEqual([]);
    } finally {
      await other.dispose();
    }
  });

  it('keep one connection for several requests', async () => {
    const socket = await connected(socketPath);
    const ask = `GET /health HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${secret}\r\n`;
    socket.write(`${ask}\r\n${ask}Connection: close\r\n\r\n`);
    const all = (await buffer(socket)).toString();
    expect(all.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(2);
  });
});
