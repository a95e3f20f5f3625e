import { createHash } from 'node:crypto';
import type { Clock } from '../../../kubernetes/index.ts';
import { RemoteRefusal, type Put, type PutFile } from '../remoteEnd.ts';
import { readAhead, WriteAhead } from './chunks.ts';
import type { Digests } from './digests.ts';
import type { Facts, SftpCalls } from './sftpCalls.ts';
import { bigPart, OpenPart, smallPart, type Located } from './sftpPart.ts';
import type { Turns } from './turns.ts';

/** What a transfer has of the other end. */
export interface SftpPlace {
  readonly calls: SftpCalls;
  readonly digests: Digests;
  /** Files that are open at a time. */
  readonly turns: Turns;
  /** Of the transfer, over all its connections. */
  readonly transfer: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Looks whether another transfer is at it: what the connection before this one left may take a moment to end. */
const busyMs = 250;
const busyTries = 20;

/** A small file is stored when it is there as a whole, and others meanwhile. */
export function putWhole(place: SftpPlace, at: Located, file: PutFile): Put {
  const pieces: Uint8Array[] = [];
  const end = stored();
  return {
    write: (piece) => {
      pieces.push(piece);
      return Promise.resolve();
    },
    finish: async (sha256) => {
      const leave = await place.turns.take();
      end.follow(storeWhole(place, at, file, { data: Buffer.concat(pieces), sha256 }).finally(leave));
    },
    abandon: () => {
      end.follow(Promise.reject(changed()));
      return Promise.resolve();
    },
    stored: end.promise,
  };
}

async function storeWhole(
  { calls, transfer }: SftpPlace,
  at: Located,
  file: PutFile,
  { data, sha256 }: { readonly data: Buffer; readonly sha256: Buffer },
): Promise<void> {
  const part = await OpenPart.open(calls, at, smallPart(at.folder, transfer), 'xw+');
  try {
    const writer = new WriteAhead(calls, part.handle, 0);
    await writer.write(data);
    await writer.written();
    const there = createHash('sha256');
    for await (const piece of readAhead(calls, part.handle, 0, data.length)) there.update(piece);
    if (!there.digest().equals(sha256)) throw differs();
    await part.finish(file);
  } catch (error) {
    await part.giveUp(error);
  }
}

/** A big file's part is written to as it comes, and outlives a cut. */
export async function putBig(place: SftpPlace, at: Located, file: PutFile): Promise<Put> {
  const { calls, digests, turns } = place;
  const leave = await turns.take();
  const part = await openPart(place, at, file.offset).catch((error: unknown) => {
    leave();
    throw error;
  });
  const writer = new WriteAhead(calls, part.handle, file.offset);
  const check = async (sha256: Buffer): Promise<void> => {
    await writer.written();
    // Where the server cannot, the system does it in its own time.
    await calls.sync(part.handle).catch(() => undefined);
    const there = await digests.of(part.path, file.bytes);
    if (there !== sha256.toString('hex')) throw differs();
    await part.finish(file);
  };
  const end = stored();
  return {
    write: (piece) => writer.write(piece).catch((error: unknown) => part.giveUp(error).finally(leave)),
    finish: (sha256) => {
      end.follow(
        check(sha256)
          .catch((error: unknown) => part.giveUp(error))
          .finally(leave),
      );
      return Promise.resolve();
    },
    abandon: async () => {
      await writer.written().catch(() => undefined);
      await part.discard();
      leave();
      end.follow(Promise.reject(changed()));
    },
    stored: end.promise,
  };
}

/** SFTP knows no locks: a part that grows by itself is another transfer's. */
async function openPart({ calls, clock, signal }: SftpPlace, at: Located, offset: number): Promise<OpenPart> {
  const path = bigPart(at);
  let before = await calls.look(path);
  for (let tries = 0; before !== undefined; tries++) {
    if (before.kind !== 'file' || before.bytes < offset) throw new RemoteRefusal('part', 'the part is not as it was');
    await clock.sleep(busyMs, signal);
    const now = await calls.look(path);
    if (now !== undefined && isSame(before, now)) {
      const part = await OpenPart.open(calls, at, path, 'r+');
      await calls.setFacts(part.handle, { size: offset });
      return part;
    }
    if (tries === busyTries) throw new RemoteRefusal('busy', 'another transfer writes to it');
    before = now;
  }
  if (offset > 0) throw new RemoteRefusal('part', 'the part is not there any more');
  return OpenPart.open(calls, at, path, 'wx');
}

function isSame(one: Facts, other: Facts): boolean {
  return one.bytes === other.bytes && one.mtimeMs === other.mtimeMs && one.kind === other.kind;
}

function differs(): RemoteRefusal {
  return new RemoteRefusal('checksum', 'what came is not what was sent');
}

function changed(): RemoteRefusal {
  return new RemoteRefusal('changed', 'it changed while it was sent');
}

/** A promise that follows another one later. Whoever stores a file looks at it when it is its turn. */
function stored(): { readonly promise: Promise<void>; follow(work: Promise<void>): void } {
  let follow: (work: Promise<void>) => void = () => undefined;
  const promise = new Promise<void>((resolve) => (follow = resolve));
  promise.catch(() => undefined);
  return { promise, follow: (work) => follow(work) };
}
