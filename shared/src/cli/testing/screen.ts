import stringWidth from 'string-width';

const segmenter = new Intl.Segmenter();
const csi = /^\u001b\[(\?)?([0-9;]*)([A-Za-z])/u;

/**
 * A terminal as far as the command may use one: text, line ends, cursor up, erase, colours, and the cursor's visibility.
 * Anything else throws, so that a test sees each sequence that should not have come through.
 */
export class Screen {
  /** Cells of each row; a wide character is followed by an empty cell. */
  #rows: string[][] = [[]];
  #row = 0;
  #column = 0;
  /** Rows that have left at the top, as text. */
  readonly scrolledOff: string[] = [];
  #columns: number;
  readonly #height: number;
  cursorVisible = true;

  constructor(columns: number, height: number) {
    this.#columns = columns;
    this.#height = height;
  }

  get columns(): number {
    return this.#columns;
  }

  get height(): number {
    return this.#height;
  }

  /** Makes the window narrower or wider; rows are broken anew, as most terminals do. */
  resize(columns: number): void {
    const before = this.#rows.slice(0, this.#row);
    const reflowed = before.flatMap((row) => chunk(row, columns));
    this.#rows = [...reflowed, ...this.#rows.slice(this.#row)];
    this.#row = reflowed.length;
    this.#columns = columns;
    this.#scroll();
  }

  write(data: string): void {
    let rest = data;
    while (rest !== '') {
      if (rest.startsWith('\u001b')) rest = this.#sequence(rest);
      else {
        const end = rest.search(/[\u001b\n\r]/u);
        if (end === 0) {
          if (rest.startsWith('\n')) this.#lineFeed();
          this.#column = 0;
          rest = rest.slice(1);
        } else {
          const text = end < 0 ? rest : rest.slice(0, end);
          for (const { segment } of segmenter.segment(text)) this.#put(segment);
          rest = rest.slice(text.length);
        }
      }
    }
  }

  /** What is seen, without trailing blanks. */
  get text(): string {
    return this.#rows.map(rowText).join('\n').trimEnd();
  }

  /** Everything since the beginning, also what has scrolled away. */
  get transcript(): string {
    return [...this.scrolledOff, this.text].join('\n').trimEnd();
  }

  #sequence(rest: string): string {
    const match = csi.exec(rest);
    if (match === null) throw new Error(`the terminal got ${JSON.stringify(rest.slice(0, 20))}`);
    const [whole, mark, parameters = '', final] = match;
    if (mark === '?' && parameters === '25') this.cursorVisible = final === 'h';
    else if (final === 'A') this.#row = Math.max(0, this.#row - Number(parameters === '' ? 1 : parameters));
    else if (final === 'K' && parameters === '') this.#eraseLineEnd();
    else if (final === 'J' && parameters === '') this.#eraseBelow();
    else if (final !== 'm') throw new Error(`the terminal got ${JSON.stringify(whole)}`);
    return rest.slice(whole.length);
  }

  #put(segment: string): void {
    if (/\p{Cc}/u.test(segment)) throw new Error(`the terminal got ${JSON.stringify(segment)}`);
    const width = stringWidth(segment);
    if (this.#column + width > this.#columns) {
      this.#lineFeed();
      this.#column = 0;
    }
    const row = this.#rows[this.#row] ?? [];
    this.#rows[this.#row] = row;
    while (row.length < this.#column) row.push(' ');
    if (width === 0) {
      const last = row.length - 1;
      if (last >= 0) row[last] = (row[last] ?? '') + segment;
      return;
    }
    row.splice(this.#column, width, segment, ...Array.from({ length: width - 1 }, () => ''));
    this.#column += width;
  }

  #lineFeed(): void {
    this.#row += 1;
    if (this.#row >= this.#rows.length) this.#rows.push([]);
    this.#scroll();
  }

  #scroll(): void {
    while (this.#rows.length > this.#height) {
      this.scrolledOff.push(rowText(this.#rows.shift() ?? []));
      this.#row = Math.max(0, this.#row - 1);
    }
  }

  #eraseLineEnd(): void {
    this.#rows[this.#row]?.splice(this.#column);
  }

  #eraseBelow(): void {
    this.#eraseLineEnd();
    this.#rows.length = this.#row + 1;
  }
}

function rowText(row: readonly string[]): string {
  return row.join('').trimEnd();
}

function chunk(row: readonly string[], columns: number): string[][] {
  const cells = [...row];
  while (cells.at(-1) === ' ') cells.pop();
  const rows: string[][] = [];
  do rows.push(cells.splice(0, columns));
  while (cells.length > 0);
  return rows;
}
