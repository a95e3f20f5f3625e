/**
 * A sentence with places for values. `{name}` is kept as it is and lies in one sentence, `{name*}` is any text, `{name#}` a number;
 * `{name~}` may be a sentence of ours itself, and `{name,}` is a list of names ("a, b and c"). `word(s)` stands for both numbers.
 */
export interface Template {
  /** What stands before, between and behind the values. */
  readonly literals: readonly string[];
  readonly slots: readonly Slot[];
}

export interface Slot {
  readonly name: string;
  readonly kind: 'value' | 'text' | 'number' | 'sentence' | 'list';
}

const kinds = { '': 'value', '*': 'text', '#': 'number', '~': 'sentence', ',': 'list' } as const;
const slotPattern = /\{(\w+)([#~,*]?)\}/g;

/** The template, or both where it has `(s)`. */
export function parseTemplates(text: string): Template[] {
  const texts = text.includes('(s)') ? [text.replaceAll('(s)', ''), text.replaceAll('(s)', 's')] : [text];
  return texts.map(parseTemplate);
}

function parseTemplate(text: string): Template {
  const literals: string[] = [];
  const slots: Slot[] = [];
  let end = 0;
  for (const match of text.matchAll(slotPattern)) {
    const [whole, name = '', kind = ''] = match;
    literals.push(text.slice(end, match.index));
    slots.push({ name, kind: kinds[kind as keyof typeof kinds] });
    end = match.index + whole.length;
  }
  return { literals: [...literals, text.slice(end)], slots };
}

/** Where a new sentence begins: a value that is no sentence does not reach beyond it. */
const nextSentence = /[.?] \p{Lu}/u;

/** The values of a text that has the template's form; undefined for any other. Every value is as short as it can be. */
export function matchTemplate({ literals, slots }: Template, text: string): string[] | undefined {
  const [first = ''] = literals;
  const last = literals.at(-1) ?? '';
  if (slots.length === 0) return text === first ? [] : undefined;
  if (!text.startsWith(first) || !text.endsWith(last)) return undefined;
  const values: string[] = [];
  let from = first.length;
  for (const [index, slot] of slots.entries()) {
    const isLast = index === slots.length - 1;
    const literal = literals[index + 1] ?? '';
    const to = isLast ? text.length - last.length : text.indexOf(literal, from + 1);
    if (to <= from) return undefined;
    const value = text.slice(from, to);
    if (slot.kind === 'number' && !/^\d+$/.test(value)) return undefined;
    if (slot.kind === 'value' && nextSentence.test(value)) return undefined;
    values.push(value);
    from = to + literal.length;
  }
  return values;
}
