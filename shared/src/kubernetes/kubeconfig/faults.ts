import type * as z from 'zod';
import { SlipwayError } from '../../protocol/index.ts';

/** A kubeconfig that cannot be used. `message` must not quote values: they may be secrets. */
export function invalid(message: string, action: string, cause?: unknown): SlipwayError {
  return new SlipwayError('kubeconfig.invalid', message, { action, cause });
}

/** Where and what the first issue of a schema is; zod's messages name types, never values. */
export function issueWords(error: z.ZodError): string {
  const [issue] = error.issues;
  if (issue === undefined) return 'it has an unknown fault';
  const where = issue.path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('');
  const message = issue.code === 'invalid_type' ? `expected ${issue.expected}` : issue.message;
  return where === '' ? message : `${where.replace(/^\./, '')}: ${message}`;
}

/** An entry that cannot be used. */
export function faulty(owner: string, file: string, why: string): SlipwayError {
  return invalid(`The ${owner} in the kubeconfig ${file} cannot be used: ${why}.`, 'Correct the kubeconfig.');
}
