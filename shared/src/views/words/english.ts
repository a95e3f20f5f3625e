import type { RunState, StepState } from '../../protocol/index.ts';
import type { Sentences } from '../sentences.ts';
import { englishPanels } from './englishPanels.ts';
import { englishSignIn } from './englishSignIn.ts';

/** Every word that a host or panel shows, by what it is for. Step names, identifiers and log text stay as they are. */
export const english = {
  /** The locale of what the core says in this language. */
  language: 'en',
  product: 'Slipway',
  runOnCluster: 'Run on GPU cluster',
  states: {
    submitting: 'Submitting',
    queued: 'Queued',
    staging: 'Staging',
    running: 'Running',
    succeeded: 'Passed',
    failed: 'Failed',
    cancelled: 'Cancelled',
    timedOut: 'Timed out',
    lost: 'Lost',
  } satisfies Record<RunState, string>,
  stepStates: {
    pending: 'Not started',
    running: 'Running',
    succeeded: 'Passed',
    failed: 'Failed',
    skipped: 'Skipped',
    reused: 'Reused',
    cancelled: 'Cancelled',
  } satisfies Record<StepState, string>,
  cancelling: 'Cancelling…',
  cell: (number: number, total: number) => `cell ${number}/${total}`,
  queuePosition: (before: number) => (before === 0 ? 'next in the queue' : `${before} before it`),
  today: 'Today',
  yesterday: 'Yesterday',
  older: 'Older',
  runCount: (count: number) => (count === 1 ? '1 run' : `${count} runs`),
  activeRuns: (count: number) => `${count} runs active`,
  /** What the client of the core says itself; hosts have tables of their own beside it. */
  ofClient: {
    'The core closed the connection.': 'The core closed the connection.',
    'The connection to the core failed.': 'The connection to the core failed.',
    'The core cannot be reached.': 'The core cannot be reached.',
    'A message of the core cannot be read: {}.': 'A message of the core cannot be read: {}.',
    'The host failed to answer {}.': 'The host failed to answer {}.',
  } as Sentences,
  inStep: (step: string) => `in ${step}`,
  panels: englishPanels,
  signIn: englishSignIn,
};

export type Words = typeof english;
