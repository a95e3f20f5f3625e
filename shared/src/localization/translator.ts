import { matchTemplate, parseTemplates, type Template } from './template.ts';

/** Sentences of the core → the same in another language; see template.ts for what stands in braces. */
export type Table = Readonly<Record<string, string>>;

export interface Translator {
  /** The text in the other language; undefined where nothing in it is known. */
  translate(text: string): string | undefined;
}

interface Entry {
  readonly template: Template;
  readonly translation: string;
}

/** What stands between parts that are sentences themselves, in the order in which they bind. */
const separators: readonly (readonly [string | RegExp, string])[] = [
  ['; ', '；'],
  [' — ', '；'],
  [/, (?=\d)/, '，'],
  [' and ', '和'],
];

/** Of longer texts no more than this many characters are looked at: what people are told is shorter. */
const longest = 4_000;
const mostRemembered = 5_000;
/** Letters: punctuation alone says nothing. */
const hasWords = /\p{L}/u;
/** Sentences in sentences in sentences. */
const deepest = 4;
/** Templates are looked up by their first characters. */
const keyLength = 4;

export function createTranslator(tables: readonly Table[]): Translator {
  return new TableTranslator(tables);
}

class TableTranslator implements Translator {
  readonly #byStart = new Map<string, Entry[]>();
  /** Those that begin with a value. */
  readonly #open: Entry[] = [];
  readonly #known = new Map<string, string | undefined>();

  constructor(tables: readonly Table[]) {
    for (const [english, translation] of tables.flatMap((table) => Object.entries(table))) {
      for (const template of parseTemplates(english)) this.#add({ template, translation });
    }
    // The more of a sentence is known, the surer it is.
    const byLength = (one: Entry, other: Entry): number => lengthOf(other) - lengthOf(one);
    for (const entries of [...this.#byStart.values(), this.#open]) entries.sort(byLength);
  }

  translate(text: string): string | undefined {
    if (this.#known.has(text)) return this.#known.get(text);
    if (text.length > longest) return undefined;
    const translation = this.#lines(text);
    if (this.#known.size >= mostRemembered) this.#known.clear();
    this.#known.set(text, translation);
    return translation;
  }

  #add(entry: Entry): void {
    const [first = ''] = entry.template.literals;
    if (first.length < keyLength && entry.template.slots.length > 0) {
      this.#open.push(entry);
      return;
    }
    const key = first.slice(0, keyLength);
    this.#byStart.set(key, [...(this.#byStart.get(key) ?? []), entry]);
  }

  #lines(text: string): string | undefined {
    return someTranslated(text.split('\n'), '\n', (line) => this.#sentences(line));
  }

  #sentences(line: string): string | undefined {
    const whole = this.#sentence(line, 0);
    if (whole !== undefined) return whole;
    const sentences = line.split(/(?<=[.?]) (?=\p{Lu})/u);
    return sentences.length < 2 ? undefined : someTranslated(sentences, '', (sentence) => this.#sentence(sentence, 0));
  }

  #sentence(text: string, depth: number): string | undefined {
    if (depth > deepest) return undefined;
    for (const { template, translation } of [...(this.#byStart.get(text.slice(0, keyLength)) ?? []), ...this.#open]) {
      const values = matchTemplate(template, text);
      if (values === undefined) continue;
      const filled = this.#filled(template, translation, values, depth);
      if (isTranslated(translation, template, values, filled)) return filled;
    }
    return undefined;
  }

  #filled({ slots }: Template, translation: string, values: readonly string[], depth: number): string {
    const byName = new Map(
      slots.map(({ name, kind }, index) => {
        const value = values[index] ?? '';
        if (kind === 'sentence') return [name, this.#part(value, depth + 1)];
        return [name, kind === 'list' ? listed(value) : value];
      }),
    );
    return translation.replaceAll(/\{(\w+)\}/g, (_whole, name: string) => byName.get(name) ?? '');
  }

  /** A sentence, or several of them; as it is where none is known. */
  #part(text: string, depth: number): string {
    const whole = this.#sentence(text, depth);
    if (whole !== undefined || depth > deepest) return whole ?? text;
    for (const [separator, joiner] of separators) {
      const parts = text.split(separator);
      if (parts.length < 2) continue;
      const joined = someTranslated(parts, joiner, (part) => {
        const translated = this.#part(part, depth + 1);
        return translated === part ? undefined : translated;
      });
      if (joined !== undefined) return joined;
    }
    return text;
  }
}

/** "notebook: no tests" is known by what it holds alone: where that is not, nothing is. */
function isTranslated(translation: string, template: Template, values: readonly string[], filled: string): boolean {
  const asItWas = translation.replaceAll(/\{(\w+)\}/g, (_whole, name: string) => {
    return values[template.slots.findIndex((slot) => slot.name === name)] ?? '';
  });
  return hasWords.test(translation.replaceAll(/\{\w+\}/g, '')) || filled !== asItWas;
}

function lengthOf({ template }: Entry): number {
  return template.literals.reduce((length, literal) => length + literal.length, 0);
}

/** The parts, those in the other language that can be; undefined where none can. */
function someTranslated(
  parts: readonly string[],
  joiner: string,
  translate: (part: string) => string | undefined,
): string | undefined {
  const translated = parts.map(translate);
  if (translated.every((part) => part === undefined)) return undefined;
  return parts.map((part, index) => translated[index] ?? part).join(joiner);
}

/** "a, b and c" → "a、b、c"; "a or b" → "a 或 b". */
function listed(text: string): string {
  return text
    .replaceAll(/ and (\d+) more$/g, ' 等（另有 $1 个）')
    .replaceAll(/, | and /g, '、')
    .replaceAll(' or ', ' 或 ');
}
