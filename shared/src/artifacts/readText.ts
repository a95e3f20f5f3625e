import { SlipwayError } from '../protocol/index.ts';
import type { OpenedFile } from '../targets/index.ts';

/** Bytes that fit into one string of the JavaScript engine: 512 MiB less a few. */
export const longestTextBytes = 512 * 1024 * 1024 - 24;

/**
 * Reads a whole file as UTF-8. Its stream is closed when this returns or throws.
 * @param what names the file in errors
 * @throws SlipwayError `artifact.unreadable` when it is larger than `limitBytes`, before it is loaded
 */
export async function readText(file: OpenedFile, what: string, limitBytes: number): Promise<string> {
  const decoder = new TextDecoder();
  const parts: string[] = [];
  let bytes = 0;
  for await (const chunk of file.content) {
    bytes += chunk.byteLength;
    // Thrown in here, so that the stream has begun and is closed by leaving the loop.
    if (Math.max(file.bytes, bytes) > limitBytes) throw tooLarge(what, Math.max(file.bytes, bytes), limitBytes);
    parts.push(decoder.decode(chunk, { stream: true }));
  }
  parts.push(decoder.decode());
  return parts.join('');
}

function tooLarge(what: string, bytes: number, limitBytes: number): SlipwayError {
  const inMiB = (value: number): number => Math.round(value / (1024 * 1024));
  return new SlipwayError(
    'artifact.unreadable',
    `${what} has ${inMiB(bytes)} MiB; more than ${inMiB(limitBytes)} MiB are not read at once.`,
    { action: 'Download the file and open it with a tool for large files.' },
  );
}
