import type { Check } from '../../protocol/index.ts';
import { exitCodes } from '../exitCodes.ts';
import { printJson } from '../following/startedRun.ts';
import type { OutputFormat, Session } from '../session.ts';
import { plain, toned, type Line, type Tone } from '../terminal/line.ts';
import { oneLine } from '../terminal/sanitize.ts';
import { displayWidth, pad, wrap } from '../terminal/text.ts';

const marks: Readonly<Record<Check['outcome'], readonly [mark: string, tone: Tone]>> = {
  pass: ['✓', 'good'],
  warn: ['!', 'warn'],
  fail: ['✗', 'bad'],
  skipped: ['-', 'dim'],
};

/** `slipway doctor`: whether runs can work here. Fails when a check does. */
export async function doctor(session: Session, context: string, format: OutputFormat): Promise<number> {
  const core = await session.core();
  const { checks } = await core.handlers.doctor({ context }, session.signal);
  if (format === 'json') printJson(session, { checks });
  else session.out.writeLines(checkLines(checks, session.widthOf(session.out)));
  return checks.some((check) => check.outcome === 'fail') ? exitCodes.failed : exitCodes.passed;
}

/** One line a check, its fix under it. */
export function checkLines(checks: readonly Check[], width: number): Line[] {
  const column = Math.min(24, Math.max(0, ...checks.map((check) => displayWidth(check.name)))) + 2;
  return checks.flatMap((check) => {
    const [mark, tone] = marks[check.outcome];
    const detail = wrap(oneLine(check.detail), width - column - 2);
    const fix = check.fix === undefined ? [] : wrap(`fix: ${oneLine(check.fix)}`, width - column - 2);
    return [...detail, ...fix].map((text, index): Line => {
      if (index > 0) return [plain(' '.repeat(column + 2)), plain(text)];
      return [toned(tone, mark), plain(' '), toned('strong', pad(oneLine(check.name), column)), plain(text)];
    });
  });
}
