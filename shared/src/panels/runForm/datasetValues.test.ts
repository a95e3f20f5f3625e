import { describe, expect, it } from 'vitest';
import { datasetKind, datasetOf, datasetProblems, initialDataset, takesSecret } from './datasetValues.ts';

const empty = { dataset: '', datasetSecret: '', datasetEndpoint: '' };

describe('the dataset of the form', () => {
  it.each([
    ['', 'none'],
    ['atlas/cells.h5ad', 'path'],
    [' https://data.example.com/cells.h5ad ', 'web'],
    ['http://data.example.com', 'web'],
    ['s3://cells/pbmc3k/', 's3'],
    ['hf://datasets/owner/name@main/a.parquet', 'hub'],
    ['hf://owner/model', 'hub'],
  ])('%j is a place to fetch from: %s', (text, kind) => {
    expect(datasetKind(text)).toEqual({ kind });
  });

  it.each([
    's3://cells',
    's3:///key',
    'hf://owner',
    'hf://spaces/owner/name',
    'ftp://example.com/a',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'https://',
    '/etc/passwd',
    '../cells.h5ad',
  ])('%j is none', (text) => {
    expect(datasetKind(text)).toEqual({ problem: 'dataset' });
  });

  it('takes no credentials in an address, and a Secret only by a name that a Secret can have', () => {
    expect(datasetKind('https://ada:secret@example.com/a')).toEqual({ problem: 'userInfo' });
    const bucket = { dataset: 's3://cells/a', datasetSecret: 'My Secret', datasetEndpoint: 'http://a:b@minio.local' };
    expect(datasetProblems(bucket)).toEqual([
      { field: 'datasetSecret', problem: 'name' },
      { field: 'datasetEndpoint', problem: 'userInfo' },
    ]);
    expect(datasetProblems({ ...bucket, datasetSecret: 'minio-ada', datasetEndpoint: 'minio.local' })).toEqual([
      { field: 'datasetEndpoint', problem: 'endpoint' },
    ]);
    // Fields that are not shown are in nobody's way.
    expect(datasetProblems({ ...bucket, dataset: 'https://example.com/a' })).toEqual([]);
    expect(takesSecret('https://example.com/a')).toBe(false);
  });

  it('that nobody touched is the dataset that the job had', () => {
    const dataset = {
      url: 's3://cells/a.h5ad',
      sha256: 'a'.repeat(64),
      bytes: 7,
      secret: 'minio',
      endpoint: 'https://minio.example.com',
      region: 'eu',
      addressing: 'path' as const,
    };
    expect(datasetOf(dataset, initialDataset(dataset))).toEqual(dataset);
    expect(datasetOf(undefined, initialDataset(undefined))).toBeUndefined();
    expect(datasetOf({ path: 'atlas' }, initialDataset({ path: 'atlas' }))).toEqual({ path: 'atlas' });
  });

  it('that is another one has neither the checksum of the one before nor a Secret where none is taken', () => {
    const before = { url: 's3://cells/a.h5ad', sha256: 'a'.repeat(64), secret: 'minio', region: 'eu' };
    const values = initialDataset(before);
    expect(datasetOf(before, { ...values, dataset: 's3://cells/b.h5ad' })).toEqual({
      url: 's3://cells/b.h5ad',
      secret: 'minio',
      region: 'eu',
    });
    expect(datasetOf(before, { ...values, dataset: 'https://example.com/b.h5ad' })).toEqual({
      url: 'https://example.com/b.h5ad',
    });
    expect(datasetOf(before, empty)).toBeUndefined();
  });
});
