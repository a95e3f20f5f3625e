import * as z from 'zod';
import { SlipwayError } from '../../protocol/index.ts';
import { disruptionOf } from '../endings/index.ts';

/** What of a pod tells whether sshd can be reached in it. Everything is optional: it comes from the cluster. */
export const tunnelPodSchema = z.object({
  metadata: z.object({ deletionTimestamp: z.string().optional() }).optional(),
  spec: z.object({ nodeName: z.string().optional() }).optional(),
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
            ready: z.boolean().optional(),
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
  /** Its pod is about to go. `why`: what somebody else ends it for. */
  | { readonly kind: 'stopping'; readonly why: string | undefined }
  | { readonly kind: 'ended'; readonly error: SlipwayError };

/** So long after its time a pod that is still there will not go by itself, ms. */
const lateMs = 60_000;

/** Where a pod stands. Pure. @param devEnv its name @param now epoch ms */
export function standingOf(pod: TunnelPod, devEnv: string, now: number): Standing {
  const { metadata, status } = pod;
  if (metadata?.deletionTimestamp !== undefined) {
    const isStuck = now - Date.parse(metadata.deletionTimestamp) > lateMs;
    return isStuck
      ? { kind: 'ended', error: outOfTouch(`${devEnv} has not ended: its node ${nodeOf(pod)} does not answer.`) }
      : { kind: 'stopping', why: disruptionWords(pod) };
  }
  switch (status?.phase) {
    case 'Succeeded':
      return { kind: 'ended', error: stopped(devEnv, idleTime(pod)) };
    case 'Failed':
      return { kind: 'ended', error: failed(devEnv, pod) };
    case 'Running':
      if (isReady(pod)) return { kind: 'ready' };
      // The kubelet says of the pod what it says of its container: where they differ, the cluster has not heard of the node.
      if (status.containerStatuses?.some(({ ready }) => ready === true) === true) {
        return {
          kind: 'ended',
          error: outOfTouch(`${devEnv} cannot be reached: its node ${nodeOf(pod)} does not answer.`),
        };
      }
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
  return stoppedError(
    devEnv,
    idle === undefined ? `${devEnv} is stopped.` : `${devEnv} was stopped after ${idle} idle.`,
  );
}

/** @param why the cluster put its pod out, as the cluster or its claim says; undefined where that is not known */
export function putOut(devEnv: string, why: string | undefined): SlipwayError {
  const words = sentencePart(why ?? '');
  return words === '' ? stopped(devEnv) : stoppedError(devEnv, `${devEnv} is stopped: ${words}.`);
}

function disruptionWords({ status }: TunnelPod): string | undefined {
  const disruption = disruptionOf(status?.conditions);
  if (disruption === undefined) return undefined;
  return disruption.said === '' ? disruption.ended : `${disruption.ended}: ${disruption.said}`;
}

function stoppedError(devEnv: string, message: string): SlipwayError {
  return new SlipwayError('devenv.stopped', message, { action: `Start it: slipway devenv start ${devEnv}` });
}

function nodeOf({ spec }: TunnelPod): string {
  return sentencePart(spec?.nodeName ?? '');
}

function outOfTouch(message: string): SlipwayError {
  return new SlipwayError('devenv.failed', message, {
    action: 'Wait until it is back, or ask who looks after the cluster.',
  });
}

/** What its node did to a pod that broke off, by the reason that it gives. */
const doneByNode: Readonly<Record<string, string>> = {
  Evicted: 'was put out by its node',
  Preempting: 'was put out by its node',
  Terminated: 'ended when its node was shut down',
  NodeShutdown: 'ended when its node was shut down',
};

function failed(devEnv: string, { status }: TunnelPod): SlipwayError {
  const byNode = doneByNode[status?.reason ?? ''];
  if (byNode !== undefined) {
    const said = sentencePart(status?.message ?? '');
    const message = `${devEnv} ${byNode}${said === '' ? '' : `: ${said}`}.`;
    return new SlipwayError('devenv.failed', message, {
      action: `Start it again: slipway devenv start ${devEnv}`,
    });
  }
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
