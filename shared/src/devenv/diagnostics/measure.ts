import type { Clock } from '../../kubernetes/index.ts';
import type { SshSession } from '../session/sshSession.ts';

const rounds = 9;
const chunk = Buffer.alloc(65_536);
const mostBytes = 16 * 1_048_576;
/** A slow way is measured for so long and no longer. */
const measureMs = 2_000;

/** The median time, ms, that a byte takes there and back. @throws SlipwayError of the session */
export async function roundTrip(session: SshSession, clock: Clock, signal: AbortSignal): Promise<number> {
  const echo = await session.exec('exec cat', signal);
  try {
    const output = echo.output[Symbol.asyncIterator]();
    const times: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const startedAt = clock.now();
      await echo.write(Buffer.from('.'));
      if ((await output.next()).done === true) throw session.failure ?? new Error('the echo ended');
      signal.throwIfAborted();
      times.push(clock.now() - startedAt);
    }
    return times.sort((a, b) => a - b)[Math.floor(rounds / 2)] ?? 0;
  } finally {
    echo.close();
  }
}

/** Bytes a second to there. @throws SlipwayError of the session */
export async function upload(session: SshSession, clock: Clock, signal: AbortSignal): Promise<number> {
  const sink = await session.exec('exec cat >/dev/null', signal);
  const startedAt = clock.now();
  let bytes = 0;
  try {
    while (bytes < mostBytes && clock.now() - startedAt < measureMs) {
      await sink.write(chunk);
      bytes += chunk.length;
      signal.throwIfAborted();
    }
    sink.end();
    // What is still on its way counts when it is there. The end comes only to who reads what there is.
    const rest = sink.output[Symbol.asyncIterator]();
    while ((await rest.next()).done !== true) signal.throwIfAborted();
    if ((await sink.exited) !== 0) throw session.failure ?? new Error('the upload ended early');
    return rate(bytes, clock.now() - startedAt);
  } finally {
    sink.close();
  }
}

/** Bytes a second from there. @throws SlipwayError of the session */
export async function download(session: SshSession, clock: Clock, signal: AbortSignal): Promise<number> {
  const source = await session.exec(`exec head -c ${mostBytes} /dev/zero`, signal);
  const startedAt = clock.now();
  let bytes = 0;
  try {
    for await (const piece of source.output) {
      bytes += piece.length;
      signal.throwIfAborted();
      if (clock.now() - startedAt >= measureMs) break;
    }
    if (session.failure !== undefined) throw session.failure;
    return rate(bytes, clock.now() - startedAt);
  } finally {
    source.close();
  }
}

function rate(bytes: number, ms: number): number {
  return Math.round((bytes * 1_000) / Math.max(1, ms));
}
