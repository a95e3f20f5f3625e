import * as z from 'zod';
import { SlipwayError } from '../../protocol/index.ts';
import { refusalText } from './failures.ts';
import { RemoteRefusal, type RefusalReason, type Space } from './remoteEnd.ts';
import type { Skipped, TreeEntry } from './tree.ts';

/**
 * What the helper answers. It runs where the person works, and is believed no more than any other program there: a reply that does
 * not fit is an error, and paths are checked before anything is written here (destination.ts).
 */
const count = z.int().nonnegative();
const factsShape = { kind: z.enum(['f', 'd', 'l', 'o']), bytes: count, mtime: z.int(), mode: count };
const factsSchema = z.object(factsShape);
export const spaceSchema = z.object({ free: count, total: count });

export const rootReply = z.union([
  z.object({ ...factsShape, path: z.string(), root: count, name: z.string().optional() }),
  z.object({ kind: z.null(), path: z.string() }),
]);
const { kind, bytes, mtime, mode } = factsShape;
/** Path, kind, bytes, time, mode, and of a link its target. */
const entryLine = z.tuple([z.string().min(1), kind, bytes, mtime, mode, z.string().optional()]);
export const listReply = z.object({
  entries: z.array(entryLine),
  problems: z.array(z.tuple([z.string(), z.string()])).optional(),
  parts: count.optional(),
  done: z.literal(true).optional(),
});
export const partReply = z.object({
  found: factsSchema.nullable(),
  bytes: count,
  sha256: z.string().optional(),
});
export const hashReply = z.object({ sha256: z.string().length(64), same: z.boolean() });
export const removeReply = z.object({ removed: z.boolean() });
export const getReply = factsSchema;
/** The port first, and once we are let in that it is so. */
export const contentsReply = z.union([
  z.object({ port: z.int().min(1).max(65_535) }),
  z.object({ opened: z.literal(true) }),
]);
export const emptyReply = z.object({});

const refusedReply = z.object({ refused: z.string(), text: z.string() });
const failedReply = z.object({ errno: z.string(), text: z.string(), space: spaceSchema.optional() });

const kinds = { f: 'file', d: 'folder', l: 'link', o: 'other' } as const;

export function factsOf(facts: z.infer<typeof factsSchema>): Omit<TreeEntry, 'path'> {
  return { kind: kinds[facts.kind], bytes: facts.bytes, mtimeMs: facts.mtime, mode: facts.mode & 0o777 };
}

export function entryOf([path, kind, bytes, mtime, mode, target]: z.infer<typeof entryLine>): TreeEntry {
  const entry = { path, ...factsOf({ kind, bytes, mtime, mode }) };
  return entry.kind === 'link' ? { ...entry, target: target ?? '' } : entry;
}

export function problemOf([path, why]: readonly [string, string]): Skipped {
  if (why === 'name') return { path, reason: 'its name is not UTF-8' };
  if (why === 'path') return { path, reason: 'its path is too long' };
  const reason = isRefusal(why) ? why : reasonOf(why);
  return { path, reason: refusalText(new RemoteRefusal(reason, why)) };
}

const refusals: ReadonlySet<string> = new Set([
  'changed',
  'checksum',
  'part',
  'busy',
  'folder',
  'link',
  'path',
  'many',
]);

function isRefusal(text: string): text is RefusalReason {
  return refusals.has(text);
}

/** Why a request was not done, where the reply says so. */
export function refusalOf(reply: object): RemoteRefusal | undefined {
  if (!('refused' in reply) && !('errno' in reply)) return undefined;
  const refused = refusedReply.safeParse(reply);
  if (refused.success) {
    const { refused: reason, text } = refused.data;
    return new RemoteRefusal(isRefusal(reason) ? reason : 'other', text);
  }
  const failed = failedReply.safeParse(reply);
  if (!failed.success) return undefined;
  return new RemoteRefusal(
    reasonOf(failed.data.errno),
    failed.data.text,
    failed.data.space satisfies Space | undefined,
  );
}

function reasonOf(errno: string): RefusalReason {
  switch (errno) {
    case 'ENOSPC':
    case 'EDQUOT':
      return 'space';
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return 'denied';
    case 'ENOENT':
      return 'missing';
    case 'EISDIR':
      return 'folder';
    case 'ELOOP':
    case 'ENOTDIR':
      return 'link';
    default:
      return 'other';
  }
}

/** A reply of that shape. @throws SlipwayError `transfer.failed` */
export function understood<Shape extends z.ZodType>(shape: Shape, reply: unknown): z.infer<Shape> {
  const result = shape.safeParse(reply);
  if (result.success) return result.data;
  throw notUnderstood(result.error);
}

export function notUnderstood(cause?: unknown): SlipwayError {
  return new SlipwayError('transfer.failed', 'The DevEnv gave an answer that was not understood.', {
    action: 'Try again; if it stays so, check which python3 its login shell starts.',
    cause,
  });
}
