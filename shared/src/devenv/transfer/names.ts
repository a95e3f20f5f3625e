/** What a destination's file system makes of names. */
export interface NameRules {
  /** Names that it does not tell apart have the same key. */
  readonly key: (path: string) => string;
  /** Names that Windows cannot have, or gives a meaning. */
  readonly windows: boolean;
}

/** Linux, and what is mounted there as a rule. */
export const plainNames: NameRules = { key: (path) => path, windows: false };
/** macOS: letters of either case are one, and so are the forms of Unicode. */
export const foldedNames: NameRules = { key: (path) => path.normalize('NFC').toLowerCase(), windows: false };
export const windowsNames: NameRules = { key: (path) => path.toLowerCase(), windows: true };

const longestName = 255;
const longestPath = 4_000;

/**
 * Why a path from the other end cannot be a path below a destination; undefined where it can. Everything that could lead
 * elsewhere is refused: empty parts, `.`, `..`, a leading `/`, NUL, on Windows `\`, `:` and device names.
 */
export function namesProblem(path: string, rules: NameRules): string | undefined {
  if (path === '' || path.startsWith('/') || path.includes('\0')) return 'its name could lead elsewhere';
  if (/\p{Surrogate}/u.test(path)) return 'its name is not UTF-8';
  if (Buffer.byteLength(path) > longestPath) return 'its path is too long';
  for (const part of path.split('/')) {
    if (part === '' || part === '.' || part === '..') return 'its name could lead elsewhere';
    if (Buffer.byteLength(part) > longestName) return 'its name is too long';
    if (rules.windows && isRefusedByWindows(part)) return 'Windows cannot have such a name';
  }
  return undefined;
}

function isRefusedByWindows(name: string): boolean {
  return (
    /[<>:"\\|?*\u0001-\u001f]/.test(name) ||
    /[. ]$/.test(name) ||
    /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(?:\.|$)/i.test(name)
  );
}
