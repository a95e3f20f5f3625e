import { builtinModules } from 'node:module';

/**
 * Who may import whom (ARCHITECTURE: "Who may import whom"), as data for the linter. eslint.config.mjs applies it;
 * test/lint/layers.test.ts proves that forbidden imports fail.
 */
const domain = [
  'processes',
  'identity',
  'kubernetes',
  'jobs',
  'pipeline',
  'targets',
  'runs',
  'artifacts',
  'devenv',
  'diagnosis',
];

/** Module → the modules whose door (index.ts) it may use. */
const allowed = {
  protocol: [],
  ...Object.fromEntries(domain.map((module) => [module, ['protocol', ...domain.filter((other) => other !== module)]])),
  localization: ['protocol'],
  server: ['protocol', 'localization', ...domain],
  cli: ['protocol', ...domain, 'server', 'views'],
  views: ['protocol'],
  client: ['protocol'],
  panels: ['protocol', 'views'],
};

/** Folders whose code has no I/O, no clock and no environment. */
export const pureFolders = ['protocol', 'jobs', 'pipeline', 'diagnosis', 'localization', 'views', 'client'].map(
  (name) => `shared/src/${name}`,
);

/** What oxlint's no-meaningless-void-operator does not see: `void` in front of a value that nobody called for. */
export const voidOfCalls = {
  selector:
    "UnaryExpression[operator='void'][argument.type!=/^(CallExpression|ChainExpression|AssignmentExpression|SequenceExpression|TS.*)$/]:not([argument.value=0])",
  message: 'void discards what a call returns, nothing else.',
};

/** What those folders must not do, statically or through a dynamic import. */
export const stayPure = {
  'no-restricted-imports': ['error', { paths: builtinModules, patterns: ['node:*'] }],
  'no-restricted-globals': ['error', 'process', 'fetch', 'setTimeout', 'setInterval', 'globalThis', 'performance'],
  'no-restricted-properties': ['error', { object: 'Date', property: 'now' }, { object: 'Math', property: 'random' }],
  'no-restricted-syntax': [
    'error',
    voidOfCalls,
    'ImportExpression',
    "NewExpression[callee.name='Date'][arguments.length=0]",
  ],
};

export const elements = Object.keys(allowed).map((type) => ({ type, pattern: `shared/src/${type}` }));

export const mayImport = {
  'boundaries/no-unknown-files': 'error',
  'boundaries/dependencies': [
    'error',
    {
      default: 'disallow',
      message: '{{from.element.type}} may not import this: see test/lint/layers.mjs',
      policies: [
        ...Object.entries(allowed).flatMap(([from, targets]) => [
          { from: { element: { type: from } }, allow: { to: { element: { type: from } } } },
          ...targets.map((to) => ({
            from: { element: { type: from } },
            allow: { to: { element: { type: to, fileInternalPath: '{index.ts,testing/**}' } } },
          })),
        ]),
        { allow: { to: { module: { origin: ['external', 'core'] } } } },
      ],
    },
  ],
};

/** Host → its folders, and the folders beside them that each may use. The files above them put the parts together. */
const hosts = {
  'vscode-extension/src': {
    core: [],
    devenvs: ['identity', 'surfaces', 'words'],
    notebook: [],
    panels: [],
    runs: [],
    surfaces: ['notebook', 'panels', 'runs', 'words'],
    webview: ['panels'],
    words: [],
  },
  'jupyterlab-extension/src': {
    account: [],
    artifacts: ['server'],
    contexts: ['account', 'surfaces', 'words'],
    core: [],
    devenvs: ['account', 'contexts', 'notebook', 'surfaces', 'words', 'devEnvPage.ts'],
    notebook: [],
    server: [],
    surfaces: ['account', 'words', 'activate.ts', 'commands.ts'],
    words: [],
  },
};

/** What hosts may use of the core: its contract, what both of them show, and the client. */
const doors = ['protocol', 'views', 'panels', 'panel-tokens', 'log-text', 'client', 'rpc-client', 'frames'];

/** What their tests use besides. */
const testDoors = ['protocol/testing'];

const message = 'Hosts use the doors of shared that test/lint/layers.mjs names.';
const only = (names) => [
  { regex: `^@slipway/shared(?!/(${names.join('|')})$)`, message },
  { group: ['**/shared/src/**'], message },
];
const doorsOnly = only(doors);

/** One configuration a folder, for the later of two that name a rule replaces the earlier. */
export const hostLayers = Object.entries(hosts).flatMap(([host, folders]) => [
  { files: [`${host}/*.{ts,tsx}`], rules: { 'no-restricted-imports': ['error', { patterns: doorsOnly }] } },
  ...Object.entries(folders).flatMap(([folder, others]) => {
    const inFolder = (files, used) => ({
      files: [`${host}/${folder}/**/${files}`],
      rules: { 'no-restricted-imports': ['error', { patterns: [...used, beside(folder, others), ...inPage(folder)] }] },
    });
    return [inFolder('*.{ts,tsx}', doorsOnly), inFolder('*.test.ts', only([...doors, ...testDoors]))];
  }),
]);

function beside(folder, others) {
  const names = [folder, ...others].map((name) => name.replace('.', '\\.')).join('|');
  return { regex: `^\\.\\./(?!(${names})(/|$))`, message: `${folder} may not import this: see test/lint/layers.mjs` };
}

/** The page of a webview has neither Node nor VS Code. */
function inPage(folder) {
  if (folder !== 'webview') return [];
  return [{ group: [...builtinModules, 'node:*', 'vscode'], message: 'This runs in a page.' }];
}
