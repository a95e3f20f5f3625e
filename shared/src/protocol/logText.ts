// Escape sequences (ECMA-48): CSI, OSC and other strings with their end, then two-character ones.
const escapes =
  /(?:\u001B\[|\u009B)[0-?]*[ -/]*[@-~]|\u001B[\]PX^_][^\u0007\u001B]{0,4096}(?:\u0007|\u001B\\)?|\u001B[ -/]*[0-~]?/g;

/** A log line without escape sequences: what can be searched. Links lose their targets and keep their text. */
export function withoutEscapes(line: string): string {
  return /[\u001B\u009B]/.test(line) ? line.replace(escapes, '') : line;
}

/** What a terminal would show of a line that was overwritten in place (`\r`): the last writing. */
export function lastWriting(line: string): string {
  const end = line.endsWith('\r') ? line.length - 1 : line.length;
  const start = line.lastIndexOf('\r', end - 1) + 1;
  return end === line.length && start === 0 ? line : line.slice(Math.min(start, end), end);
}
