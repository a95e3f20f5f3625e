import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { failedFiles, summaryOf } from './report.mjs';
import { pinnedNode, root, run, tool } from './setup.mjs';
import { timeWords } from './timetable.mjs';

const reports = join(root, '.cache/reports');
/** Where more files fail, it is not by chance. */
const mostFilesAgain = 5;

/** One stage of `npm test`: runs tools and counts what they report. Beside another stage its output comes at its end. */
export class Stage {
  passed = 0;
  failed = 0;
  skipped = 0;
  /** Told again after the last stage: what comes in between may be thousands of lines. */
  failures = [];
  /** From its beginning to its end. */
  seconds = 0;
  /** Of these, what it waited for something that other stages wait for, too. */
  waitedSeconds = 0;
  name;
  budgetSeconds;
  /** What is to be printed at the end; undefined where it is printed at once. */
  #held;

  /**
   * @param isBeside whether another stage prints at the same time
   * @param budgetSeconds what it may take on two processors where everything is there
   */
  constructor(name, isBeside, budgetSeconds) {
    this.name = name;
    this.budgetSeconds = budgetSeconds;
    this.#held = isBeside ? [] : undefined;
    mkdirSync(reports, { recursive: true });
  }

  /** Does the stage's work, between a line that names it and one with verdict and time. */
  async timed(work) {
    const started = performance.now();
    this.print(`\n── ${this.name}`);
    let isDone = false;
    try {
      await work(this);
      isDone = true;
    } finally {
      const verdict = isDone && this.failed === 0 ? 'ok' : 'failed';
      this.seconds = (performance.now() - started) / 1000;
      this.print(`── ${this.name}: ${verdict}, ${timeWords(this)}`);
      if (this.#held !== undefined) console.log(this.#held.join('\n'));
    }
  }

  print(text) {
    if (this.#held === undefined) console.log(text);
    else this.#held.push(text);
  }

  /** A check without cases of its own counts as one. */
  async check(name, command, args) {
    try {
      await run(command, args, { env: pinnedNode(), quiet: true });
      this.passed += 1;
    } catch (error) {
      this.failed += 1;
      this.failures.push(name);
      this.print(`✗ ${name}\n${error.message}`);
    }
  }

  /**
   * Runs the tests of projects of vitest.config.ts beside each other. The report has the first one's name.
   * @param triesAgain whether files in which something failed get a second try, from their beginning: what they left is in the way of no test
   */
  async vitest(projects, variables, workers, triesAgain = false) {
    const [project] = projects;
    const first = await this.#vitest(projects, variables, workers, `${project}.json`, []);
    if (!this.#isThere(first.report, project)) return;
    const again = triesAgain ? failedFiles(first.result, root) : [];
    const isWorthIt = again.length > 0 && again.length <= mostFilesAgain;
    if (isWorthIt) this.print(`↻ once more, from the beginning: ${again.join(', ')}`);
    const second = isWorthIt
      ? await this.#vitest(projects, variables, workers, `${project}-again.json`, again)
      : undefined;
    const summary = summaryOf(first.result, second?.result, root);
    this.passed += summary.passed;
    this.failed += summary.failed;
    this.skipped += summary.skipped;
    this.failures.push(...summary.failures.map((text) => `${project}: ${text}`));
    for (const text of summary.secondTries) this.print(`↻ passed at the second try: ${text}`);
    // A file that cannot be loaded has no failed test of its own, yet the run has failed.
    if (!(second ?? first).ended && summary.failed === 0) this.failed += 1;
  }

  async #vitest(projects, variables, workers, name, files) {
    const report = freshReport(name);
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
    const chosen = projects.map((each) => `--project=${each}`);
    const args = ['run', ...files, ...chosen, `--maxWorkers=${workers}`, ...reporters];
    const ended = await this.#run(tool('vitest'), args, { ...pinnedNode(), CI: '', NO_COLOR: '1', ...variables });
    return { report, ended, result: existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : undefined };
  }

  /** Runs a Mocha suite where its report alone comes from: in the extension host of VS Code. */
  async mocha(name, script, variables) {
    const report = freshReport(`${name}.json`);
    const env = { ...pinnedNode(), ...variables, MOCHA_REPORT: report };
    const why = await run(tool('node'), [script], { env, quiet: true }).then(
      () => undefined,
      (error) => error.message,
    );
    if (!this.#isThere(report, name, why)) return;
    const { stats, failures } = JSON.parse(readFileSync(report, 'utf8'));
    this.passed += stats.passes;
    this.failed += stats.failures;
    this.skipped += stats.pending;
    this.failures.push(
      ...failures.map(({ fullTitle, err }) => `${name}: ${fullTitle}\n  ${err.stack.slice(0, 1_000)}`),
    );
    this.print(`${name}: ${stats.passes} passed, ${stats.failures} failed, ${(stats.duration / 1000).toFixed(1)} s`);
    if (why === undefined || stats.failures > 0) return;
    this.failed += 1;
    this.print(why);
  }

  async pytest(name, interpreter, folder) {
    const report = freshReport(`${name}.xml`);
    const args = ['-m', 'pytest', '-q', folder, `--junitxml=${report}`, '-p', 'no:cacheprovider'];
    const ended = await this.#run(interpreter, args, { ...pinnedNode(), PYTHONDONTWRITEBYTECODE: '1' });
    if (!this.#isThere(report, name)) return;
    const suite = /<testsuite [^>]*>/.exec(readFileSync(report, 'utf8'))?.[0] ?? '';
    const number = (key) => Number(new RegExp(`\\b${key}="(\\d+)"`).exec(suite)?.[1] ?? 0);
    const failed = number('failures') + number('errors');
    this.failed += failed;
    if (failed > 0) this.failures.push(`${name}: ${failed} failed`);
    this.skipped += number('skipped');
    this.passed += number('tests') - failed - number('skipped');
    // No test found, an early pytest.exit() and an error of pytest itself are no failed cases, yet the run has failed.
    if (!ended && failed === 0) this.failed += 1;
  }

  /** True when it ended well. What it writes goes where the stage's own lines go. */
  async #run(command, args, env) {
    const isHeld = this.#held !== undefined;
    try {
      const output = await run(command, args, { env, quiet: isHeld });
      if (isHeld) this.print(output);
      return true;
    } catch (error) {
      if (isHeld) this.print(error.message);
      return false;
    }
  }

  #isThere(report, name, why = '') {
    if (existsSync(report)) return true;
    this.failed += 1;
    this.failures.push(`${name}: no report`);
    this.print(`✗ ${name}: there is no report of its tests\n${why}`);
    return false;
  }
}

function freshReport(name) {
  const report = join(reports, name);
  rmSync(report, { force: true });
  return report;
}
