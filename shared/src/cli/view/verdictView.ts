import { describeVerdict, runDuration } from './verdictWords.ts';
import { failedStepOf, type Artifact, type Run, type SlipwayError, type TestReport } from '../../protocol/index.ts';
import { plain, toned, type Line } from '../terminal/line.ts';
import { oneLine, textLines } from '../terminal/sanitize.ts';
import { pad, wrap } from '../terminal/text.ts';
import { advice, commandLine } from './labels.ts';

/** What is known beyond the run itself once it has ended. */
export interface RunEnd {
  readonly artifacts: readonly Artifact[];
  /** The test report where the test step failed. */
  readonly tests: TestReport | undefined;
  /** 1-based line of the failing step's log where the error is. */
  readonly logLine: number | undefined;
  /** Why what the run left cannot be read now, where it cannot. */
  readonly unread?: SlipwayError;
}

const shownTests = 5;
const shownEvidence = 6;
const contextLines = 2;

/** The verdict of a run that has ended, and where to go from here. */
export function verdictLines(run: Run, end: RunEnd, width: number): Line[] {
  if (run.state === 'succeeded') return passedLines(run, end);
  if (run.state === 'cancelled') return cancelledLines(run);
  return failedLines(run, end, width);
}

function passedLines(run: Run, end: RunEnd): Line[] {
  const verdict = `passed in ${runDuration(run)}`;
  const commands: (readonly [string, string])[] = [];
  if (end.artifacts.some((artifact) => artifact.role === 'report')) {
    commands.push(['report', `slipway artifacts open ${run.name} report`]);
  }
  // One that Slipway did not make has left its log alone.
  if (run.foreign === true) commands.push(['log', `slipway logs ${run.name}`]);
  else commands.push(['all', `slipway artifacts get  ${run.name}`]);
  return commands.map(([label, command], index) => [
    index === 0 ? toned('good', verdict) : plain(' '.repeat(verdict.length)),
    plain('   '),
    ...commandLine(label, command),
  ]);
}

function cancelledLines(run: Run): Line[] {
  return [
    [toned('warn', 'cancelled'), plain(` after ${runDuration(run)}`)],
    commandLine('log', `slipway logs ${run.name}`),
    // One that Slipway did not make is started again the way it was started.
    ...(run.foreign === true ? [] : [commandLine('again', `slipway rerun ${run.name}`)]),
  ];
}

function failedLines(run: Run, end: RunEnd, width: number): Line[] {
  const [verdict, cause] = describeVerdict(run);
  const failed = failedStepOf(run);
  const retry = failed === undefined ? undefined : `slipway retry ${run.name} --from ${failed.name}`;
  const fixes = (run.diagnosis?.fixes ?? []).map(oneLine);
  const isAdvised = retry !== undefined && fixes.some((fix) => fix.includes(retry));
  return [
    ...wrap(`${verdict}: ${cause}`, width).map((text, index): Line => {
      if (index > 0) return [plain(text)];
      return [toned('bad', text.slice(0, verdict.length)), plain(text.slice(verdict.length))];
    }),
    ...evidenceLines(run, end, width),
    ...logPlace(run, end),
    ...fixes.flatMap((fix, index) => advice(index === 0 ? 'fix' : '', fix, width)),
    ...(isAdvised || run.foreign === true ? [] : [againLine(run, failed?.name, fixes.length === 0 ? 'fix' : 'retry')]),
    commandLine('why', `slipway why ${run.name}`),
  ];
}

function againLine(run: Run, failed: string | undefined, label: string): Line {
  if (failed === undefined) return commandLine('again', `slipway rerun ${run.name}`);
  return commandLine(label, `slipway retry ${run.name} --from ${failed}`, retryHint(run, failed));
}

function retryHint(run: Run, step: string): string | undefined {
  if (step === 'notebook') {
    const number = run.failedCell?.number ?? 0;
    return number > 0 ? `after editing cell ${number}` : 'after editing the notebook';
  }
  return step === 'test' ? 'after mending; the notebook does not run again' : undefined;
}

function evidenceLines(run: Run, end: RunEnd, width: number): Line[] {
  if (run.failedCell !== undefined) return failedCellLines(run.failedCell);
  if (end.tests !== undefined) return failedTestLines(end.tests);
  return (run.diagnosis?.evidence ?? [])
    .slice(0, shownEvidence)
    .flatMap((text) => wrap(oneLine(text), width - 5).map((part): Line => [toned('dim', '   | '), plain(part)]));
}

/** The source around the line that raised, and the error under it. */
function failedCellLines(cell: NonNullable<Run['failedCell']>): Line[] {
  const source = withoutBlankEnd(textLines(cell.source));
  const at = cell.line;
  const first = at === undefined ? 1 : Math.max(1, at - contextLines);
  const last =
    at === undefined ? Math.min(source.length, 2 * contextLines + 1) : Math.min(source.length, at + contextLines);
  const digits = String(last).length;
  const lines: Line[] = [];
  for (let number = first; number <= last; number += 1) {
    const gutter = `${String(number).padStart(digits)} | `;
    const text = source[number - 1] ?? '';
    if (number === at) {
      lines.push([toned('bad', ' ▶ '), toned('strong', gutter + text)]);
      lines.push(errorLine(cell, digits));
    } else {
      lines.push([plain('   '), toned('dim', gutter), plain(text)]);
    }
  }
  return at === undefined ? [...lines, errorLine(cell, digits)] : lines;
}

function withoutBlankEnd(lines: readonly string[]): readonly string[] {
  return lines.slice(0, lines.findLastIndex((line) => line.trim() !== '') + 1);
}

function errorLine(cell: NonNullable<Run['failedCell']>, digits: number): Line {
  return [plain(' '.repeat(6 + digits)), toned('bad', errorText(cell))];
}

/** `KeyError: 'pca'`, its first line. */
export function errorText(cell: { readonly errorName: string; readonly errorValue: string }): string {
  const value = oneLine(textLines(cell.errorValue)[0] ?? '');
  return value === '' ? oneLine(cell.errorName) : `${oneLine(cell.errorName)}: ${value}`;
}

function failedTestLines(tests: TestReport): Line[] {
  const failed = tests.cases.filter((test) => test.outcome === 'failed' || test.outcome === 'error');
  const shown = failed.slice(0, shownTests);
  const lines = shown.flatMap((test): Line[] => {
    const place = test.file === undefined ? test.suite : test.file + (test.line === undefined ? '' : `:${test.line}`);
    const message = textLines(test.message ?? '')[0] ?? '';
    return [
      [toned('bad', ' ✗ '), toned('strong', oneLine(test.name)), toned('dim', `  ${oneLine(place)}`)],
      ...(message === '' ? [] : [[plain('     '), plain(oneLine(message))]]),
    ];
  });
  if (failed.length > shown.length) lines.push([plain(`   and ${failed.length - shown.length} more`)]);
  return lines;
}

function logPlace(run: Run, end: RunEnd): Line[] {
  const step = failedStepOf(run)?.name;
  if (step === undefined) return [[plain(`   ${pad('log', 6)}`), plain(`slipway logs ${run.name}`)]];
  const command = `slipway logs ${run.name} --step ${step}`;
  const text = end.logLine === undefined ? command : `${step} line ${end.logLine}   ${command}`;
  return [[plain(`   ${pad('log', 6)}`), plain(text)]];
}
