/** Where the `url` of a dataset leads. */
export type DatasetUrl =
  /** `s3://BUCKET/KEY`, or a prefix that ends with a slash or is empty. */
  | { readonly kind: 's3'; readonly bucket: string; readonly key: string }
  /** `hf://[datasets/]OWNER/NAME[@REVISION][/PATH]` on the Hugging Face Hub. */
  | { readonly kind: 'hub'; readonly name: string; readonly path: string }
  /** `https://…` or `http://…`, downloaded as it is. */
  | { readonly kind: 'web'; readonly url: URL };

const bucket = /^s3:\/\/([A-Za-z0-9][\w.-]+)\/(.*)$/u;
const repository = /^hf:\/\/(?:datasets\/)?(?!datasets\/|spaces\/)[\w.-]+\/([\w.-]+)/u;
/** A reference such as `refs/convert/parquet` has slashes of its own. */
const revision = /(?:@(?:refs\/(?:convert|pr)\/[^/]+|[^/]+))?/u;
const hub = new RegExp(`${repository.source}${revision.source}(?:/(.*))?$`, 'u');

/** Reads the url of a dataset; where it is none, which kind it begins like. Keys and paths are taken as they are. */
export function parseDatasetUrl(
  text: string,
): DatasetUrl | { readonly kind: undefined; readonly like: DatasetUrl['kind'] } {
  if (text.startsWith('s3://')) {
    const [, name, key = ''] = bucket.exec(text) ?? [];
    return name === undefined ? { kind: undefined, like: 's3' } : { kind: 's3', bucket: name, key };
  }
  if (text.startsWith('hf://')) {
    const [, name, path = ''] = hub.exec(text) ?? [];
    return name === undefined ? { kind: undefined, like: 'hub' } : { kind: 'hub', name, path };
  }
  const url = parseWebUrl(text);
  return url === undefined ? { kind: undefined, like: 'web' } : { kind: 'web', url };
}

/** An address that begins with http:// or https://; undefined for anything else. */
export function parseWebUrl(text: string): URL | undefined {
  const url = URL.parse(text);
  return url !== null && ['http:', 'https:'].includes(url.protocol) ? url : undefined;
}

/** True for an address with a password in it, or a user name where that is a secret too: addresses are shown and logged. */
export function hasUserInfo(url: URL): boolean {
  return (url.protocol === 'ssh:' ? url.password : `${url.username}${url.password}`) !== '';
}
