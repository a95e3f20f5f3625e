/**
 * `npm test`: installs what is missing, builds, checks and tests, in stages with printed times; some run beside each other. The last line counts:
 * `N passed, N failed, N skipped`. With CI=true a skipped test is a failure. `npm test -- unit lint` runs stages by name.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { TestCluster } from './clusterStage.mjs';
import { testBrowser } from './hosts/chromium/setup.mjs';
import { codeServer, packageExtension } from './hosts/codeServer/setup.mjs';
import { jupyterHost, jupyterPython } from './hosts/jupyter/setup.mjs';
import { beginIdentityProvider } from './identity/build.mjs';
import { outcomeOf, skipFor } from './outcome.mjs';
import { build, ensureKeyring, ensureSsh, installPackages, root, testPython, tool } from './setup.mjs';
import { Stage } from './stage.mjs';
import { timetable } from './timetable.mjs';

const wanted = new Set(process.argv.slice(2).filter((argument) => !argument.startsWith('--')));
let python = '';
let browser = '';
let jupyter = '';
let testCluster;
/** Waits until the identity provider of the tests is made. */
let identityProvider;
let installedHosts;

/** What later stages need: a failure ends the run. Installers wait for the network and the disk half of their time. */
const preparation = [
  [
    ['install Python tools', async () => void (python = await testPython())],
    ['install JupyterLab', async () => void (jupyter = await jupyterPython())],
    ['install browser', async () => void (browser = await testBrowser())],
    ['install keyring', ensureKeyring],
    ['install OpenSSH', ensureSsh],
    ['install packages', installPackages],
  ],
  [['build', build]],
];

/**
 * The lists run beside each other: tests of hosts and of the cluster wait for something a good part of their time. ESLint takes longer than all other
 * checks together, and only what the others leave of the processors. What is by itself in its host or on the cluster waits most.
 * Each with its budget, in seconds: those of the last list are what a whole run may take.
 */
const stages = [
  [['lint', lint, 110]],
  [
    ['python', pythonTests, 40],
    ['extensions', extensions, 90],
    ['cluster-alone', (stage) => onCluster(stage, ['cluster-alone'], 1), 140],
  ],
  [
    ['types', types, 20],
    ['unit', (stage) => stage.vitest(['unit'], tools(), 2), 80],
    ['integration', integration, 270],
    ['hosts', hosts, 330],
    // Those with pages wait where the others compute, and the other way round.
    ['cluster', (stage) => onCluster(stage, ['cluster', 'cluster-hosts'], 5), 800],
  ],
];
const onTheCluster = ['cluster-alone', 'cluster'];

const tools = () => ({ SLIPWAY_TEST_PYTHON: python, SLIPWAY_TEST_BROWSER: browser });

/** By TypeScript 7, which takes a third of the time; typescript-eslint needs the API of TypeScript 6, which also is `tsc` in bin. */
const native = join(root, 'node_modules/typescript-native/bin/tsc');

async function types(stage) {
  const panels = ['shared/src/panels', 'test/panels'];
  for (const project of ['shared', ...panels, 'test', 'vscode-extension', 'jupyterlab-extension', '.']) {
    const known = join(root, '.cache/types', `${project.replaceAll('/', '-')}.tsbuildinfo`);
    // Several checkers check some things several times, and what else runs wants processors, too.
    const args = ['-p', project, '--checkers', '1', '--incremental', '--tsBuildInfoFile', known];
    await stage.check(`tsc -p ${project}`, tool('node'), [native, ...args]);
  }
}

async function pythonTests(stage) {
  await stage.pytest('python', python, 'shared/src/pipeline/steps/tests');
  await stage.pytest('devenv-image', python, `${devEnvImage}/tests`);
}

/** What is built into images of DevEnvs. */
const devEnvImage = 'docs/platform/devenv';

/** What a checker knows of files, by their content, so that it is right in a checkout that was made anew, too. */
const knownFiles = (name) => ['--cache', '--cache-strategy', 'content', '--cache-location', join(root, '.cache', name)];

function lint(stage) {
  // Its rules look at a file alone: what others hold changes nothing in what was found.
  const args = ['-n', '19', tool('eslint'), '.', '--max-warnings', '0', ...knownFiles('eslint')];
  const eslint = stage.check('eslint', 'nice', args);
  return allOf([eslint, lintTheRest(stage)]);
}

