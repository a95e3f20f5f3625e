import type { SlipwayError } from '../../protocol/index.ts';
import { failed, freshBackOff, waitMs, wentWell, type BackOff } from '../timing/backOff.ts';
import type { Random } from '../timing/random.ts';

/** How far what a reflector holds can be believed. */
export interface ReflectorState {
  /** `syncing`: not all is there yet; `live`: as the cluster has it; `stale`: as it was at `since`. */
  readonly state: 'syncing' | 'live' | 'stale';
  /** Epoch milliseconds; of a stale one, when the cluster was last heard. */
  readonly since: number;
  /** Why it is not live, where that is known. */
  readonly error?: SlipwayError;
}

/** What the reflector does next. */
export type Step =
  | { readonly do: 'list'; readonly how: 'streaming' | 'paged' }
  | { readonly do: 'watch'; readonly resourceVersion: string };

export interface MachineState {
  readonly next: Step;
  /** Milliseconds to wait before that. */
  readonly waitMs: number;
  readonly health: ReflectorState;
  readonly backOff: BackOff;
  /** False once the server has refused a streaming list. */
  readonly streaming: boolean;
}

/** Why a step failed. `expired`: the version is too old (410); `unsupported`: 400 or 422; `other`: all that may pass. */
export type FailureKind = 'expired' | 'unsupported' | 'other';

export type Outcome =
  /** All objects are there, and are followed from `resourceVersion` on. */
  | { readonly kind: 'synced'; readonly resourceVersion: string }
  /** A watch was accepted. */
  | { readonly kind: 'opened' }
  /** The server ended a watch as agreed. */
  | { readonly kind: 'ended'; readonly resourceVersion: string; readonly openedAt: number }
  | {
      readonly kind: 'failed';
      readonly failure: FailureKind;
      readonly error: SlipwayError;
      /** Where to go on; undefined before the first list is complete. */
      readonly resourceVersion: string | undefined;
      /** When the cluster was last heard, epoch milliseconds; undefined where it never was. */
      readonly lastHeard: number | undefined;
      /** What the server asked for. */
      readonly retryAfterMs?: number | undefined;
    };

/** A watch shorter than this is not as agreed: reopening it at once would be hammering. */
const shortestWatchMs = 2_000;

export function initialState(streaming: boolean, now: number): MachineState {
  return {
    next: firstStep(streaming),
    waitMs: 0,
    health: { state: 'syncing', since: now },
    backOff: freshBackOff,
    streaming,
  };
}

/** The rules of list and watch: what follows from what happened. Pure. */
export function advance(state: MachineState, outcome: Outcome, now: number, random: Random): MachineState {
  switch (outcome.kind) {
    case 'synced':
      return {
        ...state,
        next: { do: 'watch', resourceVersion: outcome.resourceVersion },
        waitMs: 0,
        health: live(state.health, now),
        backOff: wentWell(state.backOff, now),
      };
    case 'opened':
      return { ...state, health: live(state.health, now), backOff: wentWell(state.backOff, now) };
    case 'ended':
      return ended(state, outcome, now, random);
    case 'failed':
      return afterFailure(state, outcome, now, random);
  }
}

function ended(
  state: MachineState,
  outcome: Extract<Outcome, { kind: 'ended' }>,
  now: number,
  random: Random,
): MachineState {
  const next: Step = { do: 'watch', resourceVersion: outcome.resourceVersion };
  if (now - outcome.openedAt >= shortestWatchMs) return { ...state, next, waitMs: 0 };
  const backOff = failed(state.backOff, now);
  return { ...state, next, backOff, waitMs: waitMs(backOff, random) };
}

function afterFailure(
  state: MachineState,
  outcome: Extract<Outcome, { kind: 'failed' }>,
  now: number,
  random: Random,
): MachineState {
  const health = unwell(state.health, outcome.error, outcome.lastHeard ?? now);
  if (outcome.failure === 'unsupported' && state.next.do === 'list' && state.next.how === 'streaming') {
    return { ...state, streaming: false, next: { do: 'list', how: 'paged' }, waitMs: 0, health: state.health };
  }
  const backOff = failed(state.backOff, now);
  // The first relist comes at once; a server that says 410 again and again is not hammered.
  const goOn = outcome.failure === 'expired' ? undefined : outcome.resourceVersion;
  const pause =
    outcome.failure === 'expired' && backOff.failures === 1 ? 0 : waitMs(backOff, random, outcome.retryAfterMs);
  const next: Step = goOn === undefined ? firstStep(state.streaming) : { do: 'watch', resourceVersion: goOn };
  return { ...state, next, backOff, waitMs: pause, health };
}

function firstStep(streaming: boolean): Step {
  return { do: 'list', how: streaming ? 'streaming' : 'paged' };
}

function live(health: ReflectorState, now: number): ReflectorState {
  return health.state === 'live' ? health : { state: 'live', since: now };
}

function unwell(health: ReflectorState, error: SlipwayError, lastHeard: number): ReflectorState {
  if (health.state === 'live') return { state: 'stale', since: Math.max(health.since, lastHeard), error };
  return { state: health.state, since: health.since, error };
}
