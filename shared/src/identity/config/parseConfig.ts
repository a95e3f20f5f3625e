import { type Document, parseDocument } from 'yaml';
import type * as z from 'zod';
import {
  configFileSchema,
  configVersion,
  SlipwayError,
  type ContextEntry,
  type TokenStorage,
} from '../../protocol/index.ts';

/** What a person has set. */
export interface Config {
  readonly path: string;
  /** What commands and hosts use that name no context. */
  readonly currentContext: string;
  readonly tokenStorage: TokenStorage;
  /** Beside `local`, which is always there. */
  readonly entries: readonly ContextEntry[];
}

/**
 * The configuration in a file's text. Pure.
 * @param path for messages
 * @throws SlipwayError `context.invalid`, `config.newer`
 */
export function parseConfig(text: string, path: string): Config {
  const content = contentOf(parseYaml(text, path), path);
  if (content === null || content === undefined) return emptyConfig(path);
  checkVersion(content, path);
  const outcome = configFileSchema.safeParse({ version: configVersion, ...asObject(content) });
  if (!outcome.success) throw invalidConfig(path, issueWords(outcome.error));
  const { contexts = [], currentContext = 'local', tokenStorage = 'auto' } = outcome.data;
  const names = contexts.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw invalidConfig(path, `the context ${twice} stands there twice`);
  return { path, currentContext, tokenStorage, entries: contexts };
}

/** This machine alone. */
function emptyConfig(path: string): Config {
  return { path, currentContext: 'local', tokenStorage: 'auto', entries: [] };
}

/** @throws SlipwayError `context.invalid` that names the line */
export function parseYaml(text: string, path: string): Document {
  const document = parseDocument(text);
  const [fault] = document.errors;
  if (fault === undefined) return document;
  throw invalidConfig(path, `line ${fault.linePos?.[0].line ?? 1}: ${fault.message.split('\n')[0] ?? ''}`, fault);
}

/** @throws SlipwayError `context.invalid` for an alias of something that is not there, or for too many of them */
export function contentOf(document: Document, path: string): unknown {
  try {
    const content: unknown = document.toJS({ maxAliasCount: 100 });
    return content;
  } catch (error) {
    throw invalidConfig(path, error instanceof Error ? error.message : 'it cannot be read', error);
  }
}

/** Where and what the first fault is; zod's messages name types and rules, never values. */
export function issueWords(error: z.ZodError): string {
  const [issue] = error.issues;
  const place = issue?.path.map(String).join('.') ?? '';
  return `${place === '' ? '' : `${place}: `}${issue?.message ?? 'unknown reason'}`;
}

export function invalidConfig(path: string, why: string, cause?: unknown): SlipwayError {
  return new SlipwayError('context.invalid', `${path} is not a configuration of Slipway: ${why}.`, {
    action: 'Correct the file; docs/guide/contexts.md shows what stands in it.',
    cause,
  });
}

/** A file of a version to come may mean anything: it is left alone. */
function checkVersion(content: unknown, path: string): void {
  const version = asObject(content).version;
  if (typeof version !== 'number' || version <= configVersion) return;
  throw new SlipwayError(
    'config.newer',
    `${path} is of version ${version}; this Slipway knows version ${configVersion}.`,
    {
      action: 'Update Slipway here too. The file was left as it is.',
    },
  );
}

/** What is no object fails in the schema. */
function asObject(content: unknown): { readonly version?: unknown } {
  return typeof content === 'object' && content !== null && !Array.isArray(content) ? content : { version: null };
}
