import type { CoreConnection } from '@slipway/shared/client';
import type { LogBatch } from '@slipway/shared/protocol';

const pageBytes = 1024 * 1024;

/** The whole log of a run as far as it goes now, in the order in which it was written. */
export async function wholeLog(
  core: Pick<CoreConnection, 'request'>,
  reference: { readonly context: string; readonly run: string },
  signal: AbortSignal,
): Promise<Blob> {
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let position = '';
  while (true) {
    const page = await core.request('logs/read', { ...reference, position, maxBytes: pageBytes }, signal);
    pieces.push(...page.batches.map(bytesOf));
    if (page.end || page.batches.length === 0) return new Blob(pieces, { type: 'text/plain' });
    position = page.next;
  }
}

function bytesOf({ encoding, data }: LogBatch): Uint8Array<ArrayBuffer> {
  if (encoding === 'utf8') return new TextEncoder().encode(data);
  return Uint8Array.from(atob(data), (character) => character.charCodeAt(0));
}
