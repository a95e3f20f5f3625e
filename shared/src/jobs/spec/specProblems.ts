import type { z } from 'zod';
import type { ErrorCode } from '../../protocol/index.ts';
import { quoted } from '../paths.ts';
import { nearNames } from '../words.ts';
import { specJsonSchema } from './specSchema.ts';

type SpecIssue = z.core.$ZodIssue;
type SpecPath = readonly PropertyKey[];

/** What is wrong with a spec, before it is known on which line. */
export interface SpecFault {
  readonly path: SpecPath;
  readonly message: string;
  /** Where the fault is an error of its own kind. */
  readonly code?: ErrorCode;
  readonly action?: string | undefined;
}

/** What a value must look like, for the fields where the schema's own words would not help. */
const expectations: readonly (readonly [path: RegExp, text: string])[] = [
  [/^name$/, 'must be a DNS label: lower-case letters, digits and dashes, at most 50 of them'],
  [/^timeouts\.\w+$/, 'must be a time limit: seconds above zero, or text such as 90m or 1h30m'],
  [/^env\.[^.]+$/, 'must be text; put numbers and true or false in quotes'],
  [/^parameters\..+$/, 'must be a value that JSON can hold: no infinite or undefined numbers'],
  [/^tests$/, 'must be a folder, false, or a mapping with path, marker or always'],
  [/^command$/, 'must be a shell line, or a list of arguments that are texts'],
  [/sha256$/, 'must be 64 hexadecimal digits in lower case'],
];

/** The faults of a parsed spec that its schema finds, in words. */
export function schemaFaults(issues: readonly SpecIssue[]): SpecFault[] {
  return issues.flatMap((issue) => faultsOf(issue, issue.path));
}

function faultsOf(issue: SpecIssue, path: SpecPath): SpecFault[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path: [...path, key], message: unknownKey(key, path) }));
  }
  if (issue.code === 'invalid_union') {
    // The branch that fits the value's kind says best what is wrong inside it.
    const inside = issue.errors.find((branch) =>
      branch.some(({ code, path: at }) => at.length > 0 || code === 'unrecognized_keys'),
    );
    if (inside !== undefined) return inside.flatMap((nested) => faultsOf(nested, [...path, ...nested.path]));
  }
  if (issue.code === 'invalid_key') {
    return [
      {
        path,
        message: `${quoted(String(path.at(-1)))} is not a name that an environment variable or parameter can have.`,
      },
    ];
  }
  const subject = path.length === 0 ? 'The spec' : formatPath(path);
  return [{ path, message: `${subject} ${expectation(issue, path)}.` }];
}

function expectation(issue: SpecIssue, path: SpecPath): string {
  const written = formatPath(path);
  const known = expectations.find(([pattern]) => pattern.test(written))?.[1];
  if (known !== undefined) return known;
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${kindInWords(issue.expected)}`;
    case 'invalid_value':
      return `must be ${issue.values.map((value) => JSON.stringify(String(value))).join(' or ')}`;
    case 'too_small':
      return issue.origin === 'number' || issue.origin === 'int' ? 'is too small' : 'must not be empty';
    case 'too_big':
      return issue.origin === 'string' ? `is longer than ${issue.maximum} characters` : 'is too large';
    default:
      return 'has a value that does not belong there';
  }
}

function kindInWords(expected: string): string {
  const words: Readonly<Record<string, string>> = {
    string: 'text',
    object: 'a mapping',
    record: 'a mapping',
    array: 'a list',
    number: 'a number',
    int: 'a whole number',
    boolean: 'true or false',
  };
  return words[expected] ?? expected;
}

function unknownKey(key: string, path: SpecPath): string {
  const known = keysAt(path);
  const near = nearNames(key, known);
  const where = path.length === 0 ? '' : ` in ${formatPath(path)}`;
  const hint = near.length > 0 ? ` Did you mean ${near.join(' or ')}?` : ` The fields are: ${known.join(', ')}.`;
  return `${quoted(key)} is not a field${where} of a job spec.${hint}`;
}

type Json = z.core.util.JSONType;

/** The keys that a mapping of the spec knows, from its JSON Schema. */
function keysAt(path: SpecPath): string[] {
  let schemas: Json[] = [specJsonSchema()];
  for (const key of path) {
    schemas = schemas.flatMap((schema) => {
      const next =
        typeof key === 'number' ? member(schema, 'items') : member(member(schema, 'properties'), String(key));
      const choices = member(next, 'anyOf');
      return Array.isArray(choices) ? choices : next === undefined ? [] : [next];
    });
  }
  return schemas.flatMap((schema) => Object.keys(member(schema, 'properties') ?? {}));
}

function member(value: Json | undefined, key: string): Json | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return Object.hasOwn(value, key) ? value[key] : undefined;
}

/** `files.include[0]`; the empty string for the whole spec. */
export function formatPath(path: SpecPath): string {
  return path
    .map((part, index) => (typeof part === 'number' ? `[${part}]` : `${index === 0 ? '' : '.'}${String(part)}`))
    .join('');
}
