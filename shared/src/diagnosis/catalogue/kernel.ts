import type { CatalogueEntry } from './entry.ts';

/** The kernel, papermill, and the notebook file itself: before a cell can be at fault. */
const editAndRetry = 'Edit {place}, then: slipway retry {run} --from {step}';

export const kernelEntries: readonly CatalogueEntry[] = [
  {
    id: 'kernelDied',
    source: 'G4',
    look: 'error',
    pattern: /^(?:nbclient\.exceptions\.)?DeadKernelError\b/,
    steps: ['notebook'],
    causes: [
      'The kernel died while {cell} ran, most often because the machine ran out of memory, else because compiled code crashed',
      'The kernel died, most often because the machine ran out of memory, else because compiled code crashed',
    ],
    fixes: [
      'Load less data at once, or give it more memory: a larger size on a cluster, fewer other programs on this machine',
      'Then: slipway retry {run} --from notebook',
    ],
  },
  {
    id: 'kernelNotStarted',
    source: 'none',
    look: 'toolError',
    pattern: /^RuntimeError: Kernel died before replying to kernel_info/,
    steps: ['notebook'],
    details: [{ look: 'log', pattern: /^.*: No module named '?(?<module>ipykernel)\w*'?$/m }],
    causes: ['The kernel could not start: its Python has no {module}', 'The kernel ended before it could be used'],
    fixes: [
      'Add {module} to requirements.txt, then: slipway retry {run} --from prepare',
      'Or let Slipway keep an environment, with python: managed: slipway rerun {run} --edit',
    ],
  },
  {
    id: 'missingKernel',
    source: 'G6',
    look: 'reason',
    pattern: /^there is no kernel '?(?<kernel>[^';\n]+)'?; the kernels that exist: (?<kernels>[^\n]+)$/,
    steps: ['notebook', 'prepare'],
    causes: ['The notebook asks for the kernel {kernel}, which is not there; the kernels that exist: {kernels}'],
    fixes: ['Choose one of these with kernel: … in: slipway rerun {run} --edit'],
  },
  {
    id: 'missingKernel',
    source: 'G6',
    look: 'toolError',
    pattern: /^(?:jupyter_client\.kernelspec\.)?NoSuchKernel: (?:No such kernel named )?(?<kernel>\S+)/,
    steps: ['notebook'],
    causes: ['The notebook asks for the kernel {kernel}, which is not there'],
    fixes: ['Choose another with kernel: … (such as python3) in: slipway rerun {run} --edit'],
  },
  {
    id: 'gitLfsPointer',
    source: 'G11',
    look: 'toolError',
    pattern: /NotJSONError: [^\n]*version https:\/\/git-lfs\./,
    causes: ['The notebook file is a git LFS pointer: its content has not been fetched'],
    fixes: ['In the repository: git lfs pull', 'Then run the notebook again'],
  },
  {
    id: 'gitConflict',
    source: 'G11',
    look: 'toolError',
    pattern: /NotJSONError: [^\n]*['"]<{7} /,
    causes: ['The notebook file has the marks of a git merge conflict in it'],
    fixes: ['Resolve the conflict, for instance with: git checkout --ours or --theirs', 'Then run the notebook again'],
  },
  {
    id: 'notANotebook',
    source: 'G11',
    look: 'toolError',
    pattern: /NotJSONError: /,
    causes: ['The notebook file is not JSON, so it is no notebook'],
    fixes: ['Open {title} in an editor and look at its first lines', 'Then run the notebook again'],
  },
  {
    id: 'notebookNotFound',
    source: 'G9',
    look: 'toolError',
    pattern: /^FileNotFoundError: \[Errno 2\] No such file or directory: '(?<path>[^'\n]+\.ipynb)'/,
    steps: ['notebook'],
    causes: ["The notebook {path} is not in the run's folder"],
    fixes: ['See that the notebook is there under this name, then run it again'],
  },
  {
    id: 'wantsInput',
    source: 'G8',
    look: 'error',
    pattern: /^StdinNotImplementedError\b/,
    causes: [
      '{cell} asks for input, and nobody can answer in a run',
      'The notebook asks for input, and nobody can answer in a run',
    ],
    fixes: ['Take the value from a cell tagged "parameters" instead of input() or getpass()', editAndRetry],
  },
  {
    id: 'systemExit',
    source: 'G12',
    look: 'error',
    pattern: /^SystemExit(?:: *(?<code>[^\n]*))?/,
    steps: ['notebook'],
    causes: [
      '{place} ended the notebook with SystemExit {code}; the cells after it did not run',
      '{place} ended the notebook with SystemExit; the cells after it did not run',
    ],
    fixes: [
      'Raise an error that says what is wrong instead of sys.exit(), or put the rest under a condition',
      editAndRetry,
    ],
  },
];
