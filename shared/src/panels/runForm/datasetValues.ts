import { hasUserInfo, parseDatasetUrl, parseWebUrl, type JobSpec } from '../../protocol/index.ts';

type Dataset = NonNullable<JobSpec['dataset']>;

/** The dataset as the fields hold it; a text that is empty names none. */
export interface DatasetValues {
  /** An address, or a path on a dataset volume. */
  readonly dataset: string;
  /** Name of a Secret; for buckets and the Hugging Face Hub. */
  readonly datasetSecret: string;
  /** Server of the bucket or Hub where it is not the profile's. */
  readonly datasetEndpoint: string;
}

export type DatasetKind = 'none' | 'path' | 'web' | 's3' | 'hub';
export type DatasetProblem = 'dataset' | 'userInfo' | 'endpoint' | 'name';

const secretPattern = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/;

/** What the dataset's text names. What is no address that a run can fetch from is told by `problem`. */
export function datasetKind(
  text: string,
): { readonly kind: DatasetKind } | { readonly problem: DatasetProblem; readonly kind?: undefined } {
  const source = text.trim();
  if (source === '') return { kind: 'none' };
  if (!/^[A-Za-z][\w+.-]*:/.test(source)) {
    const isBelow = !source.startsWith('/') && !source.split('/').includes('..');
    return isBelow ? { kind: 'path' } : { problem: 'dataset' };
  }
  const found = parseDatasetUrl(source);
  if (found.kind === undefined) return { problem: 'dataset' };
  return found.kind === 'web' && hasUserInfo(found.url) ? { problem: 'userInfo' } : { kind: found.kind };
}

/** True for the kinds that are read with a Secret and from a server of one's own. */
export function takesSecret(text: string): boolean {
  const { kind } = datasetKind(text);
  return kind === 's3' || kind === 'hub';
}

/** What cannot be sent as it is, by the name of the field. */
export function datasetProblems(
  values: DatasetValues,
): { readonly field: keyof DatasetValues; readonly problem: DatasetProblem }[] {
  const found = datasetKind(values.dataset);
  if (found.kind === undefined) return [{ field: 'dataset', problem: found.problem }];
  if (!takesSecret(values.dataset)) return [];
  const endpoint = values.datasetEndpoint.trim();
  const endpointProblem = endpoint === '' ? undefined : problemOfEndpoint(endpoint);
  const secret = values.datasetSecret.trim();
  return [
    ...(secret === '' || secretPattern.test(secret) ? [] : [{ field: 'datasetSecret', problem: 'name' } as const]),
    ...(endpointProblem === undefined ? [] : [{ field: 'datasetEndpoint', problem: endpointProblem } as const]),
  ];
}

/** What the fields hold at first. */
export function initialDataset(dataset: JobSpec['dataset']): DatasetValues {
  return {
    dataset: dataset?.url ?? dataset?.path ?? '',
    datasetSecret: dataset?.secret ?? '',
    datasetEndpoint: dataset?.endpoint ?? '',
  };
}

/**
 * The dataset that the fields say, undefined for none. What no field holds is kept: checksum and size as long as the source is
 * the same, region and addressing as long as it is a bucket.
 */
export function datasetOf(base: JobSpec['dataset'], values: DatasetValues): Dataset | undefined {
  const source = values.dataset.trim();
  const { kind } = datasetKind(source);
  if (kind === undefined || kind === 'none') return undefined;
  const isSame = source === (base?.url ?? base?.path);
  const secret = values.datasetSecret.trim();
  const endpoint = values.datasetEndpoint.trim();
  const isFetched = kind === 's3' || kind === 'hub';
  return {
    ...(kind === 'path' ? { path: source } : { url: source }),
    ...(isSame && base?.sha256 !== undefined && { sha256: base.sha256 }),
    ...(isSame && base?.bytes !== undefined && { bytes: base.bytes }),
    ...(isFetched && secret !== '' && { secret }),
    ...(isFetched && endpoint !== '' && { endpoint }),
    ...(kind === 's3' && base?.region !== undefined && { region: base.region }),
    ...(kind === 's3' && base?.addressing !== undefined && { addressing: base.addressing }),
  };
}

/** Credentials belong into a Secret: an address is shown and logged. */
function problemOfEndpoint(text: string): 'endpoint' | 'userInfo' | undefined {
  const url = parseWebUrl(text);
  if (url === undefined) return 'endpoint';
  return hasUserInfo(url) ? 'userInfo' : undefined;
}
