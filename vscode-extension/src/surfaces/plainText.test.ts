import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { plainMessage, withoutIcons } from './plainText.ts';

/** What VS Code takes for a link in a notification. */
const link = /\[[^\]]+\]\((?:https?:\/\/|command:|file:)[^)\s]+/i;
const seen = (text: string): string => text.replaceAll('\u200B', '');

it('takes links out of messages, and leaves what is read', () => {
  const message = 'a[press](command:workbench.action.quit).ipynb: Failed · [see](https://elsewhere)';
  expect(message).toMatch(link);
  expect(plainMessage(message)).not.toMatch(link);
  expect(seen(plainMessage(message))).toBe(message);
  const parts = fc.constantFrom('[', ']', '(', ')', 'command:a', 'https://b', 'c', ' ', '\\', '"', '\u200B');
  fc.assert(
    fc.property(fc.array(parts), (all) => {
      expect(plainMessage(all.join(''))).not.toMatch(link);
    }),
  );
});

it('takes icons out of labels', () => {
  expect(withoutIcons('$(flame)')).not.toMatch(/\$\(/);
  expect(seen(withoutIcons('a $(flame) $$(b) $'))).toBe('a $(flame) $$(b) $');
});
