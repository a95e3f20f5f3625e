import { isDeepStrictEqual } from 'node:util';
import { SlipwayError } from '../../../protocol/index.ts';
import type { RunSubmission } from '../../runTarget.ts';

/** Whether the `run.json` that lies on the cluster is the one that is being submitted. */
export function isSameRunFile(text: string | undefined, runFile: RunSubmission['runFile']): boolean {
  if (text === undefined) return false;
  try {
    return isDeepStrictEqual(JSON.parse(text), JSON.parse(JSON.stringify(runFile)));
  } catch {
    // What is not JSON is not this run's.
    return false;
  }
}

export function otherRun(run: string): SlipwayError {
  return new SlipwayError('run.conflict', `There is another run with the name ${run}.`, {
    action: 'Submit under another name.',
  });
}
