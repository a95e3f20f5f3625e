import { execFile } from 'node:child_process';
import { createPublicKey, randomBytes, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { connect as dialPort, createServer, Socket, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../kubernetes/index.ts';
import * as z from 'zod';
import { SlipwayError, type TransferProgress } from '../../../protocol/index.ts';
import { startCuttingProxy, type CuttingProxy } from '../../testing/cuttingProxy.ts';
import { inventory } from '../../testing/inventory.ts';
import { dialLocal, startLocalSshd, type LocalSshd } from '../../testing/localSshd.ts';
import { transferThrough } from '../../testing/localTransfers.ts';
import { makeTwoFolders } from '../../testing/twoFolders.ts';
import { makeConnectionIdentity } from './certificate.ts';
import { ContentStream } from './contentStream.ts';
import type { DialRemote } from './openContents.ts';

const directions = ['upload', 'download'] as const;
const bigBytes = 30_000_000;
let sshd: LocalSshd;
/** What goes through the session. */
let session: CuttingProxy;
let folders: Record<(typeof directions)[number], readonly [source: string, destination: string]>;
let here: string;
let there: string;

beforeAll(async () => {
  sshd = await startLocalSshd();
  session = await startCuttingProxy(() => sshd.connect());
});
afterAll(async () => {
  await session.stop();
  await sshd.stop();
});
beforeEach(async () => {
  const made = await makeTwoFolders();
  ({ here, there } = made);
  folders = { upload: [here, there], download: [there, here] };
  return () => made.dispose();
});

/** Connections beside the session. */
const beside: Socket[] = [];
/** Carried on them, in both directions. */
const besideBytes = (): number =>
  beside.reduce((sum, { bytesRead, bytesWritten }) => sum + bytesRead + bytesWritten, 0);

const dialLoopback: DialRemote = async (port) => counted(await dialLocal(port));

function portOf(address: AddressInfo | string | null): number {
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function counted(socket: Socket): Socket {
  beside.push(socket);
  return socket;
}

async function copy(direction: (typeof directions)[number], dial: DialRemote, waits?: Set<string | undefined>) {
  beside.length = 0;
  const before = session.bytes;
  const ways = {
    dial: () => dialLocal(session.port),
    beside: dial,
    onProgress: ({ waiting }: TransferProgress) => waits?.add(waiting),
    clock: { ...systemClock, sleep: () => Promise.resolve() },
  };
  const outcome = await transferThrough(sshd, { direction, local: [here], remote: [there] }, ways);
  return { ...outcome, sessionBytes: session.bytes - before };
}

describe.each(directions)('the contents of a big file, %s', (direction) => {
  const big = async (): Promise<void> => {
    await writeFile(join(folders[direction][0], 'big.bin'), randomBytes(bigBytes));
    await writeFile(join(folders[direction][0], 'small.txt'), 'small');
  };
  const arrives = async (): Promise<void> => {
    const [source, destination] = folders[direction];
    expect(await inventory(destination)).toEqual(await inventory(source));
  };

  it('go beside the session, and all else through it', async () => {
    await big();
    expect(await copy(direction, dialLoopback)).toMatchObject({ files: 2, skipped: [] });
    await arrives();
    expect(besideBytes()).toBeGreaterThan(bigBytes);
    expect(besideBytes()).toBeLessThan(bigBytes * 1.02);
    const { sessionBytes } = await copy(direction === 'upload' ? 'download' : 'upload', dialLoopback);
    expect(sessionBytes).toBeLessThan(200_000);
  });

  it('cannot be read by who carries them', async () => {
    const text = Buffer.alloc(bigBytes, 'a line that would be known again\n');
    await writeFile(join(folders[direction][0], 'text.txt'), text);
    let found = false;
    const listen = (data: Buffer): void => void (found ||= data.includes('would be known'));
    const carry = createServer();
    const dial: DialRemote = async (port, signal) => {
      const far = await dialLoopback(port, signal);
      carry.once('connection', (near) => {
        near.on('data', listen).pipe(far).on('data', listen).pipe(near);
        for (const end of [near, far]) end.on('error', () => undefined);
      });
      await once(carry.listen(0, '127.0.0.1'), 'listening');
      return dialLocal(portOf(carry.address()));
    };
    await copy(direction, dial);
    await arrives();
    expect(found).toBe(false);
    expect(besideBytes()).toBeGreaterThan(bigBytes);
    carry.close();
  });

  it('go on over another connection where theirs breaks', async () => {
    await big();
    let dials = 0;
    const dial: DialRemote = async (port, signal) => {
      const socket = counted(await dialLocal(port));
      dials += 1;
      const broken = dials === 1 ? 7_000_000 : Number.POSITIVE_INFINITY;
      const watching = setInterval(() => {
        if (socket.bytesRead + socket.bytesWritten > broken) socket.resetAndDestroy();
      }, 1);
      socket.once('close', () => clearInterval(watching));
      signal.throwIfAborted();
      return socket;
    };
    const waits = new Set<string | undefined>();
    await copy(direction, dial, waits);
    expect(waits).toContain('connection lost, trying again');
    expect(dials).toBe(2);
    await arrives();
  });

  it('go through the session where there is no way beside it', async () => {
    await big();
    const { sessionBytes } = await copy(direction, () => Promise.reject(new Error('no way')));
    expect(sessionBytes).toBeGreaterThan(bigBytes);
    await arrives();
  });

  it('are given to nobody else who connects', async () => {
    await big();
    const strangers: Promise<void>[] = [];
    const gone = (socket: Socket): Promise<void> =>
      new Promise((resolve) => socket.on('error', () => undefined).once('close', () => resolve()));
    const dial: DialRemote = async (port, signal) => {
      const plain = dialPort({ port, host: '127.0.0.1' });
      strangers.push(gone(plain));
      plain.write('GET / HTTP/1.1\r\n\r\n');
      const tls = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false });
      strangers.push(gone(tls));
      await Promise.all(strangers);
      return dialLoopback(port, signal);
    };
    const { sessionBytes } = await copy(direction, dial);
    await arrives();
    expect(sessionBytes).toBeLessThan(200_000);
  });
});

describe('the connection for contents', () => {
  it.each([
    ['says the secret', (secret: Buffer) => secret, 'undefined'],
    ['says another one', () => randomBytes(32), 'ssh.lost'],
    ['ends before it', (secret: Buffer) => secret.subarray(1), 'ssh.lost'],
  ])('takes who says the secret, and nobody else: one who %s', async (_who, said, code) => {
    const identity = makeConnectionIdentity();
    const secret = randomBytes(32);
    const server = createServer();
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const port = portOf(server.address());
    const carrier = once(server, 'connection');
    const tls = connectTls({ port, host: '127.0.0.1', ca: identity.certificate, checkServerIdentity: () => undefined });
    tls.on('error', () => undefined).end(said(secret));
    const [near] = z.tuple([z.instanceof(Socket)]).parse(await carrier);
    const accepted = ContentStream.accept(near, identity, secret).then(
      (stream) => {
        stream.destroy();
        return undefined;
      },
      (error: unknown) => (SlipwayError.is(error) ? error.code : error),
    );
    expect(String(await accepted)).toBe(code);
    server.close();
  });
});

describe('a certificate for one connection', () => {
  it('is one that OpenSSL understands, signed by its own key', async () => {
    for (let count = 0; count < 50; count++) {
      const { certificate, privateKey } = makeConnectionIdentity();
      const read = new X509Certificate(certificate);
      expect(read.checkPrivateKey(privateKey)).toBe(true);
      expect(read.verify(createPublicKey(privateKey))).toBe(true);
    }
    const command = promisify(execFile)('openssl', ['x509', '-noout', '-text']);
    command.child.stdin?.end(makeConnectionIdentity().certificate);
    expect((await command).stdout).toContain('CN = slipway');
  });
});
