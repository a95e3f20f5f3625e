import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { RemoteEnd, RemoteProcess } from '../remoteProcess.ts';
import { ManualClock } from '../testing/manualClock.ts';
import { FilesConnection } from './filesConnection.ts';

const { signal } = new AbortController();
const mebibyte = 1024 * 1024;

const sha256 = createHash('sha256')
  .update(new Uint8Array(20 * mebibyte))
  .digest('hex');

/** A helper that answers one request with a line, a file of 20 MiB, a line of what it sent, and then one request more. */
function sending(answer: (request: Record<string, unknown>) => object, trailer: object = {}) {
  const said: Record<string, unknown>[] = [];
  let ending!: (end: RemoteEnd) => void;
  const ended = new Promise<RemoteEnd>((resolve) => (ending = resolve));
  let asked!: (request: Record<string, unknown>) => void;
  const request = new Promise<Record<string, unknown>>((resolve) => (asked = resolve));
  async function* output(): AsyncGenerator<Uint8Array> {
    yield Buffer.from(`${JSON.stringify({ bytes: 20 * mebibyte, length: 20 * mebibyte, ...answer(await request) })}\n`);
    for (let sent = 0; sent < 40; sent += 1) yield new Uint8Array(mebibyte / 2);
    yield Buffer.from(`${JSON.stringify({ sha256, length: 20 * mebibyte, ...trailer })}\n{"next":true}\n`);
  }
  const process: RemoteProcess = {
    output: output(),
    send: (bytes) => {
      const line = JSON.parse(Buffer.from(bytes).toString()) as Record<string, unknown>;
      said.push(line);
      asked(line);
      return Promise.resolve();
    },
    ended,
    destroy: () => ending({ exitCode: undefined, words: 'cut' }),
  };
  return { connection: new FilesConnection(process, new ManualClock()), said };
}

async function taken(helper: ReturnType<typeof sending>, most = Infinity): Promise<number> {
  const { content } = await helper.connection.open('output/x', undefined, () => undefined, signal);
  let bytes = 0;
  for await (const piece of content) {
    bytes += piece.length;
    if (bytes >= most) break;
  }
  return bytes;
}

describe('a file that is read', () => {
  it('comes no further ahead than the window, as what was taken is told', async () => {
    const helper = sending(({ window }) => ({ window }));
    expect(await taken(helper)).toBe(20 * mebibyte);
    const [request, ...told] = helper.said;
    expect(request).toEqual({ read: 'output/x', checksum: true, window: 8 * mebibyte });
    expect(told).toEqual([2, 4, 6, 8, 10, 12, 14, 16, 18].map((count) => ({ taken: count * mebibyte })));
  });

  it('of a run whose helper knows no window comes at once, and nothing is told that would be taken for a request', async () => {
    const helper = sending(() => ({}));
    expect(await taken(helper)).toBe(20 * mebibyte);
    expect(helper.said).toHaveLength(1);
    expect(await helper.connection.ask({ list: true }, signal)).toEqual({ next: true });
  });

  it.each([
    ['bytes were changed on their way', { sha256: sha256.replace(/^./, (digit) => (digit === '0' ? '1' : '0')) }],
    ['not as many were sent as came', { length: 1 }],
    ['nothing is said of what was sent', { sha256: undefined }],
  ])('does not look whole where %s', async (_, trailer) => {
    const helper = sending(() => ({}), trailer);
    const { content } = await helper.connection.open('output/x', undefined, () => undefined, signal);
    let bytes = 0;
    const reading = async (): Promise<void> => {
      for await (const piece of content) bytes += piece.length;
    };
    await expect(reading()).rejects.toMatchObject({
      code: 'cluster.protocol',
      message: '"output/x" did not arrive as it was sent: length or SHA-256 is wrong.',
    });
    // Not even in length.
    expect(bytes).toBeLessThan(20 * mebibyte);
    expect(helper.connection.broken).toBe(true);
  });

  it('is told of no more once it was given up, and the connection is of no use then', async () => {
    const helper = sending(({ window }) => ({ window }));
    await taken(helper, 3 * mebibyte);
    expect(helper.said.slice(1)).toEqual([{ taken: 2 * mebibyte }]);
    expect(helper.connection.broken).toBe(true);
  });
});
