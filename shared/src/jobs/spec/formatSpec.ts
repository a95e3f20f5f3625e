import { stringify } from 'yaml';
import type { JobSpec } from '../../protocol/index.ts';
import { oneLine } from '../words.ts';
import { specFields } from './specSchema.ts';

/**
 * The text of a `slipway.yaml`, fields in the schema's order. Texts that YAML 1.1 readers would take for something else
 * (`yes`, `12:30`) are quoted.
 * @param schemaPath path or URL of the JSON Schema; when given, editors are pointed to it by a comment
 */
export function formatSpec(spec: JobSpec, schemaPath?: string): string {
  const given = Object.entries(spec).filter(([, value]) => value !== undefined);
  given.sort(([a], [b]) => specFields.indexOf(a) - specFields.indexOf(b));
  const hint = schemaPath === undefined ? '' : `# yaml-language-server: $schema=${oneLine(schemaPath, 4096)}\n`;
  const text = stringify(Object.fromEntries(given), {
    version: '1.2',
    compat: 'yaml-1.1',
    lineWidth: 0,
    aliasDuplicateObjects: false,
  });
  return hint + text;
}
