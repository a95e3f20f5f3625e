/**
 * Whether a link could lead out of the tree that it lies in. Only `../` at the beginning are walked up, through folders that are no
 * links themselves; a `..` behind a name could go up from where another link leads.
 * @param path of the link, relative to the tree
 */
export function linkLeadsOut(path: string, target: string): boolean {
  if (
    target === '' ||
    target.startsWith('/') ||
    target.includes('\\') ||
    /^[a-z]:/i.test(target) ||
    target.includes('\0')
  )
    return true;
  const parts = target.split('/').filter((part) => part !== '' && part !== '.');
  const up = parts.findIndex((part) => part !== '..');
  const ups = up < 0 ? parts.length : up;
  if (parts.slice(ups).includes('..')) return true;
  return ups > path.split('/').length - 1;
}
