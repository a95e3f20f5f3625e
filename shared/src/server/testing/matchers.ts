import { expect } from 'vitest';

/** In an expected object: any text that contains this one. */
export function containing(text: string): unknown {
  return expect.stringContaining(text);
}

/** In an expected object: any text of this form. */
export function matching(form: RegExp): unknown {
  return expect.stringMatching(form);
}
