import { describe, expect, it } from 'vitest';
import { ByteQueue } from './byteQueue.ts';

function createQueue() {
  const calls: string[] = [];
  const queue = new ByteQueue({ pause: () => calls.push('pause'), resume: () => calls.push('resume') });
  return { queue, calls };
}
const chunk = (size: number, value = 1) => new Uint8Array(size).fill(value);

describe('a byte queue', () => {
  it('stops a source that is too fast and lets it go on when little is held', async () => {
    const { queue, calls } = createQueue();
    for (let index = 0; index < 5; index += 1) queue.push(chunk(300_000));
    expect(calls).toEqual(['pause']);
    const reader = queue[Symbol.asyncIterator]();
    for (let index = 0; index < 4; index += 1) await reader.next();
    expect(calls).toEqual(['pause']);
    await reader.next();
    expect(calls).toEqual(['pause', 'resume']);
  });

  it('gives all that came before its end, and then the first error', async () => {
    const { queue } = createQueue();
    queue.push(chunk(1));
    queue.end(new Error('cut'));
    queue.end();
    queue.push(chunk(2));
    const sizes: number[] = [];
    const read = async () => {
      for await (const bytes of queue) sizes.push(bytes.length);
    };
    await expect(read()).rejects.toThrow('cut');
    expect(sizes).toEqual([1]);
  });

  it('wakes a reader that waits', async () => {
    const { queue } = createQueue();
    const reader = queue[Symbol.asyncIterator]();
    const next = reader.next();
    queue.push(chunk(3));
    expect((await next).value).toHaveLength(3);
    const last = reader.next();
    queue.end();
    expect((await last).done).toBe(true);
  });

  it('drops what comes after the reader has left, and does not hold the source up', async () => {
    const { queue, calls } = createQueue();
    queue.push(chunk(1_000_000));
    queue.push(chunk(1_000_000));
    for await (const bytes of queue) {
      expect(bytes.length).toBe(1_000_000);
      break;
    }
    queue.push(chunk(2_000_000));
    expect(calls).toEqual(['pause', 'resume']);
  });
});
