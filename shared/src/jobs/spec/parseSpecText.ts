import { isMap, isPair, isScalar, LineCounter, parseDocument, visit } from 'yaml';
import type { Document, Node, Pair } from 'yaml';
import { jobSpecSchema } from '../../protocol/index.ts';
import type { JobSpec } from '../../protocol/index.ts';
import { oneLine } from '../words.ts';
import { specFaults } from './specFaults.ts';
import { formatPath, schemaFaults } from './specProblems.ts';
import type { SpecFault } from './specProblems.ts';

/** Something wrong in the text of a spec. `line` is 1-based, `path` is like `files.include[0]`, empty for the whole. */
export interface SpecProblem {
  readonly message: string;
  readonly path: string;
  readonly line?: number;
}

export interface SpecReading {
  /** Only where there is no problem. */
  readonly spec?: JobSpec;
  readonly problems: SpecProblem[];
}

const maxLength = 1_000_000;
const maxAliases = 100;

/** Reads a `slipway.yaml` (YAML 1.2, hence JSON too). Never throws: what is wrong comes back as problems. */
export function parseSpecText(text: string): SpecReading {
  if (text.length > maxLength) return onlyProblem('The text is longer than 1 MB: this is not a job spec.');
  try {
    return readSpec(text);
  } catch (error) {
    // What the YAML library refuses by an exception: values nested too deeply for its stack, too many aliases.
    if (error instanceof RangeError) return onlyProblem('The text is nested too deeply.');
    if (error instanceof ReferenceError)
      return onlyProblem(`The text uses aliases in a way that is refused: ${error.message}.`);
    throw error;
  }
}

function onlyProblem(message: string): SpecReading {
  return { problems: [{ message, path: '', line: 1 }] };
}

function readSpec(text: string): SpecReading {
  const lines = new LineCounter();
  const document = parseDocument(text, { version: '1.2', lineCounter: lines, prettyErrors: false, stringKeys: true });
  const syntax = [...document.errors, ...document.warnings].map((error): SpecProblem => {
    return { message: sentence(oneLine(error.message, 300)), path: '', line: lines.linePos(error.pos[0]).line };
  });
  if (syntax.length > 0) return { problems: syntax };
  if (document.contents === null) return onlyProblem('The spec is empty: add "notebook: NAME.ipynb" or "command: …".');

  const value: unknown = document.toJS({ maxAliasCount: maxAliases });
  const checked = jobSpecSchema.safeParse(value);
  const refused = refusedNodes(document, lines);
  if (checked.success && refused.length === 0) {
    const faults = specFaults(checked.data);
    if (faults.length === 0) return { spec: checked.data, problems: [] };
    return { problems: faults.map((fault) => problemOf(fault, lineOf(document, fault, lines))) };
  }
  const faults = checked.success ? [] : schemaFaults(checked.error.issues);
  const problems = [...refused, ...faults.map((fault) => problemOf(fault, lineOf(document, fault, lines)))];
  return { problems: problems.sort((a, b) => (a.line ?? 0) - (b.line ?? 0)) };
}

function problemOf(fault: SpecFault, line: number | undefined): SpecProblem {
  return { message: fault.message, path: formatPath(fault.path), ...(line !== undefined && { line }) };
}

/** What YAML allows and would be changed silently on the way: integers beyond 2^53, keys that no object can have. */
function refusedNodes(document: Document.Parsed, lines: LineCounter): SpecProblem[] {
  const found: SpecProblem[] = [];
  visit(document, {
    Scalar(key, node) {
      const line = startLine(node, lines);
      const place = line === undefined ? {} : { line };
      if (key === 'key' && node.value === '__proto__') {
        found.push({ path: '', message: '"__proto__" cannot be used as a name.', ...place });
      }
      if (typeof node.value === 'number' && Number.isInteger(node.value) && !Number.isSafeInteger(node.value)) {
        const message = `${oneLine(node.source ?? '', 60)} is too large to be passed on exactly: put it in quotes.`;
        if (!/[.eE]/.test(node.source ?? '')) found.push({ path: '', message, ...place });
      }
    },
  });
  return found;
}

function startLine(node: Node, lines: LineCounter): number | undefined {
  return node.range ? lines.linePos(node.range[0]).line : undefined;
}

/** The line of the field at fault; for what is missing or unknown below a field, that field's. */
function lineOf(document: Document.Parsed, { path }: SpecFault, lines: LineCounter): number | undefined {
  for (let length = path.length; length > 0; length -= 1) {
    const parent: unknown = length === 1 ? document.contents : document.getIn(path.slice(0, length - 1), true);
    const key = path[length - 1];
    const pair = isMap(parent) ? parent.items.find((item) => keyText(item) === String(key)) : undefined;
    if (pair !== undefined && isScalar(pair.key)) return startLine(pair.key, lines);
    const node: unknown = document.getIn(path.slice(0, length), true);
    if (isScalar(node) || isMap(node)) return startLine(node, lines);
  }
  return 1;
}

function keyText(pair: Pair): string | undefined {
  return isPair(pair) && isScalar(pair.key) ? String(pair.key.value) : undefined;
}

function sentence(message: string): string {
  const text = message.replace(/[\s.:]+$/, '');
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
