import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SlipwayError, testReportSchema } from '../protocol/index.ts';
import { parseJUnit } from './junit.ts';

const fixture = (name: string): string => readFileSync(join(import.meta.dirname, '__fixtures__', name), 'utf8');

describe('parseJUnit on what pytest wrote', () => {
  const report = parseJUnit(fixture('pytest.xml'));
  const named = (name: string) => report.cases.filter((test) => test.name === name);

  it('counts the cases and adds up the time', () => {
    expect(report).toMatchObject({ passed: 6, failed: 4, errors: 3, skipped: 2 });
    expect(report.durationMs).toBeGreaterThan(0);
    expect(testReportSchema.safeParse(report).success).toBe(true);
  });

  it('keeps parametrised names as they are', () => {
    expect(report.cases.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['test_param[a/b]', 'test_param[x::y]', 'test_param[<&>]', 'test_param[]']),
    );
  });

  it('tells message, detail and place of a failure, without colours', () => {
    const [failed] = named('test_fail');
    expect(failed).toMatchObject({ suite: 'tests.test_all', outcome: 'failed', file: 'tests/test_all.py', line: 10 });
    expect(failed?.message).toMatch(/^AssertionError: sum <&> "quoted" red\nassert 2 == 3/);
    expect(failed?.detail).toContain("        x = {'a': 1}\n>       assert lib.add(1, 1) == 3");
  });

  it('tells skipped, xfail, strict xpass, setup and teardown errors apart', () => {
    expect(named('test_skip')).toMatchObject([{ outcome: 'skipped', message: 'not today' }]);
    expect(named('test_xfail')).toMatchObject([{ outcome: 'skipped', message: 'known' }]);
    expect(named('test_xpass')).toMatchObject([{ outcome: 'failed' }]);
    expect(named('test_setup')).toMatchObject([{ outcome: 'error', line: 26 }]);
    expect(named('test_both')).toMatchObject([{ outcome: 'failed' }, { outcome: 'error' }]);
    expect(named('test_output')).toMatchObject([{ outcome: 'passed', suite: 'tests.test_all.TestGroup' }]);
  });

  it('reads the xunit1 family, whose lines begin at 0', () => {
    const [first] = parseJUnit(fixture('pytestXunit1.xml')).cases;
    expect(first).toMatchObject({ name: 'test_pass', file: 'tests/test_all.py', line: 5 });
  });

  it('reads an error in collection', () => {
    expect(parseJUnit(fixture('pytestCollectionError.xml'))).toMatchObject({
      errors: 1,
      cases: [{ outcome: 'error', message: 'collection failure', file: 'tests/test_a.py', line: 1 }],
    });
  });
});

describe('parseJUnit on what others write', () => {
  it('takes a single suite, nested suites, none, and a suite without tests', () => {
    expect(parseJUnit('<testsuite name="a"><testcase name="x"/></testsuite>').passed).toBe(1);
    const nested =
      '<testsuites><testsuite><testcase name="1"/><testsuite><testcase name="2"/></testsuite></testsuite></testsuites>';
    expect(parseJUnit(nested).cases.map(({ name }) => name)).toEqual(['1', '2']);
    expect(parseJUnit('<testsuites/>').cases).toEqual([]);
    expect(parseJUnit('<testsuites><testsuite tests="0"/></testsuites>')).toMatchObject({ passed: 0, durationMs: 0 });
  });

  it('reads CDATA, entities, thousands in times, and places as given', () => {
    const report = parseJUnit(
      `<testsuites><testsuite time="1,234.5"><testcase name="a&#x41;&#66;&lt;&amp;lt;" file="t.js" line="7" time="nan">` +
        `<failure message="m"><![CDATA[a &lt; <b>]]> &gt;</failure></testcase></testsuite></testsuites>`,
    );
    expect(report.durationMs).toBe(1_234_500);
    expect(report.cases[0]).toMatchObject({
      name: 'aAB<&lt;',
      detail: 'a &lt; <b> >',
      file: 't.js',
      line: 7,
      durationMs: 0,
    });
  });

  it('reads a report with very many cases', () => {
    const one = '<testcase classname="t" name="n"><failure message="a &amp; b">&lt;x&gt;</failure></testcase>';
    expect(parseJUnit(`<testsuites><testsuite>${one.repeat(50_000)}</testsuite></testsuites>`).failed).toBe(50_000);
  });

  it('cuts a message that would fill the screen for hours', () => {
    const [test] = parseJUnit(
      `<testsuite><testcase name="x"><failure message="m">${'y'.repeat(1_000_000)}</failure></testcase></testsuite>`,
    ).cases;
    expect(test?.detail?.length).toBe(65_537);
  });
});

