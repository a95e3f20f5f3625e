/**
 * `npm test`: installs what is missing, builds, checks and tests, in stages with printed times. The last line counts:
 * `N passed, N failed, N skipped`. With CI=true a skipped test is a failure. `npm test -- unit lint` runs stages by name.
 */
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { beginCluster, withCluster } from './clusterStage.mjs';
import { codeServer, packageExtension } from './hosts/codeServer/setup.mjs';
import { jupyterHost, jupyterPython } from './hosts/jupyter/setup.mjs';
import { build, installPackages, pinnedNode, root, run, testBrowser, testPython, tool } from './setup.mjs';

const count = { passed: 0, failed: 0, skipped: 0 };
/** Told again at the end: what comes in between may be thousands of lines. */
const failures = [];
const wanted = new Set(process.argv.slice(2).filter((argument) => !argument.startsWith('--')));
const reports = join(root, '.cache/reports');
let python = '';
let browser = '';
let jupyter = '';
let begun;

/** A stage that later ones need: its failure ends the run. */
const preparation = [
  ['install packages', installPackages],
  ['install Python tools', async () => void (python = await testPython())],
  ['install JupyterLab', async () => void (jupyter = await jupyterPython())],
  ['install browser', async () => void (browser = await testBrowser())],
  ['build', build],
];

const stages = [
  ['types', types],
  ['lint', lint],
  ['unit', () => vitest('unit')],
  ['python', pythonUnit],
  ['integration', () => vitest('integration')],
  ['hosts', hosts],
  ['cluster', cluster],
];

async function types() {
  const panels = ['shared/src/panels', 'test/panels'];
  for (const project of ['shared', ...panels, 'test', 'vscode-extension', 'jupyterlab-extension', '.'])
    await check(`tsc -p ${project}`, tool('tsc'), ['-p', project]);
}

async function lint() {
  const steps = 'shared/src/pipeline/steps';
  const bin = (name) => join(root, '.cache/python/bin', name);
  // Not bin/mypy: its first line names the folder it was installed in, and a checkout may be moved.
  const mypy = ['-m', 'mypy', '--config-file'];
  await check('eslint', tool('eslint'), ['.', '--max-warnings', '0']);
  await check('prettier', tool('prettier'), ['--check', '--log-level', 'warn', '.']);
  const checked = [steps, 'examples', 'test', 'jupyterlab-extension', 'vscode-extension/test'];
  await check('ruff', bin('ruff'), ['check', '--quiet', ...checked]);
  await check('ruff format', bin('ruff'), ['format', '--check', '--quiet', ...checked]);
  await check('mypy', python, [...mypy, `${steps}/pyproject.toml`, `${steps}/slipway_steps`]);
  await check('mypy examples', python, [...mypy, 'examples/pyproject.toml', 'examples']);
  await check('mypy cluster', python, [...mypy, 'test/cluster/pyproject.toml', 'test/cluster/images']);
  const serverHalf = ['slipway_jupyterlab', 'tests'].map((name) => `jupyterlab-extension/${name}`);
  // By the interpreter that has Jupyter's types.
  await check('mypy JupyterLab', jupyter, [...mypy, 'jupyterlab-extension/pyproject.toml', ...serverHalf]);
  const scripts = readdirSync(join(root, steps)).filter((name) => name.endsWith('.sh'));
  await check('shellcheck', bin('shellcheck'), [
    '-x',
    '-P',
    steps,
    ...scripts.map((name) => `${steps}/${name}`),
    '.ci/run',
    'test/cluster/images/install-python.sh',
    'test/cluster/images/nvidia-smi',
  ]);
}

/** A check without cases of its own counts as one. */
async function check(name, command, args) {
  try {
    await run(command, args, { env: pinnedNode(), quiet: true });
    count.passed += 1;
  } catch (error) {
    count.failed += 1;
    failures.push(name);
    console.log(`✗ ${name}\n${error.message}`);
  }
}

async function cluster() {
  const missing = await withCluster(begun, async (file) => {
    await vitest('cluster', { SLIPWAY_TEST_CLUSTER: file }, 2);
    await vitest('cluster-alone', { SLIPWAY_TEST_CLUSTER: file }, 1);
  });
  if (missing.length === 0) return;
  count.skipped += 1;
  for (const reason of missing) console.log(`skipped: ${reason}`);
}

async function vitest(project, variables = {}, workers = 3) {
  const report = join(reports, `${project}.json`);
  rmSync(report, { force: true });
  const args = [
    'run',
    '--project',
    project,
    `--maxWorkers=${workers}`,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
  ];
  const env = {
    ...pinnedNode(),
    SLIPWAY_TEST_PYTHON: python,
    SLIPWAY_TEST_BROWSER: browser,
    CI: '',
    NO_COLOR: '1',
    ...variables,
  };
  const ended = await run(tool('vitest'), args, { env }).then(
    () => true,
    () => false,
  );
  if (!existsSync(report)) {
    count.failed += 1;
    console.log(`✗ ${project}: the test runner left no report`);
    return;
  }
  const result = JSON.parse(readFileSync(report, 'utf8'));
  count.passed += result.numPassedTests;
  count.failed += result.numFailedTests;
  count.skipped += result.numPendingTests + result.numTodoTests;
  failures.push(...failedTests(result).map((text) => `${project}: ${text}`));
  // A file that cannot be loaded has no failed test of its own, yet the run has failed.
  if (!ended && result.numFailedTests === 0) count.failed += 1;
}

