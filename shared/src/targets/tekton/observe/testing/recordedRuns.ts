import type { Run } from '../../../../protocol/index.ts';

/** What a recorded run has to become. */
export interface RecordedRun {
  readonly state: Run['state'];
  /** `name state`, and the exit code where there is one. */
  readonly steps: readonly string[];
  readonly reason?: string;
  /** All that was said of why it waits. */
  readonly waited?: readonly string[];
  /** The id of the diagnosis. */
  readonly diagnosis?: string;
}

const notRun = ['prepare skipped', 'collect skipped'];
const notYet = ['prepare pending', 'collect pending'];
const ended = ['prepare succeeded 0', 'notebook failed', 'collect skipped'];

export const recordedRuns: Readonly<Record<string, RecordedRun>> = {
  ok: {
    state: 'succeeded',
    steps: ['prepare succeeded 0', 'notebook succeeded 0', 'report skipped 0', 'collect succeeded 0'],
  },
  stage: {
    state: 'succeeded',
    steps: [
      'dataset succeeded 0',
      'clone succeeded 0',
      'prepare succeeded 0',
      'notebook succeeded 0',
      'collect succeeded 0',
    ],
  },
  gpuwait: {
    state: 'succeeded',
    steps: ['prepare succeeded 0', 'notebook succeeded 0', 'collect succeeded 0'],
    waited: ['GPU: 1 node — 1 full\nstarts when enough is free on the node that could hold it'],
  },
  cellfails: {
    state: 'failed',
    steps: ['prepare succeeded 0', 'notebook failed 1', 'report succeeded 0', 'test skipped 0', 'collect succeeded 0'],
    reason: 'cell 7 raised KeyError',
  },
  oom: {
    state: 'failed',
    steps: ['prepare succeeded 0', 'notebook failed', 'report succeeded 0', 'collect succeeded 0'],
    reason: 'notebook: it used more than its 48Mi of memory and was killed',
    diagnosis: 'outOfMemory',
  },
  kill: {
    state: 'failed',
    steps: ['prepare succeeded 0', 'notebook failed', 'collect failed 1'],
    reason: 'notebook: it was killed',
  },
  steptimeout: {
    state: 'timedOut',
    steps: ['prepare succeeded 0', 'notebook failed', 'report skipped', 'collect skipped'],
    reason: 'notebook: the time limit of 3s was reached',
  },
  timeout: {
    state: 'timedOut',
    steps: ['prepare succeeded 0', 'notebook cancelled', 'collect cancelled'],
    reason: 'the time limit of 12s was reached in notebook',
    diagnosis: 'runTimeout',
  },
  cancel: {
    state: 'cancelled',
    steps: ['prepare succeeded 0', 'notebook cancelled', 'collect cancelled'],
    reason: 'cancelled',
  },
  cancelpending: {
    state: 'cancelled',
    steps: ['prepare cancelled', 'collect cancelled'],
    reason: 'cancelled',
    waited: ['1 node — 1 without label accelerator=nothing'],
  },
  poddeleted: {
    state: 'failed',
    steps: ended,
    reason: 'its pod was ended before the run was done: it was deleted, or its node went down',
    diagnosis: 'podEnded',
  },
  rundeleted: {
    state: 'lost',
    steps: ended,
    reason: 'its PipelineRun was deleted before it had ended',
    diagnosis: 'deleted',
  },
  evict: {
    state: 'failed',
    steps: ended,
    reason: 'the pod was evicted: Pod ephemeral local storage usage exceeds the total limit of containers 20Mi.',
    diagnosis: 'evicted',
  },
  pull: {
    state: 'failed',
    steps: notRun,
    reason: 'The registry of the image registry.example/team/nope:1 did not answer',
    waited: ['image registry.example/team/nope:1: the registry does not answer'],
    diagnosis: 'registryNotReached',
  },
  badname: {
    state: 'failed',
    steps: notRun,
    reason: 'The image registry.example/Team/nope:1 is no valid image name',
    waited: [
      'image registry.example/Team/nope:1 is no valid image name: lower-case letters, then :tag or @sha256:digest',
    ],
    diagnosis: 'imageNameInvalid',
  },
  nosecret: {
    state: 'failed',
    steps: notRun,
    reason: 'The secret "my-token", which the run needs, is not there',
    diagnosis: 'missingSecret',
  },
  nokey: {
    state: 'failed',
    steps: notRun,
    reason: 'Secret "has-other-key" has no key "token"',
    diagnosis: 'missingSecret',
  },
  serviceaccount: {
    state: 'failed',
    steps: notRun,
    reason: 'The service account nobody is not there',
    diagnosis: 'serviceAccountMissing',
  },
  restricted: {
    state: 'failed',
    steps: notRun,
    reason: 'The security level restricted of the space refuses the pod: allowPrivilegeEscalation != false',
    diagnosis: 'podSecurity',
  },
  gpunever: {
    state: 'queued',
    steps: ['prepare pending', 'notebook pending', 'collect pending'],
    waited: ['GPU: 1 node — 1 without 8 free\nno node seems large enough, so waiting may not help: ask for less'],
  },
  selector: { state: 'queued', steps: notYet, waited: ['1 node — 1 without label accelerator=nvidia-tesla-gpu'] },
  badpvc: { state: 'queued', steps: notYet, waited: ['the claim not-there is not there'] },
  noclass: { state: 'queued', steps: notYet, waited: ['claim noclass has no volume: there is no storage class nope'] },
  nomount: { state: 'staging', steps: notYet, waited: ['ConfigMap "gone-inputs" is not there'] },
  managed: {
    state: 'queued',
    steps: ['prepare pending', 'notebook pending', 'report pending', 'collect pending'],
    waited: ['Kueue holds it in its queue'],
  },
  quota: {
    state: 'queued',
    steps: notYet,
    waited: [
      'quota team: it asks for 0.22 CPUs, and 0 CPUs of 0.1 CPUs are in use\nwaiting does not help: it asks for more than the whole quota',
    ],
  },
  failing: {
    state: 'failed',
    steps: ['first/main failed 2', 'second/main skipped', 'tidy/main succeeded 0'],
    reason: 'first/main: exit code 2',
  },
  graph: {
    state: 'succeeded',
    steps: [
      'make/main succeeded 0',
      'use/main succeeded 0',
      'never/main skipped',
      'after-never/main succeeded 0',
      'each/0/main succeeded 0',
      'each/1/main succeeded 0',
      'each/2/main succeeded 0',
      'flaky/main succeeded 0',
      'ignored/main failed 1',
      'tidy/main succeeded 0',
    ],
    waited: ['Tekton has not taken it up yet: its controller is busy, or does not run'],
  },
};
