import type { CatalogueEntry } from './entry.ts';

/** What ended the run from outside: nobody drove it any more, or its time was over. */
export const runEntries: readonly CatalogueEntry[] = [
  {
    id: 'lost',
    source: 'none',
    look: 'state',
    pattern: /^lost$/,
    causes: [
      'The run was lost in step {step}: the process that drove it ended without a verdict, as after a restart of the machine',
      'The run was lost: the process that drove it ended without a verdict, as after a restart of the machine',
    ],
    fixes: ['slipway retry {run}'],
  },
  {
    id: 'cellTimeout',
    source: 'G7',
    look: 'error',
    pattern: /^(?:\w+\.)*CellTimeoutError: /,
    details: [{ look: 'error', pattern: /\b(?:limit of|executed, after) (?<limit>\d[\w. ]*?)(?:\.?$|\.\s)/m }],
    causes: [
      'The time limit for one cell, {limit}, was reached in {place}',
      'The time limit for one cell was reached in {place}',
    ],
    fixes: [
      'Raise or remove timeouts.cell: slipway rerun {run} --edit',
      'Or make {place} faster, then: slipway retry {run} --from {step}',
    ],
  },
  {
    id: 'cellTimeout',
    source: 'G7',
    look: 'reason',
    pattern: /^the time limit of (?<limit>\d[\d.hms ]*?) was reached by (?<where>[^\n]+)$/,
    steps: ['notebook'],
    causes: ['The time limit for one cell, {limit}, was reached by {where}'],
    fixes: ['Raise or remove timeouts.cell: slipway rerun {run} --edit'],
  },
  {
    id: 'stepTimeout',
    source: 'G17',
    look: 'reason',
    pattern: /^the time limit (?:of (?<limit>\d[\d.hms ]*?) )?was reached(?: in (?<where>.*))?$/,
    causes: [
      'The time limit of step {step}, {limit}, was reached in {cell}',
      'The time limit of step {step}, {limit}, was reached',
      'The time limit of step {step} was reached in {cell}',
      'The time limit of step {step} was reached',
    ],
    fixes: [
      'Raise timeouts.{step}: slipway rerun {run} --edit',
      'Or make it faster, then: slipway retry {run} --from {step}',
    ],
  },
  {
    id: 'stepTimeout',
    source: 'G17',
    look: 'state',
    pattern: /^timedOut$/,
    causes: [
      'The time limit of step {step} was reached in {cell}',
      'The time limit of step {step} was reached',
      'The time limit of the run was reached',
    ],
    fixes: [
      'Raise timeouts.{step}: slipway rerun {run} --edit',
      'Or make it faster, then: slipway retry {run} --from {step}',
    ],
  },
];
