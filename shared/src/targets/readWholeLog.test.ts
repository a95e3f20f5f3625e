import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readWholeLog } from './readWholeLog.ts';

const never = new AbortController().signal;

it('reads on until nothing comes, whatever is at hand at a time, and no further than it may', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uint8Array(),
      fc.array(fc.integer({ min: 1, max: 9 })),
      fc.nat(200),
      async (log, sizes, most) => {
        const left = [...sizes];
        const readLog = (_run: string, _step: string, offset: number, maxBytes: number) => {
          const length = Math.min(maxBytes, left.shift() ?? maxBytes);
          return Promise.resolve({ offset, bytes: log.subarray(offset, offset + length), times: [] });
        };
        const read = await readWholeLog({ readLog }, 'run', 'command', most, never);
        expect(new Uint8Array(read)).toEqual(log.slice(0, most));
      },
    ),
  );
});
