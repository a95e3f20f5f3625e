import * as z from 'zod';
import { maskSecrets } from '../../diagnosis/index.ts';
import type { DevEnvState } from '../../protocol/index.ts';
import type { Claim, ContainerStatus, Pod } from '../../targets/index.ts';
import { disruptionOf, parseLastEnd, reasonLine, type LastEnd, type PodEnd } from '../endings/index.ts';
import { devEnvAnnotations, devEnvContainer } from '../names/index.ts';
import { durationWords } from './durationWords.ts';

/** What is known of a DevEnv, from which it follows how it stands. */
export interface DevEnvFacts {
  readonly claim: Claim;
  readonly pod: Pod | undefined;
  /** Epoch ms. */
  readonly now: number;
  /** Why its pod waits, in words, where somebody looked. */
  readonly pending?: string | undefined;
  /** The end of the log of the container that broke off, where somebody looked. */
  readonly lastWords?: string | undefined;
}

/** How a DevEnv stands. */
export interface Standing {
  readonly state: DevEnvState;
  readonly reason?: string | undefined;
  readonly action?: string | undefined;
  /** Epoch ms; there while it runs. */
  readonly startedAt?: number | undefined;
  /** Epoch ms of its pod's making; there while it starts. */
  readonly startingSince?: number | undefined;
}

const startAgain = 'Start it again: /workspace is as it was.';

/** How a DevEnv stands, from what the cluster says of it. Pure; takes anything that an API may say. */
export function standingOf(facts: DevEnvFacts): Standing {
  const { claim, pod } = facts;
  if (claim.metadata.deletionTimestamp !== undefined && pod !== undefined) {
    return { state: 'stopping', reason: 'it is being deleted' };
  }
  if (pod === undefined) return withoutPod(claim);
  const standing = ofPod(pod, facts);
  const isFirst = (containerOf(pod)?.restartCount ?? 0) === 0;
  if (standing.state !== 'starting' || !isFirst) return standing;
  return { ...standing, startingSince: pod.metadata.creationTimestamp };
}

function ofPod(pod: Pod, facts: DevEnvFacts): Standing {
  const { now } = facts;
  if (pod.metadata.deletionTimestamp !== undefined) return stopping(pod, pod.metadata.deletionTimestamp, now);
  if (pod.status?.phase === 'Succeeded') return { state: 'stopped', reason: endWords(containerOf(pod)) };
  if (pod.status?.phase === 'Failed') return broken(pod);
  const container = containerOf(pod);
  if (pod.status?.phase === 'Running' && container?.state?.running !== undefined) return running(pod, container);
  return comingUp(pod, container, facts);
}

/** True for a pod that does nothing any more, or breaks off again and again: a start puts another one in its place. */
export function isOver(standing: Standing, pod: Pod): boolean {
  if (standing.state === 'stopped' || standing.state === 'failed') return true;
  return standing.state === 'starting' && hasBrokenOff(containerOf(pod));
}

/** Not the first time, so that it will do so again. */
function hasBrokenOff(container: ContainerStatus | undefined): boolean {
  return container?.ready !== true && (container?.restartCount ?? 0) > 0;
}

function withoutPod(claim: Claim): Standing {
  if (claim.status?.phase !== 'Lost') {
    const last = lastEndOf(claim);
    if (last === undefined || last.followed) return { state: 'stopped' };
    return { state: 'stopped', reason: last.reason, action: startAgain };
  }
  return {
    state: 'failed',
    reason: `the volume of claim ${claim.metadata.name} is gone`,
    action: 'Ask who looks after the cluster’s storage. Delete the DevEnv with its workspace to begin anew.',
  };
}

/** What its claim tells of the last pod that the cluster put out. Pure. */
export function lastEndOf({ metadata }: Claim): LastEnd | undefined {
  const last = parseLastEnd(metadata.annotations[devEnvAnnotations.lastEnd]);
  return last === undefined ? undefined : { ...last, reason: line(last.reason) };
}

/** So long after its time a pod that is still there will not go by itself, ms. */
const lateMs = 60_000;

