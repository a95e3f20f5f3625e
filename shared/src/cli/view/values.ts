import type { ParameterValue } from '../../protocol/index.ts';
import { oneLine } from '../terminal/sanitize.ts';
import { truncate } from '../terminal/text.ts';

const simpleText = /^[\p{L}\p{N}_./:@%+-]+$/u;
const longestValue = 60;

/** A parameter's value on one line: text without quotes where it cannot be mistaken, everything else as JSON. */
export function formatValue(value: ParameterValue): string {
  const isSimple = typeof value === 'string' && simpleText.test(value) && Number.isNaN(Number(value));
  return truncate(oneLine(isSimple ? value : JSON.stringify(value)), longestValue);
}

/** A path as the person would type it here: relative below `cwd`, with `~` below `home`. All POSIX or all Windows. */
export function formatPath(path: string, cwd: string, home: string): string {
  const below = (folder: string): string | undefined => {
    const base = folder.endsWith('/') || folder.endsWith('\\') ? folder : `${folder}/`;
    const isBelow = path.replaceAll('\\', '/').startsWith(base.replaceAll('\\', '/'));
    return isBelow && base.length > 1 ? path.slice(base.length) : undefined;
  };
  const inCwd = below(cwd);
  if (inCwd !== undefined) return oneLine(`./${inCwd}`);
  const inHome = below(home);
  return oneLine(inHome === undefined ? path : `~/${inHome}`);
}

const shellSafe = /^[\p{L}\p{N}_./:@%+,=-]+$/u;

/** An argument as it can be pasted into a POSIX shell. */
export function shellWord(text: string): string {
  const visible = oneLine(text);
  if (visible === text && shellSafe.test(text)) return text;
  return visible === text ? `'${text.replaceAll("'", "'\\''")}'` : JSON.stringify(text);
}
