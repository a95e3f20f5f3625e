/** What an HTTP request asks for. */
export type ArtifactRequest =
  | { readonly kind: 'health' }
  | { readonly kind: 'zip'; readonly context: string; readonly run: string }
  | { readonly kind: 'file'; readonly context: string; readonly run: string; readonly path: string };

/**
 * Reads a request target as it came over the wire. It is cut at its slashes before anything is decoded, so an encoded
 * slash or dot cannot make another path of it.
 * @returns undefined for what is none of ours, hostile paths included
 */
export function readRequestTarget(target: string): ArtifactRequest | undefined {
  const [path = ''] = target.split('?', 1);
  if (!path.startsWith('/')) return undefined;
  const parts = path.slice(1).split('/').map(decodeSegment);
  if (!allSafe(parts)) return undefined;
  const [root, context, run, kind, ...rest] = parts;
  if (root === 'health' && context === undefined) return { kind: 'health' };
  if (root !== 'runs' || context === undefined || run === undefined) return undefined;
  if (kind === 'artifacts.zip' && rest.length === 0) return { kind: 'zip', context, run };
  if (kind === 'artifacts' && rest.length > 0) return { kind: 'file', context, run, path: rest.join('/') };
  return undefined;
}

/** The path under which an artifact is served. */
export function artifactTarget(context: string, run: string, path: string): string {
  const segments = path.split('/').map(encodeURIComponent).join('/');
  return `/runs/${encodeURIComponent(context)}/${encodeURIComponent(run)}/artifacts/${segments}`;
}

function decodeSegment(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}

function allSafe(segments: readonly (string | undefined)[]): segments is readonly string[] {
  return segments.every(
    (segment) =>
      segment !== undefined && segment !== '' && segment !== '.' && segment !== '..' && !/[/\0]/.test(segment),
  );
}
