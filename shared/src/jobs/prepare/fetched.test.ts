import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SlipwayError, type JobSpec } from '../../protocol/index.ts';
import { fetchedBy } from './fetched.ts';

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

  it.each<[JobSpec, string]>([
    [{ dataset: {} }, 'The dataset needs either a url or a path.'],
    [{ dataset: { url: 'https://a/b', path: 'c' } }, 'The dataset needs either a url or a path.'],
    [{ dataset: { url: 'file:///etc/passwd' } }, 'dataset.url is not an address that can be downloaded from.'],
    [{ dataset: { url: 's3://bucket/a.h5ad' } }, 'dataset.url is not an address that can be downloaded from.'],
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
      fc.property(fc.webUrl({ withQueryParameters: true }), fc.string(), (url, tail) => {
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