async function lintTheRest(stage) {
  const steps = 'shared/src/pipeline/steps';
  const bin = (name) => join(root, '.cache/python/bin', name);
  // Not bin/mypy: its first line names the folder it was installed in, and a checkout may be moved. A cache for each: where they
  // share one, each throws away what the one before with other settings knew.
  const mypy = (name, interpreter, configuration, ...paths) => {
    const known = join(root, '.cache/mypy', name.replaceAll(' ', '-'));
    const args = ['-m', 'mypy', '--cache-dir', known, '--config-file', configuration, ...paths];
    return stage.check(name, interpreter, args);
  };
  await stage.check('oxlint', 'nice', ['-n', '19', tool('node'), join(root, 'test/lint/oxlint.mjs')]);
  await stage.check('prettier', tool('prettier'), ['--check', '--log-level', 'warn', ...knownFiles('prettier'), '.']);
  const checked = [
    steps,
    devEnvImage,
    'shared/src/devenv/transfer/helper',
    'examples',
    'test',
    'jupyterlab-extension',
    'vscode-extension/test',
  ];
  await stage.check('ruff', bin('ruff'), ['check', '--quiet', ...checked]);
  await stage.check('ruff format', bin('ruff'), ['format', '--check', '--quiet', ...checked]);
  await mypy('mypy', python, `${steps}/pyproject.toml`, `${steps}/slipway_steps`);
  await mypy('mypy examples', python, 'examples/pyproject.toml', 'examples');
  await mypy('mypy cluster', python, 'test/cluster/pyproject.toml', 'test/cluster/images');
  const [programs, tests] = ['image/slipway_devenv', 'tests'].map((name) => `${devEnvImage}/${name}`);
  await mypy('mypy DevEnv', python, `${devEnvImage}/pyproject.toml`, programs, tests);
  const serverHalf = ['slipway_jupyterlab', 'tests'].map((name) => `jupyterlab-extension/${name}`);
  // By the interpreter that has Jupyter's types.
  await mypy('mypy JupyterLab', jupyter, 'jupyterlab-extension/pyproject.toml', ...serverHalf);
  const scripts = readdirSync(join(root, steps)).filter((name) => name.endsWith('.sh'));
  await stage.check('shellcheck', bin('shellcheck'), [
    '-x',
    '-P',
    steps,
    ...scripts.map((name) => `${steps}/${name}`),
    '.ci/run',
    'test/cluster/images/install-python.sh',
    'test/cluster/images/install-devenv.sh',
    `${devEnvImage}/image/entrypoint`,
    `${devEnvImage}/image/setup`,
    'test/cluster/images/nvidia-smi',
  ]);
}

async function integration(stage) {
  await identityProvider(stage);
  await stage.vitest(['integration'], tools(), 3, true);
}

/** The server half for JupyterLab in a real Jupyter server, and the suite in the extension host of VS Code. */
async function extensions(stage) {
  const variables = await installHosts(stage);
  await stage.pytest('jupyterlab', jupyter, 'jupyterlab-extension/tests');
  await stage.mocha('vscode', join(root, 'vscode-extension/test/runSuite.mjs'), variables);
}

/** The packaged extensions in their real hosts. */
async function hosts(stage) {
  await identityProvider(stage);
  await stage.vitest(['hosts'], await installHosts(stage), 4, true);
}

/** Installs both extensions once; resolves to the variables that tell tests where the hosts are. */
function installHosts(stage) {
  installedHosts ??= (async () => {
    const started = performance.now();
    jupyter = await jupyterHost();
    const vscode = { SLIPWAY_TEST_CODE_SERVER: await codeServer(), SLIPWAY_TEST_VSIX: await packageExtension() };
    stage.print(`the wheel, code-server and the .vsix: ${((performance.now() - started) / 1000).toFixed(1)} s`);
    return { ...tools(), SLIPWAY_TEST_JUPYTER: jupyter, ...vscode };
  })();
  return installedHosts;
}

async function onCluster(stage, projects, workers) {
  await identityProvider(stage);
  const log = (line) => stage.print(`   ${line}`);
  const asked = performance.now();
  const missing = await testCluster.use(log, async (file) => {
    stage.waitedSeconds = (performance.now() - asked) / 1000;
    await stage.vitest(projects, { ...(await installHosts(stage)), SLIPWAY_TEST_CLUSTER: file }, workers, true);
  });
  skipFor(missing, stage);
}

const run = [];

/** Waits for all, whatever becomes of one. @throws what the first of them threw that did */
async function allOf(works) {
  const ended = await Promise.allSettled(works);
  for (const { reason } of ended) if (reason !== undefined) throw reason;
}

/** Runs lists of stages beside each other. Only those of the last print while they run. */
function besides(lists) {
  const inOrder = async (list, isBeside) => {
    for (const [name, work, budgetSeconds] of list) {
      const stage = new Stage(name, isBeside, budgetSeconds);
      run.push(stage);
      await stage.timed(work);
    }
  };
  return allOf(lists.map((list, index) => inOrder(list, index < lists.length - 1)));
}

const isWanted = ([name]) => wanted.size === 0 || wanted.has(name);

let broken;
try {
  const names = stages.flat().map(([name]) => name);
  const unknown = [...wanted].filter((name) => !names.includes(name));
  if (unknown.length > 0) {
    throw new Error(`No stage is called ${unknown.join(', ')}. There are: ${names.join(', ')}`);
  }
  // Its first build takes longer than all other stages: it begins at once, beside them.
  const isOneWanted = (names) => wanted.size === 0 || names.some((name) => wanted.has(name));
  if (isOneWanted(onTheCluster)) testCluster = new TestCluster();
  if (isOneWanted(['integration', 'hosts', ...onTheCluster])) {
    identityProvider = beginIdentityProvider();
  }
  for (const line of preparation) await besides(line.map((stage) => [stage]));
  await besides(stages.map((list) => list.filter(isWanted)).filter(({ length }) => length > 0));
} catch (error) {
  broken = error;
  console.log(error.message);
} finally {
  await testCluster?.end();
}
console.log(timetable(run, performance.now() / 1000, wanted.size === 0));
for (const failure of run.flatMap(({ failures }) => failures)) console.log(`\n✗ ${failure}`);
const sum = (key) => run.reduce((total, stage) => total + stage[key], 0);
const counts = {
  passed: sum('passed'),
  failed: sum('failed') + (broken === undefined ? 0 : 1),
  skipped: sum('skipped'),
};
const outcome = outcomeOf(counts, process.env.CI === 'true');
for (const line of outcome.lines) console.log(line);
process.exitCode = outcome.exitCode;
