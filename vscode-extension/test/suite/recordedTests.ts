import * as vscode from 'vscode';

export interface RecordedTests {
  readonly results: readonly {
    readonly label: string;
    readonly outcome: string;
    readonly uri: vscode.Uri | undefined;
    readonly message: string | undefined;
  }[];
  /** Statements of files, by their addresses. */
  readonly covered: ReadonlyMap<string, { readonly covered: number; readonly total: number }>;
}

/** What the extension puts into VS Code's Test view from now on, beside being shown: no other extension can read that. */
export function recordTests(): RecordedTests {
  const results: RecordedTests['results'][number][] = [];
  const covered = new Map<string, { covered: number; total: number }>();
  const create = vscode.tests.createTestController.bind(vscode.tests);
  vscode.tests.createTestController = (id, title) => {
    const controller = create(id, title);
    const createRun = controller.createTestRun.bind(controller);
    controller.createTestRun = (request, name, persist) => {
      const run = createRun(request, name, persist);
      const passed = run.passed.bind(run);
      const failed = run.failed.bind(run);
      const addCoverage = run.addCoverage.bind(run);
      run.passed = (item, duration) => {
        results.push({ label: item.label, outcome: 'passed', uri: item.uri, message: undefined });
        passed(item, duration);
      };
      run.failed = (item, message, duration) => {
        results.push({ label: item.label, outcome: 'failed', uri: item.uri, message: textOf(message) });
        failed(item, message, duration);
      };
      run.addCoverage = (coverage) => {
        const { covered: count, total } = coverage.statementCoverage;
        covered.set(coverage.uri.toString(), { covered: count, total });
        addCoverage(coverage);
      };
      return run;
    };
    return controller;
  };
  return { results, covered };
}

function textOf(message: vscode.TestMessage | readonly vscode.TestMessage[]): string | undefined {
  if (!(message instanceof vscode.TestMessage)) return message.map(textOf).join('\n');
  return typeof message.message === 'string' ? message.message : message.message.value;
}
