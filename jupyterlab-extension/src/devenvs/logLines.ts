/** So much of a line is kept, in characters: of what is longer, the end. */
const longestLine = 16_384;

export interface LogLines {
  /** Lines whose end has come. */
  readonly ended: readonly string[];
  /** The last line as far as it has come. */
  readonly open: string;
}

/** Takes in more text of a log. @param open what was there of the line it goes on with */
export function linesOf(open: string, text: string): LogLines {
  const lines = (open + text).split('\n').map((line) => line.slice(-longestLine));
  return { ended: lines.slice(0, -1), open: lines.at(-1) ?? '' };
}
