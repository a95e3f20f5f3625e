import { parseAnsi } from '@slipway/shared/log-text';
import { linesOf } from './logLines.ts';

/** Of a log that goes on for days, so many lines are shown: the last. */
const mostLines = 5_000;
/** So near to the end counts as there, in pixels. */
const nearPx = 8;

/** What a command prints, drawn line by line; who has not scrolled up sees the end of it. */
export class JobText {
  readonly #node: HTMLElement;
  #open = '';
  #openLine: HTMLElement | undefined;

  constructor(node: HTMLElement) {
    this.#node = node;
  }

  add(text: string): void {
    if (text === '') return;
    const node = this.#node;
    const isAtEnd = node.scrollTop + node.clientHeight >= node.scrollHeight - nearPx;
    const { ended, open } = linesOf(this.#open, text);
    this.#openLine?.remove();
    this.#openLine = open === '' ? undefined : drawn(open);
    this.#open = open;
    node.append(...ended.slice(-mostLines).map(drawn), ...(this.#openLine === undefined ? [] : [this.#openLine]));
    while (node.childElementCount > mostLines) node.firstElementChild?.remove();
    if (isAtEnd) node.scrollTop = node.scrollHeight;
  }
}

function drawn(line: string): HTMLElement {
  const node = document.createElement('div');
  for (const { text, style } of parseAnsi(line)) {
    const span = document.createElement('span');
    span.className = style;
    span.textContent = text;
    node.append(style === '' ? text : span);
  }
  return node;
}
