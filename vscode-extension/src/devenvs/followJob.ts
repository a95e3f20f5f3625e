import type { CoreConnection } from '@slipway/shared/client';
import type { DevEnvJob, RequestResult } from '@slipway/shared/protocol';
import { type JobReference, named } from './devEnvReference.ts';

/** How long the core waits for new output before it answers without any, in milliseconds. */
const waitMs = 30_000;

type Page = RequestResult<'devenvs/jobLog'>;

export interface FollowJobOptions {
  /** What there is from an offset on; where that is nothing yet, after waiting for it. */
  readonly read: (offset: number) => Promise<Page>;
  /** What the command has printed since. */
  readonly onText: (text: string) => void;
  /** Hears of the command whenever something is told of it. */
  readonly onJob: (job: DevEnvJob) => void;
}

/** Reads what a command prints from its beginning to its end. @returns what became of it @throws whatever `read` throws */
export async function followJob({ read, onText, onJob }: FollowJobOptions): Promise<DevEnvJob> {
  const decoder = new TextDecoder();
  let offset = 0;
  for (;;) {
    const { job, data, offset: next } = await read(offset);
    onJob(job);
    // A character may be cut in two by the end of a page.
    const text = decoder.decode(Buffer.from(data, 'base64'), { stream: true });
    if (text !== '') onText(text);
    const isNothingNew = next === offset;
    offset = next;
    if (job.state !== 'running' && isNothingNew) return job;
  }
}

/** Reads from the core. @throws SlipwayError */
export function logOf(
  core: Pick<CoreConnection, 'request'>,
  reference: JobReference,
  signal: AbortSignal,
): FollowJobOptions['read'] {
  const asked = { ...named(reference), id: reference.job, waitMs };
  return (offset) => core.request('devenvs/jobLog', { ...asked, offset }, signal);
}
