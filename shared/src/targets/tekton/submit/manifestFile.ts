import { LineCounter, parseAllDocuments, type Document } from 'yaml';
import * as z from 'zod';
import { SlipwayError } from '../../../protocol/index.ts';

const manifestSchema = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({
    name: z.string().min(1).optional(),
    generateName: z.string().min(1).optional(),
    namespace: z.string().optional(),
  }),
  spec: z.looseObject({}),
});

/** A hand-written PipelineRun, as it stands in the file. */
export type Manifest = z.output<typeof manifestSchema>;

/** No manifest that Kubernetes would store is longer. */
const maxLength = 1_500_000;

/**
 * Reads a manifest, YAML or JSON, with exactly one PipelineRun in it.
 * @param namespace the space that it is for
 * @throws SlipwayError `spec.invalid`, with the line
 */
export function parseManifest(text: string, namespace: string): Manifest {
  if (text.length > maxLength)
    throw invalid('The manifest is larger than a cluster can store.', 'Make it smaller than 1 MB.');
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, { lineCounter: lines, prettyErrors: false }) as Document[];
  for (const { errors } of documents) {
    const [error] = errors;
    if (error === undefined) continue;
    const { line, col } = lines.linePos(error.pos[0]);
    throw invalid(`Line ${line}, column ${col} of the manifest: ${sentence(error.message)}`, 'Correct the YAML there.');
  }
  const values = documents.map(valueOf).filter((value) => value !== null && value !== undefined);
  if (values.length !== 1) {
    const found = values.length === 0 ? 'holds nothing' : `holds ${values.length} objects`;
    throw invalid(`The manifest ${found}; it has to hold one PipelineRun.`, 'Create other objects with kubectl first.');
  }
  return checked(values[0], namespace);
}

function valueOf(document: Document): unknown {
  try {
    // Few aliases are enough for people; many are how a small file becomes a large one.
    return document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    throw invalid(`The manifest cannot be read: ${sentence(said)}`, 'Write it without aliases.');
  }
}

function checked(value: unknown, namespace: string): Manifest {
  const result = manifestSchema.safeParse(value);
  if (!result.success) {
    const [issue] = result.error.issues;
    const where = issue === undefined || issue.path.length === 0 ? 'the manifest' : issue.path.map(String).join('.');
    throw invalid(`The manifest is no PipelineRun: ${where}: ${issue?.message ?? 'invalid'}.`, 'Correct that field.');
  }
  const manifest = result.data;
  const { apiVersion, kind, metadata } = manifest;
  if (kind !== 'PipelineRun' || apiVersion !== 'tekton.dev/v1') {
    throw invalid(
      `The manifest holds a ${kind} of ${apiVersion}; only a PipelineRun of tekton.dev/v1 can be submitted.`,
      'Use kubectl for other objects.',
    );
  }
  if ((metadata.name === undefined) === (metadata.generateName === undefined)) {
    throw invalid('The manifest needs either metadata.name or metadata.generateName.', 'Give it one of the two.');
  }
  if (metadata.namespace !== undefined && metadata.namespace !== namespace) {
    throw invalid(
      `The manifest is for the space ${metadata.namespace}, and this context is for ${namespace}.`,
      'Remove metadata.namespace, or use the context of that space.',
    );
  }
  return manifest;
}

function sentence(text: string): string {
  const line = text.split('\n')[0] ?? '';
  return /[.!?]$/.test(line) ? line : `${line}.`;
}

function invalid(message: string, action: string): SlipwayError {
  return new SlipwayError('spec.invalid', message, { action });
}