function stopping(pod: Pod, deadline: number, now: number): Standing {
  if (now - deadline < lateMs) return { state: 'stopping', reason: disruptionWords(pod) };
  const node = pod.spec?.nodeName;
  return {
    state: 'stopping',
    reason: node === undefined ? 'something holds its pod' : `its node ${line(node)} does not say that it has ended`,
    action: 'Ask who looks after the cluster: the node may be down.',
  };
}

function disruptionWords(pod: Pod): string | undefined {
  const disruption = disruptionOf(pod.status?.conditions);
  return disruption === undefined ? undefined : said(disruption.ending, disruption.said);
}

/** How a pod ended, or is about to end, that nobody of ours has stopped; undefined for any other. Pure. */
export function podEnd(pod: Pod, now: number): PodEnd | undefined {
  const { uid, deletionTimestamp } = pod.metadata;
  const { phase, reason, conditions } = pod.status ?? {};
  if (uid === undefined || phase === 'Succeeded') return undefined;
  const disruption = disruptionOf(conditions);
  const endedAt = containerOf(pod)?.state?.terminated?.finishedAt ?? disruption?.at ?? deletionTimestamp ?? now;
  const hasFailed = phase === 'Failed';
  // A container that is told to end may end badly: without a reason of the node that is how it looks when somebody stops it.
  const byItself = deletionTimestamp === undefined && disruption === undefined;
  if (hasFailed && (reason !== undefined || byItself))
    return { pod: uid, reason: broken(pod).reason ?? '', at: endedAt };
  if (disruption === undefined || (deletionTimestamp === undefined && !hasFailed)) return undefined;
  return { pod: uid, reason: said(disruption.ended, disruption.said), at: disruption.at ?? endedAt };
}

/** The kubelet says of the pod what it says of its container: where they differ, the cluster has not heard of the node. */
function isOutOfTouch(pod: Pod, container: ContainerStatus): boolean {
  const ready = pod.status?.conditions.find(({ type }) => type === 'Ready');
  return container.ready === true && ready?.status === 'False';
}

function running(pod: Pod, container: ContainerStatus): Standing {
  const startedAt = container.state?.running?.startedAt ?? pod.status?.startTime;
  if (container.ready !== true) return { state: 'starting', reason: 'it runs, and its SSH server comes up', startedAt };
  if (isOutOfTouch(pod, container)) {
    return {
      state: 'running',
      reason: `its node ${line(pod.spec?.nodeName ?? '')} does not answer`,
      action: 'Wait until it is back, or ask who looks after the cluster.',
      startedAt,
    };
  }
  const end = container.lastState?.terminated;
  if (end === undefined) return { state: 'running', startedAt };
  return {
    state: 'running',
    reason:
      end.reason === 'OOMKilled'
        ? 'it ran out of memory and was started again'
        : `it broke off (${exitWords(end)}) and was started again`,
    action:
      end.reason === 'OOMKilled' || end.exitCode === killedCode
        ? 'Give it a larger instance type: what ran in it was lost.'
        : 'What ran in it was lost.',
    startedAt,
  };
}

/**
 * Of a program that KILL has ended, as shells count. Where a pod's limit of memory is met before its container's, the runtime tells
 * no more than this.
 */
const killedCode = 137;
const cannotPull: ReadonlySet<string> = new Set(['ImagePullBackOff', 'InvalidImageName', 'ErrImageNeverPull']);
const cannotBeMade: ReadonlySet<string> = new Set([
  'CreateContainerConfigError',
  'CreateContainerError',
  'RunContainerError',
]);
/** A claim that will have no volume however long one waits. */
const neverBound = /has no volume: (there is no storage class|it names no storage class)/;

/** So long the first try for an image may go wrong, ms: registries have bad moments. */
const firstPullMs = 15_000;

/** An image is tried for again and again, and between two tries it says something else than while it waits. */
function hasNoImage(pod: Pod, reason: string, now: number): boolean {
  if (cannotPull.has(reason)) return true;
  return reason === 'ErrImagePull' && now - (pod.status?.startTime ?? now) > firstPullMs;
}

