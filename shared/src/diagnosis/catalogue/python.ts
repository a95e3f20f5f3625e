import type { CatalogueEntry } from './entry.ts';

/** Errors of Python code, in a cell or in a program, of which more can be said than their name. */
const editAndRetry = 'Edit {cell}, then: slipway retry {run} --from notebook';
const retryStep = 'Then: slipway retry {run} --from {step}';

/** A list of names in brackets or quotes, without the brackets. */
const names = String.raw`(?:dict_keys\()?[\[({]*\s*(?<keys>['"\w][^\n\]})]{0,400})`;
const thing = String.raw`(?:keys?|columns?|names?|fields?|variables?|layers?|values?|entries|options?)`;

const missingModule = {
  id: 'missingPackage',
  source: 'G13',
  fixes: [
    'Add {package} to requirements.txt, then: slipway retry {run} --from prepare',
    'If {module} is a module of your own, put it beside the notebook and see that it travels (files.include, .slipwayignore)',
  ],
} as const;

export const pythonEntries: readonly CatalogueEntry[] = [
  {
    id: 'shadowedPackage',
    source: 'G13',
    look: 'error',
    pattern: /^ModuleNotFoundError: No module named '(?<module>[^'\n]+)'; '(?<parent>[^'\n]+)' is not a package/,
    causes: [
      '{place} imports {module}, but {parent} is a single file here: one named {parent}.py may hide the package',
    ],
    fixes: ['Rename your own {parent}.py if there is one', retryStep],
  },
  {
    ...missingModule,
    look: 'error',
    pattern: /^ModuleNotFoundError: No module named '(?<module>[^'\n]+)'/,
    steps: ['notebook', 'command'],
    causes: [
      'The Python package {package} is not installed; {place} imports it as {importName}',
      'The Python package {package} is not installed; {place} imports it',
    ],
  },
  {
    id: 'keyError',
    source: 'G3',
    look: 'error',
    steps: ['notebook', 'command'],
    pattern: /^KeyError: (?:"[^"'\n]{0,200})?(?<key>'[^'\n]*'|[^\n]+)/,
    details: [
      {
        look: 'error',
        pattern: new RegExp(
          String.raw`\b(?:available|existing|valid|known|possible|allowed) ${thing}\b[^:=[({\n]{0,40}[:=]?\s*${names}`,
          'i',
        ),
      },
      {
        look: 'error',
        pattern: new RegExp(String.raw`\b${thing}\b[^:=[({\n]{0,40}\b(?:are|include|exist)\b:?\s*${names}`, 'i'),
      },
      { look: 'error', pattern: /dict_keys\(\[(?<keys>[^\]\n]{1,400})\]/ },
    ],
    causes: ['KeyError {key} in {place} — the keys that exist: {keys}', 'KeyError {key} in {place}'],
    fixes: [
      'Look at what should have stored {key} before: a cell that was changed or left out, or another name',
      editAndRetry,
    ],
  },
  {
    id: 'widgetsMissing',
    source: 'none',
    look: 'error',
    pattern: /^ImportError: IProgress not found\. Please update jupyter and ipywidgets/,
    steps: ['notebook'],
    causes: ['{place} shows progress with tqdm.notebook, which needs the Python package ipywidgets'],
    fixes: [
      'Import tqdm from tqdm.auto, which does without',
      'Or add ipywidgets to requirements.txt, then: slipway retry {run} --from prepare',
    ],
  },
  {
    id: 'gitLfsPointer',
    source: 'G11',
    look: 'error',
    steps: ['notebook', 'command'],
    pattern: /^(?:\w+\.)*UnpicklingError: invalid load key, 'v'/,
    causes: ['The file that {place} loads does not hold what it should; it looks like a git LFS pointer'],
    fixes: ['Look at the first line of the file; if it names git-lfs: git lfs pull', 'Then run the notebook again'],
  },
  {
    id: 'fileNotFound',
    source: 'G9',
    look: 'error',
    // The second is what %run says.
    pattern:
      /^(?:FileNotFoundError: \[Errno 2\] No such file or directory: |Exception: File `(?='[^'\n]+'` not found))(?<path>'[^'\n]+')/,
    steps: ['notebook', 'command'],
    causes: ['{place} opens {path}, which is not there in the run'],
    fixes: [
      'If it lies beside the notebook, see that it travels (files.include, .slipwayignore); else name it by its full path',
      'Then run the notebook again',
    ],
  },
  {
    id: 'serverNotReached',
    source: 'G24',
    look: 'error',
    pattern:
      /^(?:\w+\.)*(?:ConnectTimeout|ReadTimeout|ConnectionError|URLError|gaierror|MaxRetryError|ConnectError|ReadTimeoutError)\b/,
    steps: ['notebook', 'command'],
    causes: ['{place} could not reach a server ({error}: {message})', '{place} could not reach a server ({error})'],
    fixes: ['See whether the server answers from this machine, and whether a proxy has to be set', retryStep],
  },
];
