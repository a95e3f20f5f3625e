import * as z from 'zod';

/** How a pod ended that nobody of ours has stopped. */
export interface PodEnd {
  /** The pod's uid. */
  readonly pod: string;
  /** Words that follow "stopped: ", one line without control characters and secrets. */
  readonly reason: string;
  /** Epoch ms. */
  readonly at: number;
}

/** What a DevEnv's claim says of the last such end (annotation `slipway.dev/last-end`). */
export interface LastEnd extends PodEnd {
  /** Another pod was started since: it is not why there is none now. */
  readonly followed: boolean;
}

const schema = z.object({
  pod: z.string().min(1).max(128),
  reason: z.string().min(1).max(4_000),
  time: z.iso.datetime(),
  followed: z.boolean().default(false),
});

/** Longer than this it is not what we write, characters. */
const longest = 8_000;

/** Reads that annotation. Anybody may have written it: what does not fit is as if it were not there. */
export function parseLastEnd(text: string | undefined): LastEnd | undefined {
  if (text === undefined || text.length > longest) return undefined;
  const read = schema.safeParse(parsed(text)).data;
  if (read === undefined) return undefined;
  const { pod, time, followed } = read;
  const reason = reasonLine(read.reason);
  return reason === '' ? undefined : { pod, reason, at: Date.parse(time), followed };
}

/** What the annotation is to be: a text, null for none, undefined where it stays as it is. */
type Change = string | null | undefined;

/** A pod has ended, or is about to. It is noted once. Pure. */
export function changedByEnd(known: LastEnd | undefined, end: PodEnd | undefined): Change {
  return end === undefined || known?.pod === end.pod ? undefined : textOf({ ...end, followed: false });
}

/** Another pod is to take its place. Pure. @param end of the pod that is still there */
export function changedByFollowing(known: LastEnd | undefined, end: PodEnd | undefined): Change {
  const last = end === undefined || known?.pod === end.pod ? known : { ...end, followed: false };
  return last === undefined || last.followed ? undefined : textOf({ ...last, followed: true });
}

/** Somebody stops it: how the pod before ended is no longer of interest. Pure. @param end of its pod, where that had ended already */
export function changedByStop(known: LastEnd | undefined, end: PodEnd | undefined): Change {
  if (end !== undefined) return changedByEnd(known, end);
  return known === undefined ? undefined : null;
}

function textOf({ pod, reason, at, followed }: LastEnd): string {
  return JSON.stringify({ pod, reason, time: new Date(at).toISOString(), ...(followed && { followed }) });
}

/** One line without what deceives on a screen, at most 500 characters. */
export function reasonLine(text: string): string {
  const line = text.replaceAll(/[\p{Cc}\u2028\u2029\p{Bidi_Control}\p{Cs}]+/gu, ' ').trim();
  return Array.from(line).slice(0, 500).join('');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
