import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { chineseTables } from './localizer.ts';
import { parseTemplates } from './template.ts';
import { createTranslator } from './translator.ts';

const sources = join(import.meta.dirname, '..');

/** What the core is made of, each string on one line as it is when it is said. */
function readSources(pattern: string, isWanted: (path: string) => boolean): string {
  return globSync(pattern, { cwd: sources })
    .filter((path) => !/\.test\.ts$|testing\/|tests\/|^localization|^panels|^views/.test(path) && isWanted(path))
    .map((path) => readFileSync(join(sources, path), 'utf8'))
    .join('\n')
    .replaceAll(/'\s*\+\s*'|"\s*\n\s*f?"/g, '')
    .replaceAll(/\\(['"])/g, '$1');
}

const typescript = readSources('**/*.ts', () => true);
const everything = typescript + readSources('pipeline/steps/**/*.py', () => true);
const entries = chineseTables.flatMap((table) => Object.entries(table));
const namesOf = (text: string): string[] => [...text.matchAll(/\{(\w+)[#~,*]?\}/g)].map(([, name = '']) => name).sort();

describe('the Chinese sentences', () => {
  it('stand for sentences that the core still says', () => {
    const stale = entries
      .map(([english]) => english)
      .filter((english) => {
        const [template] = parseTemplates(english);
        const words = (template?.literals ?? []).flatMap((literal) => literal.split(/[ ,.:;()"]+/));
        const [longest = ''] = (template?.literals ?? [])
          .map((text) => text.trim())
          .sort((a, b) => b.length - a.length);
        return !everything.includes(longest) && !words.every((word) => everything.includes(word));
      });
    expect(stale).toEqual([]);
  });

  it('are Chinese, keep every value and end as sentences of the same kind do', () => {
    for (const [english, chinese] of entries) {
      if (/\p{L}/u.test(english.replaceAll(/\{\w+[#~,*]?\}/g, ''))) expect(chinese, english).toMatch(/\p{Script=Han}/u);
      expect(chinese, english).not.toMatch(/[!！]/);
      expect(namesOf(chinese).sort(), english).toEqual(namesOf(english));
      if (/^\p{Lu}.*\.$/u.test(english)) expect(chinese, english).toMatch(/[。}]$/);
    }
  });

  it('are each told once', () => {
    const all = entries.map(([english]) => english);
    expect(all.filter((english, index) => all.indexOf(english) !== index)).toEqual([]);
  });
});

/** Strings that are sentences with a value in them, as the sources of a module write them. */
const spoken: readonly (readonly [string, string, RegExp])[] = [
  ['messages of errors', 'ts', /new SlipwayError\(\s*'[\w.]+',\s*('(?:[^'\\\n]|\\.)*'|`[^`]*`)/g],
  // A type with such a member is nothing that is said.
  ['actions of errors', 'ts', /\baction:\s*('(?:[^'\\\n]|\\.)*'|`[^`]*`)(?!\s*\|)/g],
  [
    'notes and reasons of steps',
    'py',
    /\b(?:tell\(|note\("\w+", |succeeded\("\w+", |skipped\([\w"]+, |(?:message|reason) = |, \d, )f?("[^"\n]*")/g,
  ],
];

describe('what the core says', () => {
  const translator = createTranslator(chineseTables);
  /** Between the core and its own parts, or for the command line: no person reads these in an editor. */
  const unseen =
    /^(?:cli|client|protocol)\/|^server\/(?!coreSession|coreServices|calls|failures|folders)|portForward|preflight|kubernetes\/(?:exec|reflector|transfer)\//;
  const texts: Readonly<Record<string, string>> = {
    ts: readSources('**/*.ts', (path) => !unseen.test(path)),
    py: readSources(
      'pipeline/steps/**/*.py',
      (path) => !/receive|serve_files|follow|contained|parameters\.py/.test(path),
    ),
  };

  it.each(spoken)('is there in Chinese: %s', (_name, source, pattern) => {
    const said = [...(texts[source] ?? '').matchAll(pattern)].map(([, literal = '']) => literal.slice(1, -1));
    expect(said.length).toBeGreaterThan(30);
    const unknown = [...new Set(said)].filter(
      (literal) => !samples(literal).some((sentence) => translator.translate(sentence) !== undefined),
    );
    expect(unknown.filter((literal) => !ofParts.has(literal))).toEqual([]);
  });
});

/** Put together of words that stand elsewhere, or not for people in an editor; localizer.test.ts tells some of these whole. */
const ofParts: ReadonlySet<string> = new Set([
  '${what} a volume of its own, which is gone with it.',
  "The connection to the run's files broke${words === '' ? '' : ",
  "The Jupyter kernel ${JSON.stringify(request.kernel)} is not installed on this machine; ${known === '' ? 'no kernel is' : ",
  "${first} cannot be retried alone: ${broken.name} ${broken.state === 'cancelled' ? 'was cancelled' : 'failed'} in ${original.name}.",
  'The instance type ${shown}${whose} is not known.${suggestion}',
  '${quoted(text)} is not a parameter.',
  '${message}${where}',
  '${words} there already.',
  '${near.length > 0 ? ',
  '; ',
  'not a requirement: {line!r}',
  'the {what} failed',
  'the steps need Python 3.9 or newer; this is ',
  '{shown(url)}: {what}{hint}',
]);

/** A template string with values in it: words, numbers, or nothing where one follows a word without a space. */
function samples(text: string): string[] {
  const place = /\$?\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\}/g;
  const counted = /\bcount\w*\(.*, '(\w+)'\)/;
  const all = text.replaceAll(/(?<=\w)\{\w+\}$/g, '');
  return ['x1', '7'].map((value) =>
    all.replaceAll(place, (code) => {
      const noun = counted.exec(code)?.[1];
      return noun === undefined ? value : `7 ${noun}s`;
    }),
  );
}
