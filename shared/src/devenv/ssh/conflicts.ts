/** What ssh would use for a host: its words in small letters, each with all its values. */
type Settings = ReadonlyMap<string, readonly string[]>;

/** Of these a host may have more than one; the first is used first. */
const several: ReadonlySet<string> = new Set(['identityfile']);
/** What we do not set, because not every ssh knows it, and what would harm all the same. */
const harmful: readonly string[] = ['proxyjump', 'knownhostscommand'];
const longestShown = 200;

export interface ConflictQuestion {
  /** What ssh uses with our own config alone. */
  readonly wanted: Settings;
  /** What ssh uses with the person's. */
  readonly found: Settings;
  /** What our config sets. */
  readonly keywords: readonly string[];
  /** The person's config, to find the line that wins. */
  readonly userConfig: string;
  /** Its name, for people. */
  readonly file: string;
}

/** Settings of a person's own ssh config that win over ours, in words. Pure. */
export function conflictsOf({ wanted, found, keywords, userConfig, file }: ConflictQuestion): string[] {
  const isUnread = ['hostkeyalias', 'proxycommand'].every((name) => (found.get(name) ?? []).length === 0);
  if (isUnread) {
    return [
      `ssh takes nothing of Slipway from ${file}: the line "Include" has to be at its top, and ssh has to read that file.`,
    ];
  }
  return [...keywords, ...harmful].flatMap((keyword) => {
    const name = keyword.toLowerCase();
    const [want, is] = [wanted.get(name) ?? [], found.get(name) ?? []];
    const same = several.has(name) ? want[0] === is[0] : want.join('\n') === is.join('\n');
    if (same) return [];
    const value = is.length === 0 ? 'not set' : `"${shown(is.join(', '))}"`;
    const line = winningLine(userConfig, name);
    const where = line === undefined ? 'another file that ssh reads' : `line ${line} of ${file}`;
    return [`${nameOf(keyword)} is ${value} instead of what Slipway set: ${where} wins.`];
  });
}

function nameOf(keyword: string): string {
  return keyword === 'proxyjump' ? 'ProxyJump' : keyword === 'knownhostscommand' ? 'KnownHostsCommand' : keyword;
}

/** The first line that sets it, which is the one that wins among those of one file. */
function winningLine(text: string, keyword: string): number | undefined {
  const index = text.split('\n').findIndex((line) => {
    const [, word] = /^\s*([a-z]+)[\s=]/i.exec(line) ?? [];
    return word?.toLowerCase() === keyword;
  });
  return index < 0 ? undefined : index + 1;
}

function shown(text: string): string {
  return text.replaceAll(/\p{Cc}+/gu, ' ').slice(0, longestShown);
}
