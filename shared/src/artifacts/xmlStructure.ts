/** Levels of elements; a test report has four. */
export const deepest = 100;

/**
 * What is wrong with a document's structure, or undefined: tags that do not pair (a file cut off while it was written),
 * not one root, nested too deeply, or a DOCTYPE with declarations in it. The parser itself lets these pass. One pass.
 */
export function structureProblem(xml: string): string | undefined {
  const open: string[] = [];
  let roots = 0;
  let at = 0;
  for (let start = xml.indexOf('<'); start >= 0; start = xml.indexOf('<', at)) {
    if (open.length === 0 && !isBlank(xml, at, start)) return notWellFormed;
    const markup = markupAt(xml, start);
    if (markup === undefined) return notWellFormed;
    at = markup.end;
    if (markup.kind === 'doctype') {
      if (roots > 0 || open.length > 0) return notWellFormed;
      if (xml.slice(start, at).includes('[')) return 'it has declarations of its own in its DOCTYPE';
    } else if (markup.kind === 'close') {
      if (open.pop() !== markup.name) return notWellFormed;
    } else if (markup.kind === 'open' || markup.kind === 'empty') {
      if (open.length === 0) roots++;
      if (markup.kind === 'open') open.push(markup.name);
      if (open.length > deepest) return `its elements are nested more than ${deepest} deep`;
    } else if (markup.kind === 'cdata' && open.length === 0) return notWellFormed;
  }
  return open.length === 0 && roots === 1 && isBlank(xml, at, xml.length) ? undefined : notWellFormed;
}

const notWellFormed = 'it is not well-formed XML, or was cut off';

interface Markup {
  readonly kind: 'comment' | 'cdata' | 'instruction' | 'doctype' | 'open' | 'empty' | 'close';
  /** Of an element; else empty. */
  readonly name: string;
  /** Index after it. */
  readonly end: number;
}

const bracketed = [
  ['<!--', '-->', 'comment'],
  ['<![CDATA[', ']]>', 'cdata'],
  ['<?', '?>', 'instruction'],
  // One with `>` in it has declarations, or a quoted `>`: neither is read on.
  ['<!DOCTYPE', '>', 'doctype'],
] as const;

function markupAt(xml: string, start: number): Markup | undefined {
  for (const [head, tail, kind] of bracketed) {
    if (!xml.startsWith(head, start)) continue;
    const end = xml.indexOf(tail, start + head.length);
    return end < 0 ? undefined : { kind, name: '', end: end + tail.length };
  }
  const close = tagEnd(xml, start + 1);
  if (close < 0) return undefined;
  const tag = xml.slice(start + 1, close);
  const name = /^\/?[^\s/<>"'=!?]+/.exec(tag)?.[0];
  if (name === undefined) return undefined;
  const end = close + 1;
  if (name.startsWith('/')) return name === tag.trimEnd() ? { kind: 'close', name: name.slice(1), end } : undefined;
  return { kind: tag.endsWith('/') ? 'empty' : 'open', name, end };
}

/** The index of a tag's `>`, outside of its quoted values; -1 when there is none, or another tag begins before. */
function tagEnd(xml: string, start: number): number {
  const special = /["'<>]/g;
  special.lastIndex = start;
  for (let found = special.exec(xml); found !== null; found = special.exec(xml)) {
    const [character] = found;
    if (character === '>') return found.index;
    if (character === '<') return -1;
    const end = xml.indexOf(character, found.index + 1);
    if (end < 0) return -1;
    special.lastIndex = end + 1;
  }
  return -1;
}

function isBlank(xml: string, start: number, end: number): boolean {
  return start === end || xml.slice(start, end).trim() === '';
}
