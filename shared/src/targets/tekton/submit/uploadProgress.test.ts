import { describe, expect, it } from 'vitest';
import { uploadTeller, uploadWords } from './uploadProgress.ts';

describe('uploadWords', () => {
  it.each([
    [120_000_000, 300_000_000, 'uploading 120 of 300 MB'],
    [4_100_000, 300_000_000, 'uploading 4.1 of 300 MB'],
    [4_100, 300_000_000, 'uploading 4.1 kB of 300 MB'],
    [0, 300_000_000, 'uploading 0 B of 300 MB'],
    [0, 0, 'uploading 0 of 0 B'],
    [300_000_000, 300_000_000, 'uploading 300 of 300 MB'],
  ])('%d of %d bytes', (bytes, totalBytes, words) => {
    expect(uploadWords(bytes, totalBytes)).toBe(words);
  });
});

describe('uploadTeller', () => {
  it('tells at once, twice a second, and at the end', () => {
    let now = 0;
    const told: string[] = [];
    const tell = uploadTeller(
      () => now,
      (text) => told.push(text),
    );
    for (let bytes = 0; bytes <= 1000; bytes += 100) {
      tell({ bytes, totalBytes: 1000 });
      now += 200;
    }
    expect(told).toEqual([0, 300, 600, 900, 1000].map((bytes) => uploadWords(bytes, 1000)));
  });
});
