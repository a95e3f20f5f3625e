import { randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SlipwayError } from '../../protocol/index.ts';
import { LoopbackDoor } from './loopbackDoor.ts';

let server: Server;
let door: LoopbackDoor;
let now: number;
let refusal: SlipwayError | undefined;

beforeEach(async () => {
  now = 1_000;
  refusal = undefined;
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += String(chunk)));
    request.on('end', () => response.end(`${request.method ?? ''} ${request.url ?? ''} ${body}`));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  door = await LoopbackDoor.open({
    randomHex: (bytes) => randomBytes(bytes).toString('hex'),
    now: () => now,
    connect: () => {
      if (refusal !== undefined) return Promise.reject(refusal);
      return Promise.resolve(connect((server.address() as AddressInfo).port, '127.0.0.1'));
    },
  });
});
afterEach(() => {
  door.close();
  server.closeAllConnections();
  server.close();
});

const ask = (url: string, init: RequestInit = {}) => fetch(url, { redirect: 'manual', ...init });

describe('the door to a web server elsewhere', () => {
  it('opens by a link that is good once, and shows no secret in it', async () => {
    const link = door.link('/lab?token=secret');
    expect(link).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/slipway-open\/[0-9a-f]{64}$/);
    const entered = await ask(link);
    expect(entered.status).toBe(303);
    expect(entered.headers.get('location')).toBe(`${new URL(link).origin}/lab?token=secret`);
    expect(entered.headers.get('referrer-policy')).toBe('no-referrer');
    const again = await ask(link);
    expect(again.status).toBe(404);
    expect(await again.text()).toContain('used already');
  });

  it('opens by no link that is old or made up', async () => {
    const link = door.link('/lab?token=secret');
    now += 121_000;
    expect((await ask(link)).status).toBe(404);
    expect((await ask(new URL('/slipway-open/', link).href)).status).toBe(404);
    expect((await ask(new URL('/slipway-open/constructor', link).href)).status).toBe(404);
  });

  it('carries everything else there and back, whatever its size', async () => {
    const { origin } = new URL(door.link('/'));
    expect(await (await ask(`${origin}/lab?x=1`)).text()).toBe('GET /lab?x=1 ');
    const body = 'x'.repeat(300_000);
    const answer = await ask(`${origin}/api`, { method: 'PUT', body });
    expect(await answer.text()).toBe(`PUT /api ${body}`);
  });

  it('says why it leads nowhere', async () => {
    refusal = new SlipwayError('devenv.stopped', 'devenv-ada was stopped.', { action: 'Start it.' });
    const answer = await ask(new URL('/lab', door.link('/')).href);
    expect(answer.status).toBe(502);
    expect(await answer.text()).toBe('devenv-ada was stopped. Start it.');
  });

  it('is shut with its owner', async () => {
    const link = door.link('/');
    door.close();
    await expect(ask(link)).rejects.toThrow();
  });
});
