import type { CatalogueEntry } from './entry.ts';

/** Building the Python environment: what pip says, and tools that are missing in it. */
const retry = 'Then: slipway retry {run} --from prepare';
const prepare = ['prepare'] as const;

export const environmentEntries: readonly CatalogueEntry[] = [
  {
    id: 'requirementsConflict',
    source: 'none',
    look: 'log',
    pattern: /^ERROR: Cannot install [^\n]+ because these package versions have conflicting dependencies/m,
    steps: prepare,
    details: [
      {
        look: 'log',
        pattern:
          /^The conflict is caused by:\n +(?:The user requested )?(?<one>[^\n]+)\n +(?:The user requested )?(?<two>[^\n]+)/m,
      },
    ],
    causes: ['The requirements contradict each other: {one}, and {two}', 'The requirements contradict each other'],
    fixes: ['Loosen a version in requirements.txt', retry],
  },
  {
    id: 'requiresOtherPython',
    source: 'none',
    look: 'log',
    pattern:
      /^ERROR: Package '?(?<package>[^'\s]+)'? requires a different Python: (?<have>\S+) not in '?(?<want>[^'\n]+)'?/m,
    steps: prepare,
    causes: ['{package} needs Python {want}, and this run has {have}'],
    fixes: ['Ask for a version of {package} that fits, or choose another Python: slipway rerun {run} --edit', retry],
  },
  {
    id: 'invalidRequirement',
    source: 'none',
    look: 'log',
    pattern: /^ERROR: Invalid requirement: (?<line>[^\n]+?)(?: \(from [^\n]*\))?$/m,
    steps: prepare,
    causes: ['pip does not understand the requirement {line}'],
    fixes: ['Correct that line of requirements.txt', retry],
  },
  {
    id: 'noMatchingVersion',
    source: 'G15',
    look: 'log',
    pattern:
      /^ERROR: Could not find a version that satisfies the requirement (?<requirement>[^\n(]+) \((?:[^\n]*; )?from versions: (?!none)(?<versions>[^\n)]+)\)/m,
    steps: prepare,
    causes: ['No version of a package fits {requirement}; the versions that exist: {versions}'],
    fixes: ['Ask for one of these versions in requirements.txt', retry],
  },
  {
    id: 'buildFailed',
    source: 'none',
    look: 'log',
    pattern:
      /^ *(?:ERROR: |error: )?(?:Failed building wheel for (?<package>\S+)|subprocess-exited-with-error|metadata-generation-failed)/m,
    steps: prepare,
    details: [{ look: 'log', pattern: /^ {6}(?<last>\w*(?:Error|Exception): [^\n]+)\n+ {6}\[end of output\]/m }],
    causes: [
      'The package {package} could not be built from its source: {last}',
      'The package {package} could not be built from its source',
      'A package could not be built from its source: {last}',
      'A package could not be built from its source',
    ],
    fixes: [
      'Choose a version that has a wheel for this Python, or install what its build needs (compiler, headers)',
      retry,
    ],
  },
  {
    id: 'indexNotReached',
    source: 'G15',
    look: 'log',
    pattern: /^WARNING: Retrying \(Retry\(total=0,[^\n]*/m,
    steps: prepare,
    exitCodes: [1],
    details: [
      { look: 'log', pattern: /^Looking in indexes: (?<index>[^\n]+)$/m },
      { look: 'log', pattern: /^ERROR: No matching distribution found for [^\n]+/m },
    ],
    causes: ['pip could not reach the package index {index}', 'pip could not reach the package index'],
    fixes: [
      'See whether the network or a proxy is in the way; a mirror can be set with: pip config set global.index-url',
      retry,
    ],
  },
  {
    id: 'indexNotReached',
    source: 'G15',
    look: 'reason',
    pattern: /: the package index could not be reached \((?<index>[^)\n]+)/,
    steps: prepare,
    causes: ['pip could not reach the package index ({index})'],
    fixes: [
      'See whether the network or a proxy is in the way; a mirror can be set with: pip config set global.index-url',
      retry,
    ],
  },
  {
    id: 'noSuchPackage',
    source: 'G15',
    look: 'log',
    pattern: /^ERROR: No matching distribution found for (?<requirement>[^\n]+?)(?: \(from [^\n]*\))?$/m,
    steps: prepare,
    causes: ['The package index has nothing that fits {requirement}'],
    fixes: [
      'Check how the package is spelt in requirements.txt, and whether it exists for this version of Python',
      retry,
    ],
  },
  {
    id: 'environmentGone',
    source: 'none',
    look: 'reason',
    pattern: /^the Python environment that this run was prepared with is not there any more/,
    causes: ['The Python environment that this run was prepared with is not there any more'],
    fixes: ['slipway retry {run} --from prepare'],
  },
  {
    id: 'toolMissing',
    source: 'none',
    look: 'log',
    pattern: /^[^\s:]*python[^\s:/]*(?:\.exe)?: No module named '?(?<module>papermill|nbconvert|pytest)\b/m,
    steps: ['notebook', 'report', 'test'],
    exitCodes: [1],
    causes: ['The Python of this run has no {module}'],
    fixes: [
      'Add {module} to requirements.txt, then: slipway retry {run} --from prepare',
      'Or let Slipway keep an environment, with python: managed: slipway rerun {run} --edit',
    ],
  },
];
