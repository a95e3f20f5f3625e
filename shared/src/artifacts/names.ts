import type { Artifact } from '../protocol/index.ts';

/** What a well-known artifact is; `file` is anything else. */
export type ArtifactRole = Artifact['role'];

const mediaTypes: ReadonlyMap<string, string> = new Map([
  ['avif', 'image/avif'],
  ['bmp', 'image/bmp'],
  ['bz2', 'application/x-bzip2'],
  ['css', 'text/css'],
  ['csv', 'text/csv'],
  ['gif', 'image/gif'],
  ['gz', 'application/gzip'],
  ['h5', 'application/x-hdf5'],
  ['h5ad', 'application/x-hdf5'],
  ['hdf5', 'application/x-hdf5'],
  ['htm', 'text/html'],
  ['html', 'text/html'],
  ['ipynb', 'application/x-ipynb+json'],
  ['jpeg', 'image/jpeg'],
  ['jpg', 'image/jpeg'],
  ['js', 'text/javascript'],
  ['json', 'application/json'],
  ['jsonl', 'application/jsonl'],
  ['log', 'text/plain'],
  ['md', 'text/markdown'],
  ['mp4', 'video/mp4'],
  ['npy', 'application/x-npy'],
  ['npz', 'application/zip'],
  ['onnx', 'application/onnx'],
  ['parquet', 'application/vnd.apache.parquet'],
  ['pdf', 'application/pdf'],
  ['png', 'image/png'],
  ['py', 'text/x-python'],
  ['svg', 'image/svg+xml'],
  ['tar', 'application/x-tar'],
  ['tif', 'image/tiff'],
  ['tiff', 'image/tiff'],
  ['toml', 'application/toml'],
  ['tsv', 'text/tab-separated-values'],
  ['txt', 'text/plain'],
  ['webm', 'video/webm'],
  ['webp', 'image/webp'],
  ['xml', 'application/xml'],
  ['xz', 'application/x-xz'],
  ['yaml', 'application/yaml'],
  ['yml', 'application/yaml'],
  ['zip', 'application/zip'],
  ['zst', 'application/zstd'],
]);

/** Media type by the file name's ending; `application/octet-stream` for one that is not known. */
export function mediaTypeOf(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const dot = name.lastIndexOf('.');
  const ending = dot <= 0 ? '' : name.slice(dot + 1).toLowerCase();
  return mediaTypes.get(ending) ?? 'application/octet-stream';
}

const wellKnown: ReadonlyMap<string, ArtifactRole> = new Map<string, ArtifactRole>([
  ['output/coverage.xml', 'coverage'],
  ['output/environment.json', 'environment'],
  ['output/jupyter_nbconvert.log', 'log'],
  ['output/papermill.log', 'log'],
  ['output/pytest_report.html', 'testReport'],
  ['output/pytest_results.xml', 'junit'],
  ['output/requirements.lock.txt', 'requirementsLock'],
]);

/**
 * What a file of the run's folder is, by the well-known names of docs/decisions/0002-run-folder.md.
 * @param path relative to the run's folder, forward slashes
 */
export function roleOf(path: string): ArtifactRole {
  const known = wellKnown.get(path);
  if (known !== undefined) return known;
  if (/^output\/[^/]*_output\.ipynb$/.test(path)) return 'executedNotebook';
  if (/^output\/[^/]*_output\.html$/.test(path)) return 'report';
  if (/^logs\/[^/]+\.log$/.test(path)) return 'log';
  return 'file';
}

/** The path as people see it: without the `output/` or `work/` that the run's folder puts before it. */
export function displayName(artifact: Pick<Artifact, 'path'>): string {
  return artifact.path.replace(/^(?:output|work)\/(?=.)/s, '');
}
