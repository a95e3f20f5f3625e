import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quoted } from './digests.ts';
import { Turns } from './turns.ts';

it('a quoted path is one word of a shell, also within another one', () => {
  const nasty = fc.constantFrom("'", '"', '\\', '$(id)', '`id`', '\n', '*', ' ', '; id', '!', '~', 'ä', '-n');
  const text = fc.array(fc.oneof(nasty, fc.string({ unit: 'grapheme' })), { minLength: 1 });
  fc.assert(
    fc.property(text, (words) => {
      const path = words.join('').replaceAll('\0', '');
      const { stdout } = spawnSync('sh', ['-c', `sh -c ${quoted(`printf %s. ${quoted(path)}`)}`]);
      expect(stdout.toString('utf8')).toBe(`${Buffer.from(path).toString('utf8')}.`);
    }),
    { numRuns: 60 },
  );
});

describe('turns', () => {
  it('let so many in at a time, in order, and the next one also behind a failure', async () => {
    const turns = new Turns(2);
    let inside = 0;
    let most = 0;
    const order: number[] = [];
    const one = (number: number): Promise<void> =>
      turns.within(async () => {
        most = Math.max(most, (inside += 1));
        order.push(number);
        await Promise.resolve();
        inside -= 1;
        if (number % 3 === 0) throw new Error('failed');
      });
    const results = await Promise.allSettled(Array.from({ length: 20 }, (_, number) => one(number)));
    expect(most).toBe(2);
    expect(order).toEqual(Array.from({ length: 20 }, (_, number) => number));
    expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(7);
  });
});
