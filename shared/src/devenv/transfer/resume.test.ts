import { describe, expect, it } from 'vitest';
import { resumeAt } from './resume.ts';

describe('where a big file goes on', () => {
  it.each([
    ['behind a part that is its beginning', { bytes: 5, sha256: 'x' }, 10, 'x', 5],
    ['at its end where all of it is there', { bytes: 10, sha256: 'x' }, 10, 'x', 10],
    ['at the beginning without a part', { bytes: 0, sha256: '' }, 10, undefined, 0],
    ['at the beginning where the part is of something else', { bytes: 5, sha256: 'x' }, 10, 'y', 0],
    ['at the beginning where the part is longer', { bytes: 11, sha256: 'x' }, 10, 'x', 0],
    ['at the beginning where nobody knows what the part is', { bytes: 5, sha256: '' }, 10, '', 0],
  ])('%s', (_name, part, bytes, hash, offset) => {
    expect(resumeAt(part, bytes, hash)).toBe(offset);
  });
});
