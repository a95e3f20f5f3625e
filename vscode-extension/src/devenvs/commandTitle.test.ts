import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { commandTitle } from './commandTitle.ts';

it('is the command where there is room, else its beginning', () => {
  expect(commandTitle('make train', 18)).toBe('make train');
  expect(commandTitle('python train.py\n  --epochs 50', 18)).toBe('python train.py -…');
});

it('is one line that is no longer than there is room, whatever the command', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 2, max: 40 }), (command, most) => {
      const title = commandTitle(command, most);
      expect(Array.from(title).length).toBeLessThanOrEqual(most);
      expect(title).not.toMatch(/[\r\n\t]/);
    }),
  );
});
