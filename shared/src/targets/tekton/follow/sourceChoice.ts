import type { StepName } from '../../../protocol/index.ts';
import type { RunPlace } from './runPlace.ts';

/** Where the rest of a step's log is to come from. */
export type LogSource =
  /** Nothing more is needed: it is whole. */
  | { readonly from: 'spool' }
  /** Nothing can be there yet, or nothing for the moment. */
  | { readonly from: 'nowhere' }
  /** There never was a byte, or it is lost with its pod. */
  | { readonly from: 'empty'; readonly lost: boolean }
  /** The one exec per run that tells what is appended to the files of its folder. */
  | { readonly from: 'follow' }
  /** The API's log of a container, as it grows. */
  | { readonly from: 'apiFollow' }
  /** The API's log of a container that has ended; taken if it has `expected` bytes, else the volume is asked. */
  | { readonly from: 'api'; readonly expected: number | undefined; readonly elseVolume: boolean }
  /** The file on the volume, through a reader pod; it has `expected` bytes where that is known. */
  | { readonly from: 'volume'; readonly expected: number | undefined };

export interface LogKnowledge {
  /** The spool has the whole log. */
  readonly sealed: boolean;
  /** Bytes in the spool. */
  readonly spooled: number;
  /** False after the cluster refused exec, or the helper turned out not to work. */
  readonly execWorks: boolean;
}

/** The step whose own log is not in the sizes that it tells. */
const collect: StepName = 'collect';

/** Decides where to read on. Pure. */
export function chooseLogSource(place: RunPlace, step: StepName, knowledge: LogKnowledge): LogSource {
  if (knowledge.sealed) return { from: 'spool' };
  if (place.neverBegan === true) return { from: 'empty', lost: false };
  // Of a PipelineRun that is gone nobody can tell whose it was; what it left lies on the volume, if anywhere.
  return place.own || place.uid === undefined ? ownSource(place, step, knowledge) : foreignSource(place, step);
}

function ownSource(place: RunPlace, step: StepName, { spooled, execWorks }: LogKnowledge): LogSource {
  const at = place.steps.get(step);
  if (!place.final) {
    if (place.live !== undefined && execWorks) return { from: 'follow' };
    if (execWorks || at === undefined) return { from: 'nowhere' };
    if (at.state === 'running') return { from: 'apiFollow' };
    return at.state === 'ended' ? { from: 'api', expected: undefined, elseVolume: false } : { from: 'nowhere' };
  }
  // As long as there is the PipelineRun, its pods are known: this step never had one.
  if (at === undefined && place.uid !== undefined) return { from: 'empty', lost: false };
  // Where pods may not be looked at, a container is taken to run until its log has been asked for.
  const readable = at?.state === 'ended' || at?.state === 'running';
  const expected = place.logSizes?.get(step);
  if (expected !== undefined && expected === spooled) {
    return expected === 0 ? { from: 'empty', lost: false } : { from: 'spool' };
  }
  if (expected !== undefined) {
    return readable ? { from: 'api', expected, elseVolume: true } : { from: 'volume', expected };
  }
  // Nothing tells whether the API has all of it; only collect is known to write no more than a few lines.
  return readable && step === collect
    ? { from: 'api', expected: undefined, elseVolume: false }
    : { from: 'volume', expected: undefined };
}

function foreignSource(place: RunPlace, step: StepName): LogSource {
  const at = place.steps.get(step);
  switch (at?.state) {
    case 'running':
      return place.final ? { from: 'api', expected: undefined, elseVolume: false } : { from: 'apiFollow' };
    case 'ended':
      return { from: 'api', expected: undefined, elseVolume: false };
    case 'gone':
      return { from: 'empty', lost: true };
    case 'waiting':
      return place.final ? { from: 'empty', lost: false } : { from: 'nowhere' };
    case undefined:
      return place.final ? { from: 'empty', lost: false } : { from: 'nowhere' };
  }
}
