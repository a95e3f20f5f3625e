import { createHash } from 'node:crypto';
import { RemoteRefusal, type GetFile, type Got } from '../remoteEnd.ts';
import { wholeBytes } from '../tree.ts';
import { readAhead } from './chunks.ts';
import type { Facts } from './sftpCalls.ts';
import type { SftpPlace } from './sftpPut.ts';

type Take = (piece: Buffer) => Promise<void> | void;

/**
 * Gives a file from an offset on. Of a big one the checksum is made at the other end where that has a program for it, else from what came: SSH
 * has checked that.
 */
export async function getFile(place: SftpPlace, path: string, file: GetFile, take: Take): Promise<Got> {
  const { calls, digests, turns } = place;
  const listed = await calls.look(path);
  if (listed?.kind !== 'file') throw new RemoteRefusal('changed', 'it is no file any more');
  return turns.within(async () => {
    const handle = await calls.open(path, 'r');
    try {
      const before = await calls.lookAt(handle);
      // What was looked at is what was opened, and no link.
      if (!isSame(listed, before)) throw new RemoteRefusal('changed', 'it changed meanwhile');
      const { bytes, mode, mtimeMs } = before;
      const isOurs = bytes <= wholeBytes || !(await digests.hasProgram());
      const hash = createHash('sha256');
      if (file.offset > 0) {
        if (isOurs) for await (const piece of readAhead(calls, handle, 0, file.offset)) hash.update(piece);
        const there = isOurs ? hash.copy().digest('hex') : await digests.of(path, file.offset);
        if (there !== file.sha256) throw new RemoteRefusal('part', 'the part that is there is of another file');
      }
      let at = file.offset;
      for await (const piece of readAhead(calls, handle, at, bytes)) {
        at += piece.length;
        if (isOurs) hash.update(piece);
        await take(piece);
      }
      const isMore = (await calls.read(handle, bytes, 1)).length > 0;
      const whole = at === bytes && !isMore && isSame(before, await calls.lookAt(handle));
      const sha256 = isOurs || !whole ? hash.digest() : Buffer.from(await digests.of(path, bytes), 'hex');
      return { bytes, mode, mtimeMs, sha256, whole };
    } finally {
      await calls.close(handle).catch(() => undefined);
    }
  });
}

export function isSame(one: Facts, other: Facts): boolean {
  return (
    one.kind === other.kind && one.bytes === other.bytes && one.mtimeMs === other.mtimeMs && one.mode === other.mode
  );
}
