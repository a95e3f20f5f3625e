import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { command, type Machine } from '../cli/slipway.ts';
import { residentBytes } from './coreProcess.ts';

/** A real core in a process of its own that gives artifacts over HTTP, as the hosts start it. */
export interface ArtifactServer {
  /** Bytes `start` to `end`, the end not included. */
  read(place: ArtifactPlace, range: { readonly start: number; readonly end: number }): Promise<Answer>;
  /** The largest resident memory of the process that was seen in an answer, in bytes. */
  readonly mostBytes: number;
  stop(): Promise<void>;
}

export interface ArtifactPlace {
  readonly context: string;
  readonly run: string;
  readonly path: string;
}

export interface Answer {
  readonly status: number;
  readonly contentRange: string;
  /** How many came. */
  readonly bytes: number;
  /** The first of them, at most 4 KiB. */
  readonly head: Buffer;
}

const longestHead = 4096;

export async function startArtifactServer({ folder, environment }: Machine): Promise<ArtifactServer> {
  const socketPath = join(folder, 'sockets/core.sock');
  const secret = randomBytes(32).toString('hex');
  const child = spawn(process.execPath, [command, 'serve', '--socket', socketPath], {
    env: environment,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  child.stdin.write(`${secret}\n`);
  await Promise.race([once(child.stdout, 'data'), exited.then(() => Promise.reject(new Error('the core has ended')))]);
  let mostBytes = 0;
  const ask = async (place: ArtifactPlace, { start, end }: { start: number; end: number }): Promise<Answer> => {
    const path = `/runs/${place.context}/${place.run}/artifacts/${place.path}`;
    const headers = { authorization: `Bearer ${secret}`, range: `bytes=${start}-${end - 1}` };
    const asked = request({ socketPath, path, headers, agent: false });
    asked.end();
    const [response] = (await once(asked, 'response')) as [IncomingMessage];
    let bytes = 0;
    let head = Buffer.alloc(0);
    for await (const chunk of response as AsyncIterable<Buffer>) {
      if (head.length < longestHead) head = Buffer.concat([head, chunk]).subarray(0, longestHead);
      bytes += chunk.length;
      mostBytes = Math.max(mostBytes, residentBytes(child.pid ?? 0));
    }
    return { status: response.statusCode ?? 0, contentRange: response.headers['content-range'] ?? '', bytes, head };
  };
  return {
    read: ask,
    get mostBytes() {
      return mostBytes;
    },
    stop: async () => {
      child.stdin.end();
      await exited;
    },
  };
}
