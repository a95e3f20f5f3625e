import type { Duplex, Readable, Writable } from 'node:stream';
import type { ClientInput } from './clientInput.ts';

/** How a session ended: `client`: ssh has gone; `server`: the other side has closed the connection. */
export type SessionEnd = 'client' | 'server';

/** How long the other side may take to close once the client has gone, ms. */
const lingerMs = 5_000;

/**
 * Carries a session until one of its sides ends it, at the pace of the slower one. Resolves when all that came has been handed to
 * `output`.
 * @throws what broke the connection
 */
export function pipeSession(
  stream: Duplex,
  input: ClientInput,
  { source, output }: { readonly source: Readable; readonly output: Writable },
): Promise<SessionEnd> {
  return new Promise((resolve, reject) => {
    let clientGone = source.readableEnded;
    let linger: NodeJS.Timeout | undefined;
    const handOver = (): void => {
      if (output.writableCorked === 0) return;
      output.uncork();
      if (output.writableNeedDrain) stream.pause();
    };
    const finish = (): void => {
      clearTimeout(linger);
      handOver();
      // What was written before is handed over before this is called.
      output.write('', () => resolve(clientGone ? 'client' : 'server'));
    };
    stream.on('data', (chunk: Uint8Array) => {
      // TLS gives 16 KiB at a time, and each write to a pipe is a call of the system: what comes in one turn goes out in one.
      if (output.writableCorked === 0) {
        output.cork();
        setImmediate(handOver);
      }
      output.write(chunk);
    });
    output.on('drain', () => stream.resume());
    stream.once('end', finish);
    stream.once('error', (error) => {
      clearTimeout(linger);
      if (clientGone) resolve('client');
      else reject(error);
    });
    stream.once('close', finish);
    source.once('end', () => {
      clientGone = true;
      linger = setTimeout(() => stream.destroy(), lingerMs);
    });
    // Whoever read has gone: there is nothing left to do.
    output.once('error', () => {
      stream.destroy();
      resolve('client');
    });
    input.answered();
  });
}
