import type { Run } from '../../protocol/index.ts';
import { plain, toned, type Line } from '../terminal/line.ts';
import { oneLine, textLines } from '../terminal/sanitize.ts';
import { wrap } from '../terminal/text.ts';
import { fact } from './labels.ts';
import { stepText, waitingText } from './runView.ts';
import { verdictLines, type RunEnd } from './verdictView.ts';
import { stateWords } from './verdictWords.ts';

/** All that is known of why a run is as it is: verdict, evidence, traceback, steps, the end of the log. */
export function whyLines(run: Run, end: RunEnd, logTail: readonly string[], width: number): Line[] {
  if (run.finishedAt === undefined) return stillGoingLines(run, width);
  return [
    ...verdictLines(run, end, width).filter((line) => !isOwnCommand(line)),
    ...diagnosisLines(run, width),
    ...section('traceback', run.failedCell?.traceback.flatMap(textLines) ?? []),
    ...(run.state === 'succeeded'
      ? []
      : section(
          'steps',
          run.steps.map((step) => describeStep(run, step)),
        )),
    ...section(`end of the log`, logTail.map(oneLine)),
  ];
}

function stillGoingLines(run: Run, width: number): Line[] {
  const reason = oneLine(waitingText(run));
  const running = run.steps.find((step) => step.state === 'running');
  const now =
    running === undefined ? '' : `: ${[running.name, stepText(run, running)].filter((text) => text !== '').join(' ')}`;
  return [
    ...wrap(`${run.name} is ${stateWords[run.state]}${reason === '' ? now : `: ${reason}`}`, width).map(
      (text): Line => [plain(text)],
    ),
    [plain(`watch   slipway watch ${run.name}`)],
  ];
}

/** "why" need not advertise itself. */
function isOwnCommand(line: Line): boolean {
  return line[0]?.text.trimEnd() === 'why';
}

/** Evidence is shown with the verdict where there is no cell to show; else here. */
function diagnosisLines(run: Run, width: number): Line[] {
  const evidence = run.failedCell === undefined ? [] : (run.diagnosis?.evidence ?? []);
  return evidence.length === 0
    ? []
    : [[plain('')], ...evidence.flatMap((text) => fact('evidence', oneLine(text), width))];
}

function section(title: string, lines: readonly string[]): Line[] {
  if (lines.length === 0) return [];
  return [[plain('')], [toned('strong', title)], ...lines.map((text): Line => [plain(`   ${text}`)])];
}

function describeStep(run: Run, step: Run['steps'][number]): string {
  const text = stepText(run, step).replace(new RegExp(`^${step.state}(?:: )?`, 'u'), '');
  const exit = step.exitCode === undefined || step.exitCode === 0 ? '' : `exit code ${step.exitCode}`;
  const told = `${step.name.padEnd(10)} ${step.state}${exit === '' ? '' : ` (${exit})`}`;
  return text === '' || text === exit ? told : `${told}: ${text}`;
}
