import type { ParameterValue } from '../../protocol/index.ts';

/** A value of a parameter as it is shown: Python's words, strings in quotes. */
export function valueText(value: ParameterValue): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return JSON.stringify(value);
}
