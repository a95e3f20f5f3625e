import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { TransportFailure } from './failures.ts';
import { faultOf } from './faultOf.ts';

const decompress = promisify(gunzip);

/**
 * The whole body as text.
 * @throws TransportFailure when it is cut, stalls, is longer than `limits.bodyBytes` or no gzip where it says so
 */
export async function readText(
  response: IncomingMessage,
  limits: { readonly bodyBytes: number; readonly bodyIdleMs: number },
  signal: AbortSignal,
): Promise<string> {
  const raw = await readBytes(response, limits, signal);
  const encoding = response.headers['content-encoding'] ?? 'identity';
  if (encoding === 'identity') return raw.toString('utf8');
  if (encoding !== 'gzip') throw new TransportFailure('protocol', `an answer in the encoding ${encoding}`);
  try {
    return (await decompress(raw, { maxOutputLength: limits.bodyBytes })).toString('utf8');
  } catch (error) {
    throw new TransportFailure('protocol', 'an answer that could not be decompressed', { cause: error });
  }
}

async function readBytes(
  response: IncomingMessage,
  limits: { readonly bodyBytes: number; readonly bodyIdleMs: number },
  signal: AbortSignal,
): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  const stalled = new TransportFailure('timeout', 'the answer stopped coming', { code: 'ETIMEDOUT' });
  const timer = setTimeout(() => response.destroy(stalled), limits.bodyIdleMs);
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      timer.refresh();
      length += chunk.length;
      if (length > limits.bodyBytes) {
        throw new TransportFailure('protocol', `an answer longer than ${limits.bodyBytes} bytes`);
      }
      chunks.push(chunk);
    }
    return Buffer.concat(chunks, length);
  } catch (error) {
    signal.throwIfAborted();
    throw faultOf(error, { reused: false });
  } finally {
    clearTimeout(timer);
  }
}
