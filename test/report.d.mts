/** A report of Vitest's reporter `json`, as far as it is read. */
export interface Report {
  readonly testResults: readonly FileReport[];
}

export interface FileReport {
  /** Its path. */
  readonly name: string;
  readonly status: string;
  readonly message: string;
  readonly assertionResults: readonly {
    readonly fullName: string;
    readonly status: string;
    readonly failureMessages: readonly string[];
    readonly meta?: { readonly diffs?: readonly string[] };
  }[];
}

export function failedFiles(report: Report, root: string): string[];
export function summaryOf(
  first: Report,
  second: Report | undefined,
  root: string,
): {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly failures: readonly string[];
  readonly secondTries: readonly string[];
};
