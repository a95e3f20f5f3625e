import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SlipwayError, type JobSpec } from '../../protocol/index.ts';
import { fetchedBy } from './fetched.ts';

const anyAddress = fc.oneof(
  fc.webUrl({ withQueryParameters: true }),
  fc.constantFrom('s3://bucket/', 's3://bucket/a', 'hf://lab/model', 'hf://datasets/lab/data@v1/', 'hf://a/b@'),
);
const sha256 = 'a'.repeat(64);

describe('what the stage fetches', () => {
  it('is nothing for a job that names nothing', () => {
    expect(fetchedBy({ notebook: 'a.ipynb' })).toEqual({ parts: {}, steps: [], tests: undefined });
  });

  it.each<[JobSpec, object]>([
    [
      { dataset: { url: 'https://data.example/a/pbmc 3k.h5ad?x=1', sha256, bytes: 7 } },
      {
        parts: {
          dataset: { url: 'https://data.example/a/pbmc 3k.h5ad?x=1', sha256, bytes: 7, name: 'pbmc_203k.h5ad' },
        },
        steps: ['dataset'],
      },
    ],
    [
      { dataset: { path: 'pbmc/a.h5ad' } },
      { parts: { dataset: { path: 'pbmc/a.h5ad', name: 'a.h5ad' } }, steps: ['dataset'] },
    ],
    [
      { repository: { url: 'git@gitlab.example.com:team/a.git', revision: 'main', secret: 'git-ada' } },
      { parts: { repository: { url: 'git@gitlab.example.com:team/a.git', revision: 'main' } }, steps: ['clone'] },
    ],
    [
      { tests: { repository: 'https://git.example/suite.git', revision: 'v1', path: 'unit', marker: 'gpu' } },
      {
        parts: { suite: { url: 'https://git.example/suite.git', revision: 'v1' } },
        steps: ['clone'],
        tests: { path: 'unit', asked: true, always: false, marker: 'gpu' },
      },
    ],
  ])('of %j', (spec, expected) => {
    expect(fetchedBy(spec)).toMatchObject(expected);
  });

  it.each<[string, string]>([
    ['s3://bucket/data/pbmc 3k.h5ad?x#y', 'pbmc_3k.h5ad_x_y'],
    ['s3://bucket/data/pbmc/', 'pbmc'],
    ['s3://bucket/', 'bucket'],
    ['hf://datasets/lab/pbmc3k', 'pbmc3k'],
    ['hf://datasets/lab/pbmc3k@v1.0/data/a.parquet', 'a.parquet'],
    ['hf://lab/model@refs/pr/7', 'model'],
    ['hf://lab/model@refs%2Fpr%2F7/weights/', 'weights'],
    ['hf://datasets/lab/pbmc3k@refs/convert/parquet/default', 'default'],
  ])('of %s is called %s', (url, name) => {
    expect(fetchedBy({ dataset: { url, secret: 'mine' } }).parts.dataset).toEqual({ url, secret: 'mine', name });
  });

  it.each<[JobSpec, string]>([
    [{ dataset: {} }, 'The dataset needs either a url or a path.'],
    [{ dataset: { url: 'https://a/b', path: 'c' } }, 'The dataset needs either a url or a path.'],
    [{ dataset: { url: 'file:///etc/passwd' } }, 'dataset.url is not an address that can be downloaded from.'],
    [{ dataset: { url: 's3://bucket' } }, 'dataset.url is not the address of an object or a prefix of a bucket.'],
    [{ dataset: { url: 's3://../a' } }, 'dataset.url is not the address of an object or a prefix of a bucket.'],
    [
      { dataset: { url: 's3://bucket/../a' } },
      'dataset.url: "../a" is refused because it leaves the folder with "..".',
    ],
    [{ dataset: { url: 's3://bucket/a/', sha256 } }, 'dataset.sha256 and dataset.bytes are of one file'],
    [{ dataset: { url: 'hf://datasets/name' } }, 'dataset.url is not the address of a repository of the Hugging Face'],
    [{ dataset: { url: 'hf://spaces/lab/app' } }, 'dataset.url is not the address of a repository of the Hugging Face'],
    [{ dataset: { url: 'hf://lab/name/../../x' } }, 'dataset.url: "../../x" is refused'],
    [{ dataset: { url: 'https://data.example/a', secret: 's' } }, 'dataset.secret is not for this dataset.'],
    [{ dataset: { url: 'hf://lab/name', region: 'eu-1' } }, 'dataset.region is not for this dataset.'],
    [{ dataset: { path: 'pbmc', endpoint: 'https://s3.example' } }, 'dataset.endpoint is not for this dataset.'],
    [
      { dataset: { url: 's3://bucket/a', endpoint: 'https://ada:secret@s3.example' } },
      'dataset.endpoint holds a user name or password.',
    ],
    [{ dataset: { path: '../other' } }, 'dataset.path'],
    [{ repository: { url: '--upload-pack=evil' } }, 'repository.url is not the address of a git repository.'],
    [{ repository: { url: 'ext::sh -c x' } }, 'repository.url is not the address of a git repository.'],
    [{ repository: { url: 'https://ada:secret@git.example/a.git' } }, 'repository.url holds a user name or password.'],
    [{ repository: { url: 'https://git.example/a.git', revision: '--help' } }, 'The revision'],
  ])('refuses %j', (spec, words) => {
    expect(() => fetchedBy(spec)).toThrow(words);
  });

  it('never makes a name that could leave its folder, whatever the address', () => {
    fc.assert(
      fc.property(anyAddress, fc.string(), (url, tail) => {
        let name: string | undefined;
        try {
          name = fetchedBy({ dataset: { url: url + tail } }).parts.dataset?.name;
        } catch (error) {
          expect(SlipwayError.is(error)).toBe(true);
          return;
        }
        expect(name).toMatch(/^[\w-][\w.-]*$/);
      }),
    );
  });
});
