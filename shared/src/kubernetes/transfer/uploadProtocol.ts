import * as z from 'zod';
import { SlipwayError, type ErrorCode } from '../../protocol/index.ts';

/**
 * How files travel into a container, over the standard input and output of a program there
 * (pipeline/steps/slipway_steps/receive.py):
 *
 * 1. we: a line `{"files": [{"path", "bytes", "sha256", "executable"?: true}]}`
 * 2. it: a line `{"missing": [{"file": INDEX, "offset": N}]}`: what it has not whole, and from where on to send
 * 3. we, for each of these in order: a line `{"file": INDEX, "offset": N, "length": N}` and the bytes
 * 4. it: a line `{"ok": true, "files": COUNT, "bytes": SUM}`, when every file was checked and has its name
 *
 * At any time it may end with `{"ok": false, "error": CODE, "message", "file"?: INDEX}`. Nothing depends on the end of the
 * input, which not every cluster can tell.
 */
export interface AnnouncedFile {
  /** Relative, with forward slashes. */
  readonly path: string;
  readonly bytes: number;
  /** Lower-case hexadecimal. */
  readonly sha256: string;
  readonly executable?: boolean;
}

export interface MissingPart {
  readonly file: number;
  readonly offset: number;
}

export type UploadAnswer =
  | { readonly kind: 'missing'; readonly parts: readonly MissingPart[] }
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly code: ErrorCode; readonly message: string; readonly file: number | undefined };

const answerSchema = z.union([
  z.object({ missing: z.array(z.object({ file: z.int().min(0), offset: z.int().min(0) })) }),
  z.object({ ok: z.literal(true), files: z.int(), bytes: z.int() }),
  z.object({ ok: z.literal(false), error: z.string(), message: z.string(), file: z.int().optional() }),
]);

const knownCodes: readonly ErrorCode[] = ['disk.full', 'disk.denied', 'path.refused', 'files.refused', 'run.conflict'];

export function headerLine(files: readonly AnnouncedFile[]): Uint8Array {
  const list = files.map(({ path, bytes, sha256, executable }) => ({
    path,
    bytes,
    sha256,
    ...(executable === true ? { executable } : {}),
  }));
  return Buffer.from(`${JSON.stringify({ files: list })}\n`);
}

export function partLine({ file, offset }: MissingPart, bytes: number): Uint8Array {
  return Buffer.from(`${JSON.stringify({ file, offset, length: bytes - offset })}\n`);
}

/** Takes a line of the receiver. Undefined for what it would not say: another program, other files, no order. */
export function parseUploadAnswer(value: unknown, files: readonly AnnouncedFile[]): UploadAnswer | undefined {
  const answer = answerSchema.safeParse(value).data;
  if (answer === undefined) return undefined;
  if ('missing' in answer)
    return isPlausible(answer.missing, files) ? { kind: 'missing', parts: answer.missing } : undefined;
  if (!answer.ok) {
    const code = knownCodes.find((known) => known === answer.error) ?? 'cluster.protocol';
    return { kind: 'failed', code, message: answer.message, file: answer.file };
  }
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  return answer.files === files.length && answer.bytes === bytes ? { kind: 'done' } : undefined;
}

function isPlausible(parts: readonly MissingPart[], files: readonly AnnouncedFile[]): boolean {
  return parts.every(({ file, offset }, index) => {
    const size = files[file]?.bytes;
    return size !== undefined && offset <= size && file > (parts[index - 1]?.file ?? -1);
  });
}

/** Words for what the receiver said. */
export function uploadFailure(
  answer: Extract<UploadAnswer, { kind: 'failed' }>,
  files: readonly AnnouncedFile[],
): SlipwayError {
  const path = answer.file === undefined ? undefined : files[answer.file]?.path;
  const what = path === undefined ? 'The files could not be uploaded' : `${path} could not be uploaded`;
  const actions: Partial<Record<ErrorCode, string>> = {
    'disk.full': 'Free space on the volume, use a larger one, or take files off the run.',
    'disk.denied': 'Check that the volume may be written by the user that the pod runs as.',
    'path.refused': 'Rename the file or take it off the run.',
    'files.refused': 'Do not change files while they are uploaded; try again.',
  };
  return new SlipwayError(answer.code, `${what}: ${answer.message.replace(/\.$/, '')}.`, {
    action: actions[answer.code] ?? 'Try again.',
  });
}
