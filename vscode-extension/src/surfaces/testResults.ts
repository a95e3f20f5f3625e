import type { CoverageReport, Run, TestReport } from '@slipway/shared/protocol';
import * as vscode from 'vscode';
import type { HostWords } from '../words/index.ts';

/** Finds the workspace's file for a path that a run's tools wrote. */
export type FindFile = (path: string) => Promise<vscode.Uri | undefined>;

/** JUnit results in VS Code's Test view, and coverage in the gutter, on the workspace's own files. */
export class TestResults implements vscode.Disposable {
  readonly #controller: vscode.TestController;
  readonly #profile: vscode.TestRunProfile;
  readonly #words: HostWords;
  readonly #find: FindFile;

  constructor(words: HostWords, find: FindFile) {
    this.#controller = vscode.tests.createTestController('slipway', 'Slipway');
    this.#profile = coverageProfile(this.#controller);
    this.#words = words;
    this.#find = find;
  }

  async show(run: Run, report: TestReport, coverage: CoverageReport | null): Promise<void> {
    const root = this.#controller.createTestItem(`${run.context}/${run.name}`, run.title);
    root.description = this.#words.ranAs(run.name);
    this.#controller.items.replace([root]);
    const testRun = this.#controller.createTestRun(
      new vscode.TestRunRequest([root], undefined, this.#profile),
      run.name,
      false,
    );
    try {
      for (const [index, result] of report.cases.entries()) await this.#tell(testRun, root, index, result);
      for (const file of coverage?.files ?? []) await this.#cover(testRun, file);
    } finally {
      testRun.end();
    }
  }

  dispose(): void {
    this.#controller.dispose();
  }

  async #tell(
    testRun: vscode.TestRun,
    root: vscode.TestItem,
    index: number,
    result: TestReport['cases'][number],
  ): Promise<void> {
    const path = result.file ?? `${result.suite.replaceAll('.', '/')}.py`;
    const uri = await this.#find(path);
    const suite = root.children.get(result.suite) ?? this.#controller.createTestItem(result.suite, result.suite, uri);
    root.children.add(suite);
    const item = this.#controller.createTestItem(`${result.suite}/${index}`, result.name, uri);
    if (result.line !== undefined) item.range = lineRange(result.line);
    suite.children.add(item);
    switch (result.outcome) {
      case 'passed':
        testRun.passed(item, result.durationMs);
        break;
      case 'skipped':
        testRun.skipped(item);
        break;
      case 'failed':
        testRun.failed(item, messageOf(result, item), result.durationMs);
        break;
      case 'error':
        testRun.errored(item, messageOf(result, item), result.durationMs);
    }
  }

  async #cover(testRun: vscode.TestRun, file: CoverageReport['files'][number]): Promise<void> {
    const uri = await this.#find(file.path);
    if (uri === undefined) return;
    const details = file.lines.map(([line, hits]) => new vscode.StatementCoverage(hits, lineRange(line)));
    testRun.addCoverage(new LoadedCoverage(uri, details));
  }
}

class LoadedCoverage extends vscode.FileCoverage {
  readonly details: vscode.StatementCoverage[];

  constructor(uri: vscode.Uri, details: vscode.StatementCoverage[]) {
    const covered = details.filter(({ executed }) => executed !== 0).length;
    super(uri, new vscode.TestCoverageCount(covered, details.length));
    this.details = details;
  }
}

/** The profile that VS Code asks for the lines of a file. */
function coverageProfile(controller: vscode.TestController): vscode.TestRunProfile {
  const profile = controller.createRunProfile('Slipway', vscode.TestRunProfileKind.Coverage, () => undefined, false);
  profile.loadDetailedCoverage = (_run, coverage) =>
    Promise.resolve(coverage instanceof LoadedCoverage ? coverage.details : []);
  return profile;
}

function messageOf(result: TestReport['cases'][number], item: vscode.TestItem): vscode.TestMessage {
  const message = new vscode.TestMessage(
    [result.message, result.detail].filter((part) => part !== undefined).join('\n'),
  );
  if (item.uri !== undefined && item.range !== undefined) message.location = new vscode.Location(item.uri, item.range);
  return message;
}

function lineRange(line: number): vscode.Range {
  return new vscode.Range(line - 1, 0, line - 1, Number.MAX_SAFE_INTEGER);
}
