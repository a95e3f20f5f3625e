import { SlipwayError } from '../../protocol/index.ts';
import type { ParameterDeclaration, ParameterValue } from '../../protocol/index.ts';
import { quoted } from '../paths.ts';
import { nearNames } from '../words.ts';
import { fits, parseParameterValue, wrongValueError } from './parameterText.ts';

/** Values by name. Without a prototype, so that no name can mean something else. */
export type ParameterValues = Readonly<Record<string, ParameterValue>>;

const maxListedNames = 12;

/**
 * Checks values against what the notebook declares. Texts are read as the declared type ("30" for an int); whole numbers
 * fit floats; null fits where the default is None.
 * @param declared undefined when the notebook has no `parameters` cell, empty when it has one that declares nothing
 * readable (another language); then values are passed on unchecked, with a warning.
 * @throws SlipwayError `parameter.invalid` for an unknown parameter or a value of another type
 */
export function checkParameters(
  declared: readonly ParameterDeclaration[] | undefined,
  given: ParameterValues,
): { values: Record<string, ParameterValue>; warnings: string[] } {
  const known = new Map((declared ?? []).map((declaration) => [declaration.name, declaration]));
  const entries = Object.entries(given).map(([name, value]): [string, ParameterValue] => {
    const declaration = known.get(name);
    if (declaration !== undefined) return [name, checkValue(declaration, value)];
    if (known.size > 0) throw unknownParameterError(name, [...known.keys()]);
    if (!/^[\p{L}_][\p{L}\p{M}\p{N}_]*$/u.test(name)) throw badNameError(name);
    return [name, value];
  });
  return { values: Object.fromEntries(entries), warnings: entries.length > 0 ? warningsOf(declared) : [] };
}

function warningsOf(declared: readonly ParameterDeclaration[] | undefined): string[] {
  if (declared === undefined) return ['No cell is tagged "parameters": values are injected before the first cell.'];
  return declared.length > 0 ? [] : ['The cell tagged "parameters" could not be read: values are passed on unchecked.'];
}

function checkValue(declaration: ParameterDeclaration, value: ParameterValue): ParameterValue {
  if (value === null && (declaration.defaultValue === null || declaration.defaultValue === undefined)) return null;
  if (fits(value, declaration.type)) return value;
  if (typeof value === 'string') return parseParameterValue(value, declaration);
  const given = quoted(JSON.stringify(value)).slice(1, -1).replaceAll('\\"', '"');
  const textWanted = declaration.type === 'str' && (typeof value === 'number' || typeof value === 'boolean');
  throw wrongValueError(declaration, given, textWanted ? 'put it in quotes to pass it as text' : undefined);
}

function unknownParameterError(name: string, known: readonly string[]): SlipwayError {
  const near = nearNames(name, known);
  const listed = known.slice(0, maxListedNames).join(', ');
  const more = known.length > maxListedNames ? ` and ${known.length - maxListedNames} more` : '';
  return new SlipwayError('parameter.invalid', `The notebook has no parameter ${quoted(name)}.`, {
    action: `${near.length > 0 ? `Did you mean ${near.join(' or ')}? ` : ''}Its parameters are: ${listed}${more}.`,
  });
}

function badNameError(name: string): SlipwayError {
  return new SlipwayError('parameter.invalid', `${quoted(name)} cannot be the name of a parameter.`, {
    action: 'Use letters, digits and underscores, not starting with a digit.',
  });
}
