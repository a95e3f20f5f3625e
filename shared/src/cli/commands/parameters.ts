import { readFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { parseParameterArgument, parseParameterValue } from '../../jobs/index.ts';
import {
  parameterValueSchema,
  SlipwayError,
  type ParameterDeclaration,
  type ParameterValue,
} from '../../protocol/index.ts';
import { oneLine } from '../terminal/sanitize.ts';

export type ParameterValues = Record<string, ParameterValue>;

/** Values as typed after `-p`, not yet read as the types that the notebook declares. Later ones win. */
export type ParameterTexts = ReadonlyMap<string, string>;

/** @throws SlipwayError `usage` for what is not name=value */
export function readParameterArguments(given: readonly string[]): ParameterTexts {
  return new Map(given.map((text) => parseParameterArgument(text)).map(({ name, raw }) => [name, raw]));
}

/** The texts as values of the declared types; where nothing is declared, as YAML scalars. */
export function typeParameters(texts: ParameterTexts, declared: readonly ParameterDeclaration[]): ParameterValues {
  const values = [...texts].map(([name, raw]): [string, ParameterValue] => {
    const declaration = declared.find((candidate) => candidate.name === name);
    return [name, parseParameterValue(raw, declaration)];
  });
  return Object.fromEntries(values);
}

/** Reads a YAML or JSON file of parameters: a mapping of names to values. @throws SlipwayError `parameter.invalid`, `usage` */
export async function readParameterFile(cwd: string, file: string): Promise<ParameterValues> {
  const name = oneLine(basename(file));
  const text = await readFile(resolve(cwd, file), 'utf8').catch((error: unknown) => {
    throw new SlipwayError('usage', `The parameter file ${name} cannot be read: ${reasonOf(error)}.`, { cause: error });
  });
  const { parse } = await import('yaml');
  const values = parameterValueSchema.safeParse(parseFile(name, text, parse));
  const isMapping = typeof values.data === 'object' && values.data !== null && !Array.isArray(values.data);
  if (!isMapping) {
    throw new SlipwayError('parameter.invalid', `The parameter file ${name} is not a mapping of names to values.`, {
      action: 'Write one "name: value" a line.',
    });
  }
  return { ...Object.fromEntries(Object.entries(values.data ?? {})) };
}

function parseFile(name: string, text: string, parse: (text: string) => unknown): unknown {
  try {
    return parse(text);
  } catch (error) {
    throw new SlipwayError(
      'parameter.invalid',
      `The parameter file ${name} is not valid YAML: ${oneLine(reasonOf(error))}.`,
      {
        cause: error,
      },
    );
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown reason';
}
