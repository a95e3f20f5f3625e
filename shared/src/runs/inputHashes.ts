import { createHash } from 'node:crypto';
import * as z from 'zod';
import type { RunFile } from '../pipeline/index.ts';
import type { ParameterValue } from '../protocol/index.ts';

/** A staged file and the sha256 (hex) of its content. */
export interface HashedFile {
  readonly path: string;
  readonly sha256: string;
}

export interface HashedInputs {
  /** The notebook's JSON as staged. */
  readonly notebookText: string | undefined;
  readonly kernel: string | undefined;
  readonly language: string | undefined;
  readonly argv: readonly string[] | undefined;
  readonly parameters: Readonly<Record<string, ParameterValue>>;
  readonly env: Readonly<Record<string, string>>;
  readonly companions: readonly HashedFile[];
  readonly requirements: HashedFile | undefined;
  readonly tests:
    { readonly path: string; readonly marker: string | undefined; readonly files: readonly HashedFile[] } | undefined;
}

/** The hashes of `run.json` by which a retry knows whether a step's inputs are what they were. */
export function hashInputs(inputs: HashedInputs): RunFile['inputHashes'] {
  const { requirements, tests } = inputs;
  return {
    notebook: hashOf([
      inputs.notebookText === undefined ? null : essence(inputs.notebookText),
      inputs.kernel ?? null,
      inputs.language ?? null,
      inputs.argv ?? null,
      canonical(inputs.parameters),
      canonical(inputs.env),
      fileList(inputs.companions),
    ]),
    requirements: requirements === undefined ? '' : hashOf([requirements.path, requirements.sha256]),
    tests: tests === undefined ? '' : hashOf([tests.path, tests.marker ?? null, fileList(tests.files)]),
  };
}

const cellSchema = z.object({
  cell_type: z.string(),
  id: z.string().optional(),
  source: z.union([z.string(), z.array(z.string()).transform((lines) => lines.join(''))]),
  attachments: z.json().optional(),
  metadata: z.object({ tags: z.array(z.string()).optional() }).optional(),
});
const notebookSchema = z.object({ cells: z.array(cellSchema) });

/**
 * What of a notebook the steps can see: editors that write the same cells with other spacing, line splitting or window
 * state leave it unchanged.
 */
function essence(text: string): unknown {
  const parsed = notebookSchema.safeParse(JSON.parse(text));
  return parsed.success ? canonical(parsed.data) : text;
}

function fileList(files: readonly HashedFile[]): unknown {
  return files.map(({ path, sha256 }) => [path, sha256]).sort(([one = ''], [other = '']) => (one < other ? -1 : 1));
}

/** The same value with the keys of every object in one order. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return entries.map(([key, inner]) => [key, canonical(inner)]);
}

function hashOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}
