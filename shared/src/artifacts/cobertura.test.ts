import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { coverageReportSchema, SlipwayError } from '../protocol/index.ts';
import { parseCobertura } from './cobertura.ts';

const fixture = readFileSync(join(import.meta.dirname, '__fixtures__', 'coverage.xml'), 'utf8');
const doctype = '<!DOCTYPE coverage SYSTEM "http://cobertura.sourceforge.net/xml/coverage-04.dtd">';
const report = (classes: string, attributes = ''): string =>
  `<?xml version="1.0"?>${doctype}<coverage ${attributes}><packages><package><classes>${classes}</classes></package></packages></coverage>`;

describe('parseCobertura', () => {
  it('reads what coverage.py wrote', () => {
    const coverage = parseCobertura(fixture);
    expect(coverage).toMatchObject({ linesValid: 33, linesCovered: 32 });
    expect(coverage.lineRate).toBeCloseTo(32 / 33);
    expect(coverage.files[0]).toEqual({
      path: 'lib.py',
      lineRate: 0.75,
      lines: [
        [1, 1],
        [2, 1],
        [4, 1],
        [5, 0],
      ],
    });
    expect(coverageReportSchema.safeParse(coverage).success).toBe(true);
  });

  it('puts the classes of a file together and sorts its lines', () => {
    const one =
      '<class filename="A.java"><lines><line number="5" hits="0"/><line number="2" hits="3"/></lines></class>';
    const other = '<class filename="A.java"><lines><line number="5" hits="1"/></lines></class>';
    expect(parseCobertura(report(one + other)).files).toEqual([
      {
        path: 'A.java',
        lineRate: 1,
        lines: [
          [2, 3],
          [5, 1],
        ],
      },
    ]);
  });

  it('counts itself where the totals make no sense', () => {
    const lines =
      '<class filename="a.py"><lines><line number="1" hits="1"/><line number="2" hits="0"/></lines></class>';
    const counted = { linesValid: 2, linesCovered: 1, lineRate: 0.5 };
    expect(parseCobertura(report(lines, 'lines-valid="-1" lines-covered="x"'))).toMatchObject(counted);
    expect(parseCobertura(report(lines, 'lines-valid="1" lines-covered="9"'))).toMatchObject(counted);
    expect(parseCobertura('<coverage/>')).toEqual({ lineRate: 1, linesCovered: 0, linesValid: 0, files: [] });
  });

  it('leaves lines out that are none', () => {
    const lines =
      '<line number="0" hits="1"/><line number="a" hits="1"/><line number="3" hits="-1"/><line hits="2"/><line number="4" hits="2"/>';
    expect(parseCobertura(report(`<class filename="a"><lines>${lines}</lines></class><class/>`)).files).toEqual([
      { path: 'a', lineRate: 1, lines: [[4, 2]] },
    ]);
  });

  it.each(['', '<testsuites/>', fixture.slice(0, 500), '<!DOCTYPE c [<!ENTITY a "b">]><coverage/>'])(
    'refuses %.30j',
    (xml) => {
      expect(() => parseCobertura(xml)).toThrow(expect.objectContaining({ code: 'artifact.unreadable' }));
    },
  );

  it('gives back what was written', () => {
    const lines = fc.uniqueArray(fc.tuple(fc.integer({ min: 1, max: 9999 }), fc.nat()), {
      selector: ([number]) => number,
    });
    const files = fc.uniqueArray(fc.record({ path: fc.stringMatching(/^[a-z中/.]{1,20}$/), lines }), {
      selector: ({ path }) => path,
    });
    fc.assert(
      fc.property(files, (written) => {
        const classes = written.map(
          ({ path, lines: all }) =>
            `<class filename="${path}"><lines>${all.map(([number, hits]) => `<line number="${number}" hits="${hits}"/>`).join('')}</lines></class>`,
        );
        const read = parseCobertura(report(classes.join('')));
        expect(read.files.map(({ path, lines: all }) => ({ path, lines: all }))).toEqual(
          written.map(({ path, lines: all }) => ({ path, lines: all.toSorted(([one], [other]) => one - other) })),
        );
        expect(read.linesValid).toBe(written.reduce((total, file) => total + file.lines.length, 0));
      }),
    );
  });

  it('reads any text or says that it cannot', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.string().map((junk) => report(junk)),
        ),
        (xml) => {
          try {
            expect(coverageReportSchema.safeParse(parseCobertura(xml)).success).toBe(true);
          } catch (error) {
            expect(SlipwayError.is(error, 'artifact.unreadable')).toBe(true);
          }
        },
      ),
    );
  });
});
