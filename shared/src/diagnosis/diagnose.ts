import type { Diagnosis, FailedCell, Run } from '../protocol/index.ts';
import type { CatalogueEntry } from './catalogue/entry.ts';
import { clusterEntries } from './catalogue/cluster.ts';
import { catalogue } from './catalogue/order.ts';
import { cutLine, cutTo } from './cleanText.ts';
import { type Facts, gatherFacts } from './facts.ts';
import { forForeign } from './foreignFixes.ts';
import { inChinese } from './inChinese.ts';
import { fill, type Values } from './template.ts';

/** What is known of a run that ended badly. */
export interface Evidence {
  readonly run: Run;
  /** The cell that raised, where the run itself does not hold it. */
  readonly failedCell?: FailedCell | undefined;
  /** The end of the failing step's log, as it was written; the last 64 Ki characters are looked at. */
  readonly logTail: string;
  /** What the cluster says of it, where it ran on one. */
  readonly cluster?: ClusterEvidence | undefined;
}

/** Facts of a cluster as lines, the ones that can be trusted most first; what they look like: catalogue/entry.ts. */
export interface ClusterEvidence {
  readonly lines: readonly string[];
}

const badEnds: ReadonlySet<Run['state']> = new Set(['failed', 'timedOut', 'lost']);
const mostEvidence = 8;
const longestSentence = 600;

/**
 * Finds the first entry of the catalogue that fits a failed, timed out or lost run; undefined for any other run.
 * Without a fitting entry the id is `unknown`, and the evidence is what the log ends with. Never throws, always gives
 * the same answer to the same evidence. Nothing in the answer holds a password, a token or an escape sequence; evidence
 * lines are verbatim otherwise, of at most 300 characters.
 */
export function diagnose(evidence: Evidence): Diagnosis | undefined {
  if (!badEnds.has(evidence.run.state)) return undefined;
  const facts = gatherFacts(evidence);
  return inWordsFor(evidence.run, firstOf(catalogue, facts) ?? unknown(facts));
}

/**
 * The same from what the cluster says alone, before any log was read; undefined where that does not tell. What it answers
 * is the answer of `diagnose` with the whole evidence too.
 */
export function diagnoseCluster(evidence: Evidence): Diagnosis | undefined {
  if (!badEnds.has(evidence.run.state) || evidence.cluster === undefined) return undefined;
  const diagnosis = firstOf(clusterEntries, gatherFacts(evidence));
  return diagnosis === undefined ? undefined : inWordsFor(evidence.run, diagnosis);
}

function inWordsFor({ foreign }: Run, diagnosis: Diagnosis): Diagnosis {
  return foreign === true ? forForeign(diagnosis) : diagnosis;
}

function firstOf(entries: readonly CatalogueEntry[], facts: Facts): Diagnosis | undefined {
  for (const entry of entries) {
    const diagnosis = tryEntry(entry, facts);
    if (diagnosis !== undefined) return diagnosis;
  }
  return undefined;
}

function tryEntry(entry: CatalogueEntry, facts: Facts): Diagnosis | undefined {
  if (entry.steps !== undefined && !entry.steps.some((step) => step === facts.step)) return undefined;
  if (entry.exitCodes !== undefined && !entry.exitCodes.some((code) => code === facts.exitCode)) return undefined;
  const text = facts.texts[entry.look];
  const match = text === undefined ? null : entry.pattern.exec(text);
  if (text === undefined || match === null) return undefined;
  const details = (entry.details ?? []).flatMap(({ look, pattern }) => {
    const found = pattern.exec(facts.texts[look] ?? '');
    return found === null ? [] : [{ look, text: facts.texts[look] ?? '', match: found }];
  });
  const list =
    entry.list === undefined ? undefined : findList(entry.list.pattern, facts.texts.log ?? '', entry.list.most);
  const values: Values = {
    ...facts.values,
    ...named(details.flatMap(({ match: found }) => Object.entries(found.groups ?? {}))),
    ...named(Object.entries(match.groups ?? {})),
    ...(list === undefined || entry.list === undefined ? {} : { [entry.list.name]: list.words }),
  };
  const cause = firstSentence(entry.causes, values);
  if (cause === undefined) return undefined;
  const lines = [
    ...evidenceOf(entry.look, text, match, facts),
    ...(list?.lines ?? []),
    ...details.flatMap((detail) => evidenceOf(detail.look, detail.text, detail.match, facts)),
  ];
  return answer(
    entry.id,
    cause,
    lines,
    entry.fixes.flatMap((fix) => sentence(fix, values) ?? []),
  );
}

