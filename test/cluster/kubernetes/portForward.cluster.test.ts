import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { portForward } from '../../../shared/src/kubernetes/index.ts';
import { sized } from '../../sizes.ts';
import type { ProxiedRequest } from '../faultProxy.ts';
import { eventually, TestSpace } from './testSpace.ts';

function drainedOrClosed(stream: Duplex): Promise<void> {
  return new Promise((resolve) => {
    const settle = (): void => {
      stream.off('drain', settle).off('close', settle);
      resolve();
    };
    stream.on('drain', settle).on('close', settle);
  });
}

const megabytes = sized(100, 30);

/** Port 7007 echoes; 7008 sends as much of zeros and ends; 7009 reads nothing. */
const server = `
import socket, threading, time
def echo(c):
    while data := c.recv(65536):
        c.sendall(data)
    c.close()
def zeros(c):
    for _ in range(${megabytes}):
        c.sendall(bytes(1048576))
    c.close()
def deaf(c):
    time.sleep(1000)
def listen(port, serve):
    s = socket.create_server(("", port))
    while True:
        c, _ = s.accept()
        threading.Thread(target=serve, args=(c,), daemon=True).start()
for port, serve in ((7007, echo), (7008, zeros), (7009, deaf)):
    threading.Thread(target=listen, args=(port, serve), daemon=True).start()
print("ready", flush=True)
time.sleep(3600)
`;

let space: TestSpace;
beforeAll(async () => {
  space = await TestSpace.open('port');
  await space.startPod('p', `exec python3 -c '${server}'`);
  await eventually(async () => {
    const stream = await open(7007);
    stream.write('?');
    const heard = await Promise.race([
      once(stream, 'data').then(() => true),
      once(stream, 'close').then(() => false),
    ]).catch(() => false);
    stream.destroy();
    return heard;
  });
});
afterAll(() => space.dispose());
afterEach(() => space.proxy.heal());

/** As a proxy does that knows WebSockets alone. */
const refuseSpdy = (): void => {
  const isSpdy = ({ headers }: ProxiedRequest): boolean => headers.upgrade === 'SPDY/3.1';
  space.proxy.on(isSpdy, { kind: 'answer', status: 400, body: '<p>Bad request</p>' });
};
/** Connections that go on; one that nobody reads from does not notice its end. */
const forwards = (): number => space.proxy.open.filter(({ url }) => url.includes('/portforward')).length;
const upgrades = (): (string | undefined)[] =>
  space.proxy.requests.filter(({ url }) => url.includes('/portforward')).map(({ headers }) => headers.upgrade);

const portOf = /\/portforward/;
const open = (port: number, pod = 'p'): Promise<Duplex> =>
  portForward(space.proxied, { namespace: space.namespace, pod, port }, space.signal);

it('is reached over WebSockets from then on where something on the way knows nothing else', async () => {
  refuseSpdy();
  const api = await space.openProxied();
  const answer = async () => {
    const stream = await portForward(api, { namespace: space.namespace, pod: 'p', port: 7007 }, space.signal);
    stream.write('?');
    const [piece] = (await once(stream, 'data')) as [Uint8Array];
    stream.destroy();
    return Buffer.from(piece).toString();
  };
  const before = upgrades().length;
  expect([await answer(), await answer()]).toEqual(['?', '?']);
  expect(upgrades().slice(before)).toEqual(['SPDY/3.1', 'websocket', 'websocket']);
  api.dispose();
});

/** `space.proxied` remembers: SPDY comes first. */
const protocols = [
  ['SPDY', () => undefined],
  ['WebSockets', refuseSpdy],
] as const;

describe.each(protocols)('a port of a pod over %s', (_name, prepare) => {
  beforeEach(prepare);

  it('gives back what an echo says, in pieces of any size', async () => {
    const before = forwards();
    const stream = await open(7007);
    const chunks: Uint8Array[] = [];
    const pieces = [1, 2, 1_000, 32_768, 32_769, 500_000].map((bytes) => randomBytes(bytes));
    const expected = Buffer.concat(pieces);
    for (const piece of pieces) stream.write(piece);
    let bytes = 0;
    for await (const chunk of stream as AsyncIterable<Uint8Array>) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes === expected.length) break;
    }
    expect(Buffer.concat(chunks).equals(expected)).toBe(true);
    await eventually(() => forwards() === before);
  });

  it(`carries ${megabytes / 2} MB both ways at once`, async () => {
    const stream = await open(7007);
    const block = randomBytes(1_048_576);
    const sent = createHash('sha256');
    const send = async () => {
      for (let index = 0; index < megabytes / 2; index += 1) {
        sent.update(block);
        if (!stream.write(block)) await once(stream, 'drain');
      }
    };
    const received = createHash('sha256');
    const receive = async () => {
      let bytes = 0;
      for await (const chunk of stream as AsyncIterable<Uint8Array>) {
        received.update(chunk);
        bytes += chunk.length;
        if (bytes === (megabytes / 2) * block.length) break;
      }
    };
    await Promise.all([send(), receive()]);
    expect(received.digest('hex')).toBe(sent.digest('hex'));
  });

  it('ends when the pod ends the connection, with all that was sent', async () => {
    const stream = await open(7008);
    let bytes = 0;
    for await (const chunk of stream as AsyncIterable<Uint8Array>) bytes += chunk.length;
    expect(bytes).toBe(megabytes * 1_048_576);
    await eventually(() => stream.destroyed);
  });

  it('holds up a writer whom nobody reads', async () => {
    const stream = await open(7009);
    const [block, blocks] = [new Uint8Array(1_048_576), 1_000];
    let accepted = 0;
    const write = async () => {
      while (!stream.destroyed && accepted < blocks) {
        const more = stream.write(block);
        accepted += 1;
        if (!more) await drainedOrClosed(stream);
      }
    };
    const writing = write();
    try {
      // The kernels on the way hold what they like, tens of MB each; then it stands still.
      let before = -1;
      await eventually(async () => {
        before = accepted;
        await sleep(2_000);
        return accepted === before;
      });
      expect(accepted).toBeLessThan(blocks);
    } finally {
      stream.destroy();
      await writing;
    }
  });
});

describe.each(protocols)('a port that cannot be reached over %s', (_name, prepare) => {
  beforeEach(prepare);

  const failure = async (stream: Duplex) => {
    stream.resume();
    const [error] = (await once(stream, 'error')) as [unknown];
    return error;
  };

  it('says that nothing listens there', async () => {
    const stream = await open(7999);
    stream.write('x');
    expect(await failure(stream)).toMatchObject({
      code: 'cluster.unreachable',
      message: 'Nothing listens on port 7999 of pod p.',
    });
  });

  it('says that there is no such pod', async () => {
    await expect(open(7007, 'nobody')).rejects.toMatchObject({ code: 'cluster.notFound' });
  });

  it('says that the connection was cut', async () => {
    const stream = await open(7007);
    stream.write('x');
    await once(stream, 'data');
    expect(space.proxy.cut(portOf)).toBeGreaterThan(0);
    expect(await failure(stream)).toMatchObject({ message: expect.stringContaining('port 7007 of pod p broke') });
  });

  it('says which right is missing', async () => {
    const message = 'pods "p" is forbidden: ';
    const body = JSON.stringify({ kind: 'Status', status: 'Failure', reason: 'Forbidden', code: 403, message });
    space.proxy.on(portOf, { kind: 'answer', status: 403, body });
    await expect(open(7007)).rejects.toMatchObject({
      message: expect.stringContaining('may not create pods/portforward'),
    });
  });
});
