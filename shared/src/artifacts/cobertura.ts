import type { CoverageReport } from '../protocol/index.ts';
import { parseXml, unreadableXml, type XmlElement } from './xml.ts';

type Hits = Map<number, number>;

/**
 * Reads a Cobertura coverage report as coverage.py and others write it. Classes of one file are put together; a line
 * counts as covered when any of them hit it. Totals are the report's own where they make sense, else counted.
 * @throws SlipwayError `artifact.unreadable`
 */
export function parseCobertura(xml: string): CoverageReport {
  const root = parseXml(xml, 'The coverage report');
  if (root.name !== 'coverage')
    throw unreadableXml('The coverage report', `its root is <${root.name.slice(0, 80)}>, not <coverage>`);
  const byPath = hitsByPath(root);
  const files = [...byPath].map(([path, hits]) => readFile(path, hits));
  const counted = {
    valid: files.reduce((total, file) => total + file.lines.length, 0),
    covered: files.reduce((total, file) => total + file.lines.filter(([, hits]) => hits > 0).length, 0),
  };
  const { valid, covered } = ownTotals(root) ?? counted;
  return { lineRate: rate(covered, valid), linesCovered: covered, linesValid: valid, files };
}

function hitsByPath(root: XmlElement): Map<string, Hits> {
  const byPath = new Map<string, Hits>();
  const groups = named(root, 'packages').flatMap((packages) => named(packages, 'package'));
  for (const group of groups.flatMap((element) => named(element, 'classes')).flatMap((all) => named(all, 'class'))) {
    const path = group.attribute('filename') ?? '';
    if (path === '') continue;
    const hits = byPath.get(path) ?? new Map<number, number>();
    byPath.set(path, hits);
    for (const line of named(group, 'lines').flatMap((lines) => named(lines, 'line'))) {
      const number = wholeNumber(line.attribute('number'));
      const count = wholeNumber(line.attribute('hits'));
      if (number === undefined || number === 0 || count === undefined) continue;
      hits.set(number, Math.max(hits.get(number) ?? 0, count));
    }
  }
  return byPath;
}

function named(element: XmlElement, name: string): XmlElement[] {
  return element.children.filter((child) => child.name === name);
}

function readFile(path: string, hits: Hits): CoverageReport['files'][number] {
  const lines = [...hits].sort(([one], [other]) => one - other);
  return { path, lineRate: rate(lines.filter(([, count]) => count > 0).length, lines.length), lines };
}

function ownTotals(root: XmlElement): { valid: number; covered: number } | undefined {
  const valid = wholeNumber(root.attribute('lines-valid'));
  const covered = wholeNumber(root.attribute('lines-covered'));
  return valid === undefined || covered === undefined || covered > valid ? undefined : { valid, covered };
}

/** Nothing to cover is covered, as coverage.py has it. */
function rate(covered: number, valid: number): number {
  return valid === 0 ? 1 : covered / valid;
}

function wholeNumber(text: string | undefined): number | undefined {
  if (text === undefined || !/^\d{1,15}$/.test(text)) return undefined;
  return Number(text);
}