/** A sentence of the catalogue, filled in, in each language. */
interface Sentence {
  readonly english: string;
  readonly chinese: string;
}

function sentence(template: string, values: Values): Sentence | undefined {
  const english = fill(template, values);
  return english === undefined ? undefined : { english, chinese: inChinese(template, values) ?? english };
}

/** A sentence without values. */
function plain(english: string): Sentence {
  return { english, chinese: inChinese(english, {}) ?? english };
}

/** Of the first template that can be filled: the most specific one is written first. */
function firstSentence(templates: readonly string[], values: Values): Sentence | undefined {
  for (const template of templates) {
    const filled = sentence(template, values);
    if (filled !== undefined) return filled;
  }
  return undefined;
}

function answer(id: string, cause: Sentence, lines: readonly string[], fixes: readonly Sentence[]): Diagnosis {
  const evidence = [...new Set(lines.map(cutLine))].filter((line) => line.trim() !== '').slice(0, mostEvidence);
  return {
    id,
    cause: shorten(sentenceCase(cause.english)),
    evidence,
    fixes: fixes.map(({ english }) => shorten(english)),
    translations: {
      'zh-cn': { cause: shorten(cause.chinese), fixes: fixes.map(({ chinese }) => shorten(chinese)) },
    },
  };
}

/** A cause may begin with a place: "cell 7 opens …". */
function sentenceCase(cause: string): string {
  return cause.replace(/^(?:cell|step|the)\b/, (word) => word.charAt(0).toUpperCase() + word.slice(1));
}

function shorten(sentence: string): string {
  return cutTo(sentence, longestSentence);
}

function named(groups: readonly [string, string | undefined][]): Values {
  return Object.fromEntries(groups.flatMap(([name, value]) => (value === undefined ? [] : [[name, value.trim()]])));
}

/** For a cell its own line and the error, for a log the whole lines in which the pattern was found. */
function evidenceOf(look: CatalogueEntry['look'], text: string, match: RegExpExecArray, facts: Facts): string[] {
  if (look === 'state') return [...facts.lastLines];
  if (look === 'error' || look === 'toolError') return [...facts.errorLines];
  const start = text.lastIndexOf('\n', match.index - 1) + 1;
  const after = text.indexOf('\n', match.index + match[0].length);
  return text
    .slice(start, after < 0 ? text.length : after)
    .split('\n')
    .slice(0, mostEvidence);
}

/** The first group of every match: "tests/test_a.py::test_one, tests/test_a.py::test_two and 3 more". */
function findList(pattern: RegExp, log: string, most: number): { words: string; lines: string[] } | undefined {
  const matches = [...log.matchAll(pattern)];
  const names = [...new Set(matches.map(([whole, name]) => cutLine(name ?? whole)))];
  if (names.length === 0) return undefined;
  const more = names.length > most ? ` and ${names.length - most} more` : '';
  return { words: names.slice(0, most).join(', ') + more, lines: matches.slice(0, most).map(([whole]) => whole) };
}

const noStepSaysWhy = 'The run failed, and no step says why';
const readIt = 'Read what the step wrote: slipway logs {run} --step {step}';
export const unknownCauses: readonly string[] = [
  'Step {step} ended with exit code {exitCode}: {why}',
  'Step {step} ended with exit code {exitCode}',
  'Step {step} failed: {why}',
  'Step {step} failed',
  'The run failed: {why}',
  noStepSaysWhy,
];
export const unknownFixes = [readIt] as const;

function unknown(facts: Facts): Diagnosis {
  const values = facts.values;
  const cause = firstSentence(unknownCauses, values) ?? plain(noStepSaysWhy);
  const lines = facts.errorLines.length > 0 ? facts.errorLines : facts.lastLines;
  const fixes = [
    sentence(readIt, values),
    firstSentence(['slipway retry {run} --from {step}', 'slipway retry {run}'], values),
  ];
  return answer(
    'unknown',
    cause,
    lines,
    fixes.filter((fix) => fix !== undefined),
  );
}