function comingUp(pod: Pod, container: ContainerStatus | undefined, facts: DevEnvFacts): Standing {
  const waiting = container?.state?.waiting;
  const pending = facts.pending;
  const end = container?.state?.terminated;
  if (waiting?.reason === 'CrashLoopBackOff' || (end !== undefined && hasBrokenOff(container))) {
    return crashing(container, facts.lastWords);
  }
  if (waiting?.reason !== undefined && hasNoImage(pod, waiting.reason, facts.now)) {
    return {
      state: 'failed',
      reason: pending ?? line(`its image cannot be pulled: ${waiting.message ?? waiting.reason}`),
      action: 'Name another image with resize, and start it again.',
    };
  }
  if (waiting?.reason !== undefined && cannotBeMade.has(waiting.reason)) {
    return {
      state: 'failed',
      reason: pending ?? line(`its container cannot be started: ${waiting.message ?? waiting.reason}`),
      action: startAgain,
    };
  }
  if (pending !== undefined && neverBound.test(pending)) {
    return {
      state: 'failed',
      reason: pending,
      action:
        'Delete it with its workspace, name a StorageClass in the team profile (devEnv.storageClassName), and create it anew.',
    };
  }
  // Between two instances of the container there is neither a running nor a waiting one.
  if (end !== undefined && pending === undefined) {
    return { state: 'starting', reason: `it broke off (${exitWords(end)}) and is started again` };
  }
  return { state: 'starting', reason: pending };
}

function crashing(container: ContainerStatus | undefined, lastWords: string | undefined): Standing {
  const end = container?.lastState?.terminated;
  const said = [end?.message, lastWords].map((text) => line(text ?? '')).find((text) => text !== '');
  const why = end?.reason === 'OOMKilled' ? 'it ran out of memory' : `its first process ended (${exitWords(end)})`;
  return {
    state: 'failed',
    reason: `it breaks off each time it is started: ${why}${said === undefined ? '' : `: ${said}`}`,
    action:
      end?.reason === 'OOMKilled'
        ? 'Give it a larger instance type, and start it again.'
        : 'Its image has to be made as docs/platform/devenv says. Name another one with resize, and start it again.',
  };
}

function broken(pod: Pod): Standing {
  const { reason, message } = pod.status ?? {};
  const end = containerOf(pod)?.state?.terminated;
  if (reason === 'Evicted' || reason === 'Preempting' || reason === 'Preempted') {
    return { state: 'failed', reason: said('its node put it out', message), action: startAgain };
  }
  if (reason === 'Terminated' || reason === 'NodeShutdown') {
    return { state: 'failed', reason: said('its node was shut down', message), action: startAgain };
  }
  if (end?.reason === 'OOMKilled') {
    return {
      state: 'failed',
      reason: 'it ran out of memory',
      action: 'Give it a larger instance type, and start it again.',
    };
  }
  if (reason !== undefined) return { state: 'failed', reason: said(line(reason), message), action: startAgain };
  return { state: 'failed', reason: said(`its container ended (${exitWords(end)})`, end?.message), action: startAgain };
}

const endSchema = z.object({ reason: z.literal('idle'), idleSeconds: z.number().nonnegative() });

/** Why a container ended well: of an idle one the image says so. */
function endWords(container: ContainerStatus | undefined): string {
  const message = container?.state?.terminated?.message;
  const end = endSchema.safeParse(parsed(message)).data;
  if (end !== undefined) return `stopped after ${durationWords(end.idleSeconds * 1000)} idle`;
  return 'its first process ended by itself';
}

function containerOf(pod: Pod): ContainerStatus | undefined {
  return pod.status?.containerStatuses.find(({ name }) => name === devEnvContainer);
}

function exitWords(
  end: { readonly exitCode?: number | undefined; readonly reason?: string | undefined } | undefined,
): string {
  if (end?.exitCode === killedCode) return 'killed, often for want of memory';
  if (end?.exitCode !== undefined) return `exit code ${end.exitCode}`;
  return line(end?.reason ?? '') || 'nobody knows why';
}

function said(what: string, message: string | undefined): string {
  const words = line(message ?? '');
  return words === '' ? what : `${what}: ${words}`;
}

function parsed(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}

/** One line without control characters and secrets, at most 500 characters. */
function line(text: string): string {
  return reasonLine(maskSecrets(text.slice(0, 4_000)));
}
