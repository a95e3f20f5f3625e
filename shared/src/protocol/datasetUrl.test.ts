import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hasUserInfo, parseDatasetUrl, parseWebUrl } from './datasetUrl.ts';

describe('the url of a dataset', () => {
  it.each([
    ['s3://cells/pbmc/a.h5ad', { kind: 's3', bucket: 'cells', key: 'pbmc/a.h5ad' }],
    ['s3://cells/', { kind: 's3', bucket: 'cells', key: '' }],
    ['hf://owner/model', { kind: 'hub', name: 'model', path: '' }],
    ['hf://datasets/owner/name@main/data/a.parquet', { kind: 'hub', name: 'name', path: 'data/a.parquet' }],
    ['hf://datasets/owner/name@refs/convert/parquet/a', { kind: 'hub', name: 'name', path: 'a' }],
    ['https://data.example.com/a', { kind: 'web', url: new URL('https://data.example.com/a') }],
  ])('%s leads somewhere', (text, place) => expect(parseDatasetUrl(text)).toEqual(place));

  it.each([
    ['s3://cells', 's3'],
    ['s3:///key', 's3'],
    ['s3://cells/a\nb', 's3'],
    ['hf://owner', 'hub'],
    ['hf://spaces/owner/name', 'hub'],
    ['hf://owner/name@', 'hub'],
    ['ftp://example.com/a', 'web'],
    ['file:///etc/passwd', 'web'],
    ['javascript:alert(1)', 'web'],
    ['https://', 'web'],
    ['', 'web'],
  ])('%j leads nowhere', (text, like) => expect(parseDatasetUrl(text)).toEqual({ kind: undefined, like }));

  it('is read whatever is typed', () => {
    fc.assert(
      fc.property(fc.constantFrom('', 's3://', 'hf://', 'hf://datasets/', 'https://'), fc.string(), (start, rest) => {
        expect(parseDatasetUrl(start + rest)).toHaveProperty('kind');
      }),
    );
  });
});

it('credentials in an address are seen; a user name of ssh is none', () => {
  const has = (text: string): boolean => hasUserInfo(new URL(text));
  expect(['https://a@x.example', 'https://:b@x.example', 'ssh://git:b@x.example'].map(has)).toEqual([true, true, true]);
  expect(['https://x.example', 'ssh://git@x.example'].map(has)).toEqual([false, false]);
  expect(parseWebUrl('minio.local')).toBeUndefined();
});
