import { duplexPair } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { Message } from 'vscode-jsonrpc/node';
import { SlipwayError } from '../protocol/index.ts';
import { encodeFrame } from './frames.ts';
import { containing } from './testing/matchers.ts';
import { FrameReader, FrameWriter } from './frameTransport.ts';

function message(text: string): Message & { method: string; params: object } {
  return { jsonrpc: '2.0', method: 'note', params: { text } };
}

describe('FrameWriter', () => {
  it('cuts off a reader that never reads, before memory grows beyond the limit and one message', async () => {
    const [, end] = duplexPair();
    const writer = new FrameWriter(end, 100_000);
    const failures: unknown[] = [];
    writer.onError(([error]) => failures.push(error));
    let largest = 0;
    let written = 0;
    for (; !end.destroyed && written < 1000; written += 1) {
      writer.write(message('x'.repeat(10_000))).catch((error: unknown) => failures.push(error));
      largest = Math.max(largest, end.writableLength);
    }
    await new Promise((resolve) => setImmediate(resolve));
    expect(written).toBeLessThan(20);
    expect(largest).toBeLessThan(120_000);
    expect(failures[0]).toMatchObject({ message: containing('does not read') });
  });

  it('refuses a message above the limit and goes on', async () => {
    const [near, far] = duplexPair();
    const writer = new FrameWriter(near, 1000);
    await expect(writer.write(message('x'.repeat(1000)))).rejects.toBeInstanceOf(SlipwayError);
    far.resume();
    await writer.write(message('short'));
    expect(near.destroyed).toBe(false);
  });
});

describe('FrameReader', () => {
  it('reports one error for a broken frame and nothing of what follows', async () => {
    const [near, far] = duplexPair();
    const reader = new FrameReader(far, 1000);
    const seen: unknown[] = [];
    const closed = new Promise<void>((resolve) => reader.onClose(resolve));
    reader.onError((error) => seen.push(error.message));
    reader.listen((received) => seen.push(received));
    near.write(encodeFrame(message('one')));
    near.write('x'.repeat(2000));
    near.write(encodeFrame(message('two')));
    near.end();
    far.end();
    await closed;
    expect(seen).toEqual([message('one'), containing('longer than the 1000 bytes')]);
  });
});
