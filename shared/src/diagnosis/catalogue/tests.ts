import type { CatalogueEntry } from './entry.ts';

/** pytest; its exit codes: 1 tests failed, 2 interrupted, 4 usage error, 5 no tests. */
const test = ['test'] as const;
const retry = 'Then: slipway retry {run} --from test';

/** The last error that pytest shows of a module which it cannot import. */
const raised = { look: 'log', pattern: /^E +(?<what>[A-Z]\w*(?:Error|Exception)[^\n]*)/m } as const;
const missing = { look: 'log', pattern: /^E +ModuleNotFoundError: No module named '(?<module>[^'\n]+)'/m } as const;

const noTests = {
  id: 'noTestsCollected',
  source: 'none',
  steps: test,
  exitCodes: [5],
  causes: ['No test was collected: pytest looks for functions test_… in files test_….py'],
  fixes: ['Name files and functions so, or leave the tests out: slipway rerun {run} --edit', retry],
} as const;

export const testEntries: readonly CatalogueEntry[] = [
  {
    id: 'testsNotCollected',
    source: 'none',
    look: 'log',
    pattern: /^ImportError while loading conftest '(?<path>[^'\n]+)'/m,
    steps: test,
    exitCodes: [4],
    details: [raised, missing],
    causes: [
      'The tests could not be collected, because their conftest.py failed: {what}',
      'The tests could not be collected, because their conftest.py failed',
    ],
    fixes: [
      'If {module} is a package, add it to requirements.txt, then: slipway retry {run} --from prepare',
      'Correct conftest.py, then: slipway retry {run} --from test',
    ],
  },
  {
    id: 'testOptionsRefused',
    source: 'none',
    look: 'log',
    pattern: /^[^\n]*: error: unrecognized arguments: (?<arguments>[^\n]+)/m,
    steps: test,
    exitCodes: [4],
    causes: ['pytest does not know the options {arguments}; the plugins pytest-cov and pytest-html may be missing'],
    fixes: [
      'Add pytest-cov and pytest-html to requirements.txt, then: slipway retry {run} --from prepare',
      'Or let Slipway keep an environment, with python: managed: slipway rerun {run} --edit',
    ],
  },
  {
    id: 'testsNotFound',
    source: 'none',
    look: 'log',
    pattern: /^ERROR: file or directory not found: (?<path>[^\n]+)/m,
    steps: test,
    exitCodes: [4],
    causes: ['The tests are not where they should be: {path}'],
    fixes: ['Name the folder that holds them (tests in slipway.yaml, or --tests), then run the notebook again'],
  },
  {
    id: 'testsNotFound',
    source: 'none',
    look: 'reason',
    pattern: /^(?<path>[^\n]+) is not among the run's files$/,
    steps: test,
    causes: ["The tests in {path} are not among the run's files"],
    fixes: ['Name the folder that holds them (tests in slipway.yaml, or --tests), then run the notebook again'],
  },
  {
    id: 'testsNotCollected',
    source: 'none',
    look: 'log',
    pattern: /^!+ Interrupted: (?<count>\d+ errors?) during collection !+$/m,
    steps: test,
    exitCodes: [2],
    details: [raised, missing],
    list: { name: 'files', pattern: /^ERROR (\S+)(?: - [^\n]*)?$/gm, most: 3 },
    causes: [
      'The tests could not be collected ({files}): {what}',
      'The tests could not be collected: {files}',
      'The tests could not be collected',
    ],
    fixes: [
      'If {module} is a package, add it to requirements.txt, then: slipway retry {run} --from prepare',
      'Correct {files}, then: slipway retry {run} --from test',
    ],
  },
  {
    id: 'noTestsCollected',
    source: 'none',
    look: 'log',
    pattern: /^=* ?(?<deselected>\d+) deselected in [\d.]+s[^\n]*$/m,
    steps: test,
    exitCodes: [5],
    causes: ['No test was collected: none of {deselected} has the marker that was asked for'],
    fixes: ['Correct tests.marker, or mark the tests: slipway rerun {run} --edit'],
  },
  {
    ...noTests,
    look: 'log',
    pattern: /^=* ?no tests ran in [\d.]+s[^\n]*$/m,
  },
  {
    ...noTests,
    look: 'state',
    pattern: /^failed$/,
  },
  {
    id: 'testsFailed',
    source: 'none',
    look: 'log',
    pattern: /^=* ?(?<summary>(?:\d+ \w+, ){0,8}?\d+ (?:failed|errors?)(?:, \d+ \w+){0,8}) in [\d.]+s\b[^\n]*$/m,
    steps: test,
    exitCodes: [1],
    list: { name: 'tests', pattern: /^(?:FAILED|ERROR) (\S.*?)(?: - [^\n]*)?$/gm, most: 3 },
    causes: ['Tests failed ({summary}): {tests}', 'Tests failed ({summary})'],
    fixes: ['Look at each test: slipway artifacts open {run} testReport', 'Correct the notebook or the tests', retry],
  },
];
