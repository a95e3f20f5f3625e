import type { StepEnding, Told } from '../facts.ts';
import { parseProgressLine, type ProgressEvent } from '../progressLines.ts';

/** What the new lines of progress.jsonl tell, by the step that they are about. */
export interface NewProgress {
  readonly byStep: ReadonlyMap<string, readonly ProgressEvent[]>;
  /** Of all lines so far. */
  readonly endings: ReadonlyMap<string, StepEnding>;
  /** How many lines have been read now. */
  readonly lines: number;
}

export function readProgress(
  lines: readonly string[],
  told: Told,
  life: { readonly from: number; readonly to: number },
): NewProgress {
  // A copy that was thrown away is read again from its beginning: what was told is not told again.
  if (lines.length <= told.lines) return { byStep: new Map(), endings: told.endings, lines: told.lines };
  const byStep = new Map<string, ProgressEvent[]>();
  const endings = new Map(told.endings);
  for (const text of lines.slice(told.lines)) {
    const line = parseProgressLine(text, life);
    if (line === undefined) continue;
    if (line.kind === 'ending') {
      if (!endings.has(line.step)) endings.set(line.step, line.ending);
      continue;
    }
    const step = line.event.type === 'stepNote' ? line.event.step : 'notebook';
    const known = byStep.get(step);
    if (known === undefined) byStep.set(step, [line.event]);
    else known.push(line.event);
  }
  return { byStep, endings, lines: lines.length };
}
