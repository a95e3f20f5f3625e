/**
 * The innermost line of the failing cell in its own traceback, 1-based, as IPython writes frames: `Cell In[4], line 2`
 * (8.6 and later), `Input In [4], in <cell line: 2>()` (8.0), `<ipython-input-4-…> in <module>` (7). A frame without a
 * line number in its head has an arrow before the line. Frames of functions that other cells defined do not count.
 * @param traceback ANSI-free
 */
export function lineInCell(
  traceback: readonly string[],
  executionCount: number | undefined,
  source: string,
): number | undefined {
  if (executionCount === undefined) return undefined;
  const lines = traceback.join('\n').split('\n');
  const found = lines.flatMap((line, at) => {
    const head = readHead(line);
    if (head?.cell !== executionCount) return [];
    return [head.line ?? arrowLine(lines, at + 1)];
  });
  const line = found.findLast((candidate) => candidate !== undefined);
  return line !== undefined && line >= 1 && line <= source.split('\n').length ? line : undefined;
}

/** At most the two blanks that a SyntaxError has before it: source lines in a frame are indented further. */
const heads = [
  /^ {0,2}Cell In ?\[(\d{1,9})\], line (\d{1,9})/,
  /^ {0,2}Input In \[(\d{1,9})\], in /,
  /^ {0,2}<ipython-input-(\d{1,9})-[0-9a-f]+> in /,
];

function readHead(line: string): { cell: number; line: number | undefined } | undefined {
  for (const head of heads) {
    const [, cell, at] = head.exec(line) ?? [];
    if (cell !== undefined) return { cell: Number(cell), line: at === undefined ? undefined : Number(at) };
  }
  return undefined;
}

function arrowLine(lines: readonly string[], start: number): number | undefined {
  for (const line of lines.slice(start)) {
    if (line.trim() === '') return undefined;
    const arrow = /^-+> (\d{1,9})\b/.exec(line)?.[1];
    if (arrow !== undefined) return Number(arrow);
  }
  return undefined;
}
