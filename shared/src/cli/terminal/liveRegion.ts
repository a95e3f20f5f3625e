import type { Output } from './output.ts';
import { formatLine, lineText, type Line } from './line.ts';
import { displayWidth } from './text.ts';

const hideCursor = '\u001b[?25l';
const showCursor = '\u001b[?25h';
const eraseLineEnd = '\u001b[K';
const eraseBelow = '\u001b[J';

export interface TerminalSize {
  columns(): number;
  rows(): number;
}

/**
 * Lines at the bottom of the terminal that are painted over in place. The cursor rests below them, hidden. Nothing
 * scrolls but what `print` puts above them.
 */
export class LiveRegion {
  readonly #output: Output;
  readonly #size: TerminalSize;
  /** Widths in columns of the painted lines, from which their rows are known also after the window was made narrower. */
  #painted: readonly number[] = [];
  #last = '';
  #active = false;

  constructor(output: Output, size: TerminalSize) {
    this.#output = output;
    this.#size = size;
  }

  /** Shows these lines in place of the last ones. A line that is too long is cut; of too many, the last are shown. */
  update(lines: readonly Line[]): void {
    const shown = this.#fitting(lines);
    const text = this.#textOf(shown);
    if (this.#active && text === this.#last) return;
    this.#output.write((this.#active ? '' : hideCursor) + this.#toTop() + text + eraseBelow);
    this.#remember(shown, text);
  }

  /** Writes lines above the region, to stay. They are broken by the terminal, not cut, and end with a line end. */
  print(text: string): void {
    this.#output.write(this.#active ? this.#toTop() + eraseBelow + text + this.#last : text);
  }

  /** Leaves the lines where they are and gives the cursor back. */
  finish(): void {
    if (!this.#active) return;
    this.#output.write(showCursor);
    this.#forget();
  }

  /** Takes the lines away and gives the cursor back. */
  clear(): void {
    if (!this.#active) return;
    this.#output.write(this.#toTop() + eraseBelow + showCursor);
    this.#forget();
  }

  /** Paints again although nothing changed: the window's size did. */
  repaint(lines: readonly Line[]): void {
    this.#last = '';
    this.update(lines);
  }

  #fitting(lines: readonly Line[]): readonly Line[] {
    const room = Math.max(1, this.#size.rows() - 1);
    return lines.length > room ? lines.slice(lines.length - room) : lines;
  }

  #textOf(lines: readonly Line[]): string {
    // The last column stays free: some terminals break the line as soon as it is used.
    const format = { colours: this.#output.colours, width: Math.max(1, this.#size.columns() - 1) };
    return lines.map((line) => `${formatLine(line, format)}${eraseLineEnd}\n`).join('');
  }

  #toTop(): string {
    const columns = Math.max(1, this.#size.columns());
    const rows = this.#painted.reduce((sum, width) => sum + Math.max(1, Math.ceil(width / columns)), 0);
    return rows === 0 ? '\r' : `\r\u001b[${rows}A`;
  }

  #remember(lines: readonly Line[], text: string): void {
    const limit = Math.max(1, this.#size.columns() - 1);
    this.#painted = lines.map((line) => Math.min(limit, displayWidth(lineText(line).trimEnd())));
    this.#last = text;
    this.#active = true;
  }

  #forget(): void {
    this.#painted = [];
    this.#last = '';
    this.#active = false;
  }
}
