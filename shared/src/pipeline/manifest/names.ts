import { SlipwayError } from '../../protocol/index.ts';

/** The names of decision 10: what everybody reads and writes on objects of a run, and where things lie in its pod. */
export const labels = {
  managedBy: 'app.kubernetes.io/managed-by',
  run: 'slipway.dev/run',
  notebook: 'slipway.dev/notebook',
  trigger: 'slipway.dev/trigger',
  /** When the PipelineRun was made, by the cluster's clock: {@link dayOf}. Not on what somebody else makes of a manifest. */
  day: 'slipway.dev/day',
  /** On helper pods: `upload` or `reader`. */
  helper: 'slipway.dev/helper',
} as const;

/** Value of `labels.managedBy`. */
export const managedBy = 'slipway';

/** Selects every object that Slipway made. */
export const managedSelector = `${labels.managedBy}=${managedBy}`;

export const annotations = {
  user: 'slipway.dev/user',
  title: 'slipway.dev/title',
  jobSpec: 'slipway.dev/job-spec',
  source: 'slipway.dev/source',
  reuses: 'slipway.dev/reuses',
  created: 'slipway.dev/created',
  expires: 'slipway.dev/expires',
} as const;

/** Absolute paths in the pods. */
export const paths = {
  run: '/slipway/run',
  /** In the reader of a volume without a run: the folder of all runs. */
  runs: '/slipway/runs',
  steps: '/slipway/steps',
  assets: '/slipway/assets',
  inputs: '/slipway/inputs',
  environments: '/slipway/environments',
  /** Data sets that were downloaded, shared by runs. */
  downloads: '/slipway/downloads',
  reuse: '/slipway/reuse',
  /** Data sets that lie on volumes of the team's, a folder each. */
  datasets: '/slipway/datasets',
  gitCredentials: '/slipway/git-credentials',
  datasetCredentials: '/slipway/dataset-credentials',
} as const;

/** Tasks of our PipelineRun. */
export const taskNames = { stage: 'stage', run: 'run' } as const;

/** The result of the task `run` that `collect` writes. */
export const summaryResult = 'summary';

/** The one step that is not in `run.json`: where the profile allows it, it hands the run's folder to the run's user. */
export const ownStep = 'own';

/** The container of helper pods. */
export const helperContainer = 'helper';

export interface RunObjectNames {
  readonly pipelineRun: string;
  readonly inputs: string;
  readonly claim: string;
  readonly upload: string;
  readonly reader: string;
}

const maxRunName = 63 - '-inputs'.length;

/**
 * Names of the objects of a run, each a DNS label of at most 63 characters.
 * @throws SlipwayError `spec.invalid` for a name that cannot be one
 */
export function objectNames(run: string): RunObjectNames {
  if (run.length > maxRunName || !/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(run)) {
    throw new SlipwayError('spec.invalid', `${JSON.stringify(run.slice(0, 100))} cannot be the name of a run.`, {
      action: `Use lower-case letters, digits and "-", at most ${maxRunName} characters, with a letter or digit at both ends.`,
    });
  }
  return {
    pipelineRun: run,
    inputs: `${run}-inputs`,
    claim: `${run}-data`,
    upload: `${run}-upload`,
    reader: `${run}-reader`,
  };
}

/** Step of ours → its container in the pod. */
export function containerOf(step: string): string {
  return `step-${step}`;
}

const maxLabelValue = 63;

/**
 * A text as a label value: letters, digits, `-`, `_`, `.`. Where something is lost, a hash of the text follows, so that
 * different texts stay different.
 */
export function labelValue(text: string): string {
  const plain = text.normalize('NFKD').replace(/\p{M}+/gu, '');
  const clean = plain.replace(/[^A-Za-z0-9_.-]+/g, '-').replace(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, '');
  if (clean === text && clean.length <= maxLabelValue) return clean;
  const hash = fnv1a(text).toString(16).padStart(8, '0');
  const kept = clean.slice(0, maxLabelValue - hash.length - 1).replace(/[^A-Za-z0-9]+$/, '');
  return kept === '' ? hash : `${kept}-${hash}`;
}

/** FNV-1a over UTF-16 code units: tells texts apart, proves nothing. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193) >>> 0;
  }
  return hash;
}
