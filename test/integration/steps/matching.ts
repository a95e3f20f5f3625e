import { expect } from 'vitest';

/** `expect.stringMatching` and its kin, typed for use inside the objects that `toMatchObject` takes. */
export const matching = (pattern: RegExp): unknown => expect.stringMatching(pattern);
export const containing = (part: string): unknown => expect.stringContaining(part);
export const objectWith = (fields: object): unknown => expect.objectContaining(fields);
export const arrayWith = (items: readonly unknown[]): unknown => expect.arrayContaining([...items]);
