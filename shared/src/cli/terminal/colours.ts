/**
 * Whether colours are used: `NO_COLOR` (any value but empty) turns them off, `FORCE_COLOR` (but not `0`) on, else they
 * are for terminals that can show them. https://no-color.org, https://force-color.org
 */
export function useColours(env: Readonly<Record<string, string | undefined>>, isTerminal: boolean): boolean {
  if (isSet(env.NO_COLOR)) return false;
  const forced = env.FORCE_COLOR;
  if (isSet(forced)) return forced !== '0' && forced !== 'false';
  return isTerminal && env.TERM !== 'dumb';
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== '';
}