describe('parseJUnit on hostile text', () => {
  const bomb = Array.from({ length: 20 }, (_, at) => `<!ENTITY e${at + 1} "&e${at};&e${at};&e${at};">`).join('');
  it.each([
    ['nothing', ''],
    ['no XML', 'hello'],
    ['another document', '<html><body/></html>'],
    ['a document cut off', fixture('pytest.xml').slice(0, 900)],
    ['two roots', '<testsuites/><testsuites/>'],
    ['tags that do not pair', '<testsuites><testsuite></testsuites></testsuite>'],
    ['an entity bomb', `<!DOCTYPE x [<!ENTITY e0 "lol">${bomb}]><testsuites><testsuite name="&e20;"/></testsuites>`],
    [
      'an external entity',
      '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/hostname">]><testsuites><testsuite name="&f;"/></testsuites>',
    ],
    ['a parameter entity', '<!DOCTYPE x [<!ENTITY % f SYSTEM "file:///etc/hostname"> %f;]><testsuites/>'],
    ['entities in the middle', '<testsuites><!DOCTYPE x [<!ENTITY a "b">]><testsuite name="&a;"/></testsuites>'],
    ['endless depth', `<testsuites>${'<testsuite>'.repeat(50_000)}${'</testsuite>'.repeat(50_000)}</testsuites>`],
    ['quotes that never close', '<testsuites a="'.repeat(100_000)],
    ['comments that never close', `<testsuites>${'<!--'.repeat(100_000)}`],
    ['the name of a prototype', '<testsuites><testsuite><testcase name="a" __proto__="x"/></testsuite></testsuites>'],
  ])('refuses %s', (_what, xml) => {
    expect(() => parseJUnit(xml)).toThrow(expect.objectContaining({ code: 'artifact.unreadable' }));
  });

  it('leaves entities that it does not know as they are, and asks nobody for a DTD', () => {
    const xml =
      '<!DOCTYPE testsuites SYSTEM "http://127.0.0.1:9/x.dtd"><testsuite><testcase name="&nope;&#0;&#xD800;"/></testsuite>';
    expect(parseJUnit(xml).cases[0]?.name).toBe('&nope;&#0;&#xD800;');
  });

  it('reads any text or says that it cannot', () => {
    const pieces = fc.array(
      fc.oneof(
        fc.constantFrom(
          '<testsuites>',
          '</testsuites>',
          '<testsuite name="pytest">',
          '</testsuite>',
          '<testcase name="',
          '"/>',
        ),
        fc.constantFrom(
          '<failure message="m">',
          '</failure>',
          '<![CDATA[',
          ']]>',
          '<!--',
          '-->',
          '<?xml?>',
          '&lt;',
          '&',
          '"',
          '<!DOCTYPE',
        ),
        fc.string({ unit: 'grapheme' }),
      ),
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          pieces.map((parts) => parts.join('')),
        ),
        (xml) => {
          try {
            expect(testReportSchema.safeParse(parseJUnit(xml)).success).toBe(true);
          } catch (error) {
            expect(SlipwayError.is(error, 'artifact.unreadable')).toBe(true);
          }
        },
      ),
    );
  });

  it('gives back what was written, whatever the names and messages', () => {
    const outcome = fc.constantFrom('passed', 'failed', 'error', 'skipped');
    const text = fc.string({ unit: 'grapheme' }).map((value) => value.replace(/[\p{Cc}\p{Cs}\s]/gu, ' ').trim());
    const test = fc.record({ suite: text, name: text, outcome, message: text, ms: fc.nat(100_000) });
    fc.assert(
      fc.property(fc.array(test, { maxLength: 20 }), (tests) => {
        const report = parseJUnit(
          `<testsuites><testsuite name="x">${tests.map(write).join('')}</testsuite></testsuites>`,
        );
        expect(report.cases.map(({ suite, name, outcome: got }) => [suite, name, got])).toEqual(
          tests.map((wanted) => [wanted.suite, wanted.name, wanted.outcome]),
        );
        for (const [at, wanted] of tests.entries()) {
          expect(report.cases[at]?.message ?? '').toBe(wanted.outcome === 'passed' ? '' : wanted.message);
          expect(report.cases[at]?.durationMs).toBeCloseTo(wanted.ms, 6);
        }
      }),
    );
  });
});

const elements = { failed: 'failure', error: 'error', skipped: 'skipped' } as const;

function write(test: {
  suite: string;
  name: string;
  outcome: keyof typeof elements | 'passed';
  message: string;
  ms: number;
}): string {
  const head = `<testcase classname="${escape(test.suite)}" name="${escape(test.name)}" time="${test.ms / 1000}"`;
  if (test.outcome === 'passed') return `${head}/>`;
  const element = elements[test.outcome];
  return `${head}><${element} message="${escape(test.message)}">${escape(test.message)}</${element}></testcase>`;
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
