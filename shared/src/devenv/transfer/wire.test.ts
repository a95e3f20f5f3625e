import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteSource, Outbox } from './wire.ts';

async function* inPieces(bytes: Buffer, cuts: readonly number[]): AsyncGenerator<Buffer> {
  let at = 0;
  for (const cut of cuts) {
    yield bytes.subarray(at, at + cut);
    at += cut;
    await Promise.resolve();
  }
  yield bytes.subarray(at);
}

describe('bytes as they come', () => {
  it('are the same however they are cut and taken, behind whatever noise', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 300 }),
        fc.array(fc.nat(40)),
        fc.array(fc.nat(40)),
        async (data, cuts, takes) => {
          const all = Buffer.concat([Buffer.from('Welcome\nMA'), Buffer.from('MARK'), data]);
          const source = new ByteSource(inPieces(all, cuts));
          expect(await source.skipPast(Buffer.from('MARK'), 1_000)).toBe(true);
          const taken: Buffer[] = [];
          let left = data.length;
          for (const count of takes) {
            const piece = await source.take(count);
            if (count > left) expect(piece).toBeUndefined();
            if (piece === undefined) break;
            left -= count;
            taken.push(piece);
          }
          const seen = Buffer.concat(taken);
          expect(seen).toEqual(Buffer.from(data).subarray(0, seen.length));
        },
      ),
    );
  });

  it('have no end of noise', async () => {
    const source = new ByteSource(
      inPieces(
        Buffer.alloc(2_000, 'x'),
        Array.from({ length: 40 }, () => 50),
      ),
    );
    expect(await source.skipPast(Buffer.from('MARK'), 500)).toBe(false);
  });

  it('are written in the order in which they were added, few at a time, and hold up who adds too many', async () => {
    const written: number[] = [];
    let letGo: (() => void) | undefined;
    const outbox = new Outbox(async (data) => {
      if (letGo === undefined) await new Promise<void>((resolve) => (letGo = resolve));
      written.push(...data);
    }, 4);
    for (let byte = 0; byte < 10; byte++) outbox.add(Uint8Array.of(byte));
    await expect.poll(() => letGo).toBeDefined();
    for (let byte = 10; byte < 20; byte++) outbox.add(Uint8Array.of(byte));
    let isRoom = false;
    const room = outbox.room().then(() => (isRoom = true));
    await Promise.resolve();
    expect(isRoom).toBe(false);
    letGo?.();
    await room;
    await expect.poll(() => written.length).toBe(20);
    expect(written).toEqual(Array.from({ length: 20 }, (_, byte) => byte));
  });

  it('tell of a write that failed', async () => {
    const outbox = new Outbox(() => Promise.reject(new Error('gone')));
    outbox.add(Uint8Array.of(1));
    await expect.poll(() => outbox.room().then(() => '', String)).toBe('Error: gone');
  });
});
