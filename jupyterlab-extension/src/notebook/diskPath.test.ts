import { expect, it } from 'vitest';
import { diskPath } from './diskPath.ts';

it.each([
  ['', 'data/cells.h5ad', '/home/alice', '/home/alice/data/cells.h5ad'],
  ['', '', '/home/alice/', '/home/alice/'],
  ['', '/data', '/', '/data'],
  ['RTC', 'a.ipynb', '/home/alice', '/home/alice/a.ipynb'],
  ['S3', 'a.ipynb', '/home/alice', undefined],
  ['', 'a.ipynb', undefined, undefined],
])('of drive %j, %j below %j is %j', (drive, path, root, expected) =>
  expect(diskPath(drive, path, root)).toBe(expected),
);
