import * as z from 'zod';
import { SlipwayError } from '../../protocol/index.ts';

/** What of a pod tells whether sshd can be reached in it. Everything is optional: it comes from the cluster. */
export const tunnelPodSchema = z.object({
  metadata: z.object({ deletionTimestamp: z.string().optional() }).optional(),
  status: z
    .object({
      phase: z.string().optional(),
      reason: z.string().optional(),
      message: z.string().optional(),
      conditions: z
        .array(
          z.object({
            type: z.string(),
            status: z.string(),
            reason: z.string().optional(),
            message: z.string().optional(),
          }),
        )
        .optional(),
      containerStatuses: z
        .array(
          z.object({
            state: z
              .object({
                waiting: z.object({ reason: z.string().optional(), message: z.string().optional() }).optional(),
                terminated: z
                  .object({
                    exitCode: z.number().optional(),
                    reason: z.string().optional(),
                    message: z.string().optional(),
                  })
                  .optional(),
              })
              .optional(),
          }),
        )
        .optional(),
    })
    .optional(),
});
export type TunnelPod = z.infer<typeof tunnelPodSchema>;

/** Whether a DevEnv's sshd can be reached, and what there is to wait for or to say. */
export type Standing =
  | { readonly kind: 'ready' }
  /** `text`: what it waits for, after "devenv-alice starts: ". */
  | { readonly kind: 'waiting'; readonly text: string }
  /** Its pod is about to go. */
  | { readonly kind: 'stopping' }
  | { readonly kind: 'ended'; readonly error: SlipwayError };

/** Where a pod stands. Pure. @param devEnv its name */
export function standingOf(pod: TunnelPod, devEnv: string): Standing {
  const { metadata, status } = pod;
  if (metadata?.deletionTimestamp !== undefined) return { kind: 'stopping' };
  switch (status?.phase) {
    case 'Succeeded':
      return { kind: 'ended', error: stopped(devEnv, idleTime(pod)) };
    case 'Failed':
      return { kind: 'ended', error: failed(devEnv, pod) };
    case 'Running':
      if (isReady(pod)) return { kind: 'ready' };
      break;
    default:
      break;
  }
  return hopeless(pod, devEnv) ?? { kind: 'waiting', text: waitingFor(pod) };
}

/** What a cluster tries again and again, less and less often: whoever waits for it should know. */
const hopelessReasons: ReadonlySet<string> = new Set([
  'CrashLoopBackOff',
  'ImagePullBackOff',
  'InvalidImageName',
  'ErrImageNeverPull',
  'CreateContainerConfigError',
]);

function hopeless({ status }: TunnelPod, devEnv: string): Standing | undefined {
  const waiting = status?.containerStatuses?.find(({ state }) => state?.waiting !== undefined)?.state?.waiting;
  if (waiting?.reason === undefined || !hopelessReasons.has(waiting.reason)) return undefined;
  const why = [waiting.reason, waiting.message].filter((part) => part !== undefined).join(': ');
  const error = new SlipwayError('devenv.failed', `${devEnv} cannot come up: ${sentencePart(why)}.`, {
    action: `See why with "slipway devenv status ${devEnv}".`,
  });
  return { kind: 'ended', error };
}

/** @param idle for how long nobody had worked there: `2 h`; undefined where it was not stopped for that */
export function stopped(devEnv: string, idle?: string): SlipwayError {
  const message = idle === undefined ? `${devEnv} is stopped.` : `${devEnv} was stopped after ${idle} idle.`;
  return new SlipwayError('devenv.stopped', message, { action: `Start it: slipway devenv start ${devEnv}` });
}

function failed(devEnv: string, { status }: TunnelPod): SlipwayError {
  const ended = status?.containerStatuses?.find(({ state }) => state?.terminated !== undefined)?.state?.terminated;
  const why = [
    status?.reason ?? ended?.reason,
    status?.message ?? (ended?.exitCode === undefined ? undefined : `exit code ${ended.exitCode}`),
  ].filter((part) => part !== undefined && part !== '');
  return new SlipwayError(
    'devenv.failed',
    `${devEnv} broke off: ${sentencePart(why.join(', ')) || 'no reason given'}.`,
    {
      action: `Look at it with "slipway devenv status ${devEnv}", and start it again: slipway devenv start ${devEnv}`,
    },
  );
}

function isReady({ status }: TunnelPod): boolean {
  return status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;
}

function waitingFor({ status }: TunnelPod): string {
  const scheduled = status?.conditions?.find(({ type }) => type === 'PodScheduled');
  if (scheduled?.status === 'False')
    return `no node takes it: ${sentencePart(scheduled.message ?? scheduled.reason ?? '')}`;
  const waiting = status?.containerStatuses?.find(({ state }) => state?.waiting !== undefined)?.state?.waiting;
  if (waiting === undefined) return status?.phase === 'Running' ? 'waiting for sshd' : 'waiting for a node';
  const { reason = 'waiting', message } = waiting;
  if (reason === 'ContainerCreating') return 'its volumes and its image are fetched';
  return sentencePart(message === undefined ? reason : `${reason}: ${message}`);
}

/** What the image's supervisor leaves when it stops for idleness; undefined for every other text. */
function idleTime({ status }: TunnelPod): string | undefined {
  for (const { state } of status?.containerStatuses ?? []) {
    const seconds = idleSeconds(state?.terminated?.message);
    if (seconds !== undefined) return hours(seconds);
  }
  return undefined;
}

function idleSeconds(message: string | undefined): number | undefined {
  if (message === undefined) return undefined;
  try {
    const said: unknown = JSON.parse(message);
    if (typeof said !== 'object' || said === null || !('reason' in said) || said.reason !== 'idle') return undefined;
    const seconds = 'idleSeconds' in said ? said.idleSeconds : undefined;
    return typeof seconds === 'number' && seconds >= 0 ? seconds : undefined;
  } catch {
    return undefined;
  }
}

/** `45 s`, `90 min`, `2 h`. */
function hours(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes % 60 === 0 ? `${minutes / 60} h` : `${minutes} min`;
}

/** What a cluster says, in one line without control characters and without its full stop. */
function sentencePart(text: string): string {
  return text
    .replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .trim()
    .replace(/\.$/, '')
    .slice(0, 300);
}
