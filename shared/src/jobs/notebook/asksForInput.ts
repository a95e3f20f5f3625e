/** Strings, of which those in three quotes have lines, and comments. An expression in an f-string is not looked at. */
const noCode = /"""[^]*?"""|'''[^]*?'''|"(?:[^"\\\n]|\\[^])*"|'(?:[^'\\\n]|\\[^])*'|#.*/g;
/** No Python: magics, commands of the shell and help. */
const foreignLine = /^\s*[%!?].*$/gm;
/** `input(`, `getpass(`, `getpass.getpass(`; no method and no function of somebody's own by such a name. */
const asking = /(?<![\w.]|def\s+)(input|raw_input|getpass)\s*(?:\.\s*getpass\s*)?\(/;
/** A cell magic other than these hands the cell to another language. */
const ofPython: ReadonlySet<string> = new Set(['time', 'timeit', 'capture', 'prun']);

/** The function by which Python code asks whoever sits at the keyboard; undefined where it asks nothing. Pure. */
export function asksForInput(source: string): string | undefined {
  const magic = /^\s*%%(\w+)/.exec(source)?.[1];
  if (magic !== undefined && !ofPython.has(magic)) return undefined;
  return asking.exec(source.replaceAll(noCode, '""').replaceAll(foreignLine, ''))?.[1];
}