/** Each failed test of a report by Vitest with the beginning of why, and each file that could not be run. */
function failedTests({ testResults }) {
  const shortened = (text) => text.split('\n').slice(0, 6).join('\n  ').slice(0, 1_000);
  return testResults.flatMap(({ name, status, message, assertionResults }) => {
    const failed = assertionResults.filter((test) => test.status === 'failed');
    if (failed.length === 0) return status === 'failed' ? [`${relative(root, name)}\n  ${shortened(message)}`] : [];
    return failed.map(
      ({ fullName, failureMessages }) =>
        `${relative(root, name)} > ${fullName}\n  ${failureMessages.map(shortened).join('\n  ')}`,
    );
  });
}

function pythonUnit() {
  return pytest('python', python, 'shared/src/pipeline/steps/tests');
}

/** The packaged extensions in their real hosts, and the server half for JupyterLab in a real Jupyter server. */
async function hosts() {
  jupyter = await jupyterHost();
  await pytest('jupyterlab', jupyter, 'jupyterlab-extension/tests');
  const started = performance.now();
  const hosts = { SLIPWAY_TEST_CODE_SERVER: await codeServer(), SLIPWAY_TEST_VSIX: await packageExtension() };
  console.log(`code-server and the .vsix: ${((performance.now() - started) / 1000).toFixed(1)} s`);
  await mocha('vscode', join(root, 'vscode-extension/test/runSuite.mjs'), hosts);
  await vitest('hosts', { SLIPWAY_TEST_JUPYTER: jupyter, ...hosts }, 1);
}

/** A suite that runs where its report alone comes from: in the extension host of VS Code. */
async function mocha(name, script, variables) {
  const report = join(reports, `${name}.json`);
  rmSync(report, { force: true });
  const tools = { SLIPWAY_TEST_PYTHON: python, SLIPWAY_TEST_BROWSER: browser, MOCHA_REPORT: report };
  const why = await run(tool('node'), [script], { env: { ...pinnedNode(), ...tools, ...variables }, quiet: true }).then(
    () => undefined,
    (error) => error.message,
  );
  if (!existsSync(report)) {
    count.failed += 1;
    console.log(`✗ ${name}: the suite left no report\n${why}`);
    return;
  }
  const { stats, failures: failed } = JSON.parse(readFileSync(report, 'utf8'));
  count.passed += stats.passes;
  count.failed += stats.failures;
  count.skipped += stats.pending;
  failures.push(...failed.map(({ fullTitle, err }) => `${name}: ${fullTitle}\n  ${err.stack.slice(0, 1_000)}`));
  console.log(`${name}: ${stats.passes} passed, ${stats.failures} failed, ${(stats.duration / 1000).toFixed(1)} s`);
  if (why !== undefined && stats.failures === 0) {
    count.failed += 1;
    console.log(why);
  }
}

async function pytest(name, interpreter, folder) {
  const report = join(reports, `${name}.xml`);
  rmSync(report, { force: true });
  const args = ['-m', 'pytest', '-q', folder, `--junitxml=${report}`, '-p', 'no:cacheprovider'];
  const ended = await run(interpreter, args, { env: { ...pinnedNode(), PYTHONDONTWRITEBYTECODE: '1' } }).then(
    () => true,
    () => false,
  );
  if (!existsSync(report)) {
    count.failed += 1;
    console.log(`✗ ${name}: pytest left no report`);
    return;
  }
  const suite = /<testsuite [^>]*>/.exec(readFileSync(report, 'utf8'))?.[0] ?? '';
  const number = (key) => Number(new RegExp(`\\b${key}="(\\d+)"`).exec(suite)?.[1] ?? 0);
  const failed = number('failures') + number('errors');
  count.failed += failed;
  if (failed > 0) failures.push(`${name}: ${failed} failed`);
  count.skipped += number('skipped');
  count.passed += number('tests') - failed - number('skipped');
  // No test found, an early pytest.exit() and an error of pytest itself are no failed cases, yet the run has failed.
  if (!ended && failed === 0) count.failed += 1;
}

async function timed(name, work) {
  const started = performance.now();
  const before = count.failed;
  console.log(`\n── ${name}`);
  await work();
  const verdict = count.failed > before ? 'failed' : 'ok';
  console.log(`── ${name}: ${verdict}, ${((performance.now() - started) / 1000).toFixed(1)} s`);
}

mkdirSync(reports, { recursive: true });
try {
  const unknown = [...wanted].filter((name) => !stages.some(([stage]) => stage === name));
  if (unknown.length > 0) {
    throw new Error(`No stage is called ${unknown.join(', ')}. There are: ${stages.map(([name]) => name).join(', ')}`);
  }
  // Its first build takes longer than all other stages: it begins at once, beside them.
  if (wanted.size === 0 || wanted.has('cluster')) begun = beginCluster();
  for (const [name, work] of preparation) await timed(name, work);
  for (const [name, work] of stages) {
    if (wanted.size === 0 || wanted.has(name)) await timed(name, work);
  }
} catch (error) {
  count.failed += 1;
  console.log(error.message);
}
for (const failure of failures) console.log(`\n✗ ${failure}`);
const strict = process.env.CI === 'true';
if (strict && count.skipped > 0) console.log('\nA skipped test counts as a failure here (CI=true).');
console.log(`\n${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`);
process.exitCode = count.failed > 0 || count.passed === 0 || (strict && count.skipped > 0) ? 1 : 0;
