import type { TestReport } from '../protocol/index.ts';
import { plainText, wellFormed } from './plainText.ts';
import { parseXml, unreadableXml, type XmlElement } from './xml.ts';

type TestCase = TestReport['cases'][number];

/** Characters kept of one test's message and of its traceback; longer ones are cut. */
const longestMessage = 4_096;
const longestDetail = 65_536;

/**
 * Reads JUnit XML as pytest writes it (both its families) and as others do: one suite or several, nested ones, a test
 * that failed and then failed to tear down as two cases. The counts are those of the cases; xfail counts as skipped.
 * @throws SlipwayError `artifact.unreadable`
 */
export function parseJUnit(xml: string): TestReport {
  const root = parseXml(xml, 'The test report');
  if (root.name !== 'testsuites' && root.name !== 'testsuite')
    throw unreadableXml('The test report', `its root is <${root.name.slice(0, 80)}>, not <testsuites>`);
  const outer = root.name === 'testsuite' ? [root] : root.children.filter(({ name }) => name === 'testsuite');
  const cases = casesOf(outer);
  const count = (outcome: TestCase['outcome']): number => cases.filter((test) => test.outcome === outcome).length;
  return {
    passed: count('passed'),
    failed: count('failed'),
    errors: count('error'),
    skipped: count('skipped'),
    durationMs: outer.reduce((total, suite) => total + milliseconds(suite.attribute('time')), 0),
    cases,
  };
}

function casesOf(suites: readonly XmlElement[]): TestCase[] {
  const cases: TestCase[] = [];
  const waiting = suites.toReversed();
  for (let suite = waiting.pop(); suite !== undefined; suite = waiting.pop()) {
    const fromPytest = suite.attribute('name') === 'pytest';
    const { children } = suite;
    for (const child of children) if (child.name === 'testcase') cases.push(readCase(child, fromPytest));
    waiting.push(...children.filter(({ name }) => name === 'testsuite').toReversed());
  }
  return cases;
}

const outcomes: ReadonlyMap<string, TestCase['outcome']> = new Map([
  ['failure', 'failed'],
  ['error', 'error'],
  ['skipped', 'skipped'],
]);

function readCase(test: XmlElement, fromPytest: boolean): TestCase {
  const verdicts = test.children.filter(({ name }) => outcomes.has(name));
  const verdict = [...outcomes.keys()]
    .map((name) => verdicts.find((candidate) => candidate.name === name))
    .find((candidate) => candidate !== undefined);
  const outcome = outcomes.get(verdict?.name ?? '') ?? 'passed';
  const message = readable(verdict?.attribute('message') ?? '', longestMessage).trim();
  const detail = readable(verdict?.text ?? '', longestDetail).replace(/^\s*\n|\s+$/g, '');
  const suite = readable(test.attribute('classname') ?? '', longestMessage);
  return {
    suite,
    name: readable(test.attribute('name') ?? '', longestMessage),
    outcome,
    durationMs: milliseconds(test.attribute('time')),
    ...(message === '' ? {} : { message }),
    ...(detail === '' ? {} : { detail }),
    ...(placeInAttributes(test, fromPytest) ??
      (outcome === 'failed' || outcome === 'error' ? placeInTraceback(detail, suite) : {})),
  };
}

/** Without colours, be they as they are or as pytest writes what XML cannot hold: `#x1B[31m`. */
function readable(text: string, longest: number): string {
  const cut = text.length > longest ? `${text.slice(0, longest)}…` : text;
  return wellFormed(plainText(cut)).replace(/#x1B\[[0-9;]*[A-Za-z]/g, '');
}

/** Seconds as text, some with a thousands separator, to milliseconds; 0 for what is no duration. */
function milliseconds(seconds: string | undefined): number {
  const value = Number((seconds ?? '').replaceAll(',', ''));
  return Number.isFinite(value) && value > 0 ? Math.min(value * 1000, Number.MAX_SAFE_INTEGER) : 0;
}

interface Place {
  readonly file?: string;
  readonly line?: number;
}

function placeInAttributes(test: XmlElement, fromPytest: boolean): Place | undefined {
  const file = test.attribute('file');
  if (file === undefined || file === '') return undefined;
  // pytest's xunit1 family counts lines from 0.
  const line = Number(test.attribute('line') ?? Number.NaN) + (fromPytest ? 1 : 0);
  return { file, ...(Number.isSafeInteger(line) && line >= 1 ? { line } : {}) };
}

/** The last frame in the test's own file, else the last frame: `tests/test_a.py:12: AssertionError`. */
function placeInTraceback(detail: string, suite: string): Place {
  const frames = [...detail.matchAll(/^([^\s:<>][^:\n]{0,1000}):([1-9]\d{0,8}): /gm)].map(([, file = '', line]) => ({
    file,
    line: Number(line),
  }));
  const path = suite.replaceAll('.', '/');
  const own = frames.findLast(({ file }) => {
    const module = file.replaceAll('\\', '/').replace(/\.py$/, '');
    return path === module || path.startsWith(`${module}/`);
  });
  return own ?? frames.at(-1) ?? {};
}
