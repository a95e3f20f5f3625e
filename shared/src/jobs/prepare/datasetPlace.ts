import type { RunFile } from '../../pipeline/index.ts';
import { parseDatasetUrl, SlipwayError, type DatasetUrl, type JobSpec } from '../../protocol/index.ts';
import { checkRelativePath, nameOf } from '../paths.ts';
import { refuseUserInfo } from './userInfo.ts';

type Dataset = NonNullable<JobSpec['dataset']>;

/** Fields that only some kinds of datasets have. */
const fieldsOf: Readonly<Record<'path' | DatasetUrl['kind'], readonly (keyof Dataset)[]>> = {
  path: [],
  web: [],
  s3: ['secret', 'endpoint', 'region', 'addressing'],
  hub: ['secret', 'endpoint'],
};
const special = ['secret', 'endpoint', 'region', 'addressing'] as const;

/**
 * The dataset of a job, with the name of the file or folder under which the run finds it.
 * @throws SlipwayError `spec.invalid` for one without a place, or with a field that its kind does not have
 */
export function datasetOf(dataset: JobSpec['dataset']): RunFile['dataset'] {
  if (dataset === undefined) return undefined;
  if ((dataset.url === undefined) === (dataset.path === undefined)) {
    throw new SlipwayError('spec.invalid', 'The dataset needs either a url or a path.', {
      action: 'Give dataset.url to download it, or dataset.path for a file on a dataset volume.',
    });
  }
  const { kind, place } = placeOf(dataset);
  const other = special.find((field) => dataset[field] !== undefined && !fieldsOf[kind].includes(field));
  if (other !== undefined) {
    throw new SlipwayError('spec.invalid', `dataset.${other} is not for this dataset.`, {
      action: 'secret and endpoint are for addresses that begin with s3:// or hf://, region and addressing for s3://.',
    });
  }
  if (dataset.endpoint !== undefined) refuseUserInfo(new URL(dataset.endpoint), 'dataset.endpoint', 'dataset.secret');
  return { ...dataset, name: fileName(place) };
}

function fileName(place: string): string {
  return (
    nameOf(place)
      .replaceAll(/[^\w.-]+/g, '_')
      .replace(/^\.+/, '') || 'dataset'
  );
}

function placeOf({ url = '', path, sha256, bytes }: Dataset): { kind: keyof typeof fieldsOf; place: string } {
  if (path !== undefined) return { kind: 'path', place: checkRelativePath(path, 'dataset.path') };
  const found = parseDatasetUrl(url);
  switch (found.kind) {
    case undefined:
      throw nowhere(found.like);
    case 's3': {
      const isPrefix = found.key === '' || found.key.endsWith('/');
      if (isPrefix && (sha256 ?? bytes) !== undefined) throw checkedOfFiles();
      return { kind: 's3', place: plainPath(found.key) || found.bucket };
    }
    case 'hub':
      return { kind: 'hub', place: plainPath(found.path) || found.name };
    case 'web':
      refuseUserInfo(found.url, 'dataset.url', 'dataset.secret, for s3:// and hf://');
      return { kind: 'web', place: found.url.pathname };
  }
}

function nowhere(like: DatasetUrl['kind']): SlipwayError {
  if (like === 's3') return notAnAddress('an object or a prefix of a bucket', 's3://bucket/data/cells.h5ad');
  if (like === 'hub') {
    return notAnAddress('a repository of the Hugging Face Hub', 'hf://datasets/owner/name@main/data/cells.parquet');
  }
  return new SlipwayError('spec.invalid', 'dataset.url is not an address that can be downloaded from.', {
    action: 'Give an address that begins with https://, http://, s3:// or hf://.',
  });
}

/** A key or path without the slash at its end. Where a part is missing or dots, no volume could have such a file. */
function plainPath(text: string): string {
  const path = text.replace(/\/$/, '');
  return path === '' ? '' : checkRelativePath(path, 'dataset.url');
}

function notAnAddress(what: string, example: string): SlipwayError {
  return new SlipwayError('spec.invalid', `dataset.url is not the address of ${what}.`, {
    action: `Give an address such as ${example}.`,
  });
}

function checkedOfFiles(): SlipwayError {
  return new SlipwayError('spec.invalid', 'dataset.sha256 and dataset.bytes are of one file, not of a prefix.', {
    action: 'Leave them out: objects are checked by their size and MD5.',
  });
}
