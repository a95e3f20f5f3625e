import type { Check } from '../../protocol/index.ts';
import { formatDuration } from '../../views/index.ts';
import { plain, toned, type Line, type Tone } from '../terminal/line.ts';
import { oneLine } from '../terminal/sanitize.ts';
import { displayWidth, pad, wrap } from '../terminal/text.ts';

const marks: Readonly<Record<Check['outcome'], readonly [mark: string, tone: Tone]>> = {
  pass: ['✓', 'good'],
  warn: ['!', 'warn'],
  fail: ['✗', 'bad'],
  skipped: ['-', 'dim'],
};

/** Names longer than this push their text to the right. */
const widestName = 24;
/** Columns for the names of the doctor's checks, so that each line can be printed when it comes. */
export const checkColumns = 14;
/** Lines are not made wider than this, so that the times stay near the words. */
const widest = 100;
const timeColumns = 8;

export interface CheckLayout {
  /** At least so many columns for the name; default: as the longest needs. */
  readonly nameColumns?: number;
  /** How long each took, at the right edge. */
  readonly times?: boolean;
}

/** One line a check, its fix under it. */
export function checkLines(
  checks: readonly Check[],
  width: number,
  { nameColumns = 0, times = false }: CheckLayout = {},
): Line[] {
  const longest = Math.min(widestName, Math.max(0, ...checks.map((check) => displayWidth(check.name))));
  const column = Math.max(nameColumns, longest + 2);
  const edge = Math.min(width - 1, widest) - column - 2;
  const room = times ? Math.max(8, edge - timeColumns) : width - column - 2;
  // What is no terminal breaks no lines.
  const broken = width === Number.POSITIVE_INFINITY ? width : room;
  return checks.flatMap((check) => {
    const [mark, tone] = marks[check.outcome];
    const detail = wrap(oneLine(check.detail), broken);
    const fix = check.fix === undefined ? [] : wrap(`fix: ${oneLine(check.fix)}`, broken);
    const time = times && check.outcome !== 'skipped' ? timeWords(check.durationMs).padStart(timeColumns) : '';
    // A word that is longer than a line pushes the time to the next.
    const timed = Math.max(
      0,
      detail.findIndex((text) => displayWidth(text) <= room),
    );
    return [...detail, ...fix].map((text, index): Line => {
      const words = index === timed && time !== '' ? [plain(pad(text, room)), toned('dim', time)] : [plain(text)];
      if (index > 0) return [plain(' '.repeat(column + 2)), ...words];
      return [toned(tone, mark), plain(' '), toned('strong', pad(oneLine(check.name), column)), ...words];
    });
  });
}

/** `38 ms`, `1.2s` */
function timeWords(durationMs: number): string {
  return durationMs < 100 ? `${Math.round(durationMs)} ms` : formatDuration(durationMs);
}
