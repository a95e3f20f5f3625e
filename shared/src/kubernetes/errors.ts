import { type ErrorCode, SlipwayError } from '../protocol/index.ts';
import type { ClusterIdentity, ResourcePath } from './api.ts';
import { typeName } from './paths.ts';
import { ApiFailure, TransportFailure } from './transport/failures.ts';
import { answerWords } from './wording/answerWords.ts';
import { rightsWords } from './wording/forbiddenWords.ts';
import { transportWords } from './wording/transportWords.ts';

/** What was asked of a cluster, in Kubernetes' names. */
export interface Attempt {
  readonly cluster: ClusterIdentity;
  /** `get`, `list`, `watch`, `create`, `update`, `patch`, `delete`. */
  readonly verb: string;
  /** Undefined for a path outside the resources, such as `/version`. */
  readonly path?: ResourcePath | undefined;
  /** The path where there is no resource. */
  readonly url?: string | undefined;
}

/** What a person is told. */
export interface Words {
  readonly code: ErrorCode;
  readonly message: string;
  readonly action: string;
}

/**
 * Makes any failure of a request the SlipwayError that people see: it names cluster, user, verb and object and what to do,
 * and keeps the ApiFailure or TransportFailure as its cause.
 */
export function explainFailure(error: unknown, attempt: Attempt, signal: AbortSignal, now: number): SlipwayError {
  if (error instanceof SlipwayError) return error;
  if (signal.aborted) return new SlipwayError('cancelled', 'The operation was cancelled.', { cause: signal.reason });
  if (error instanceof ApiFailure) return toError(answerWords(error, attempt, now), error);
  if (error instanceof TransportFailure) return toError(transportWords(error, attempt), error);
  return new SlipwayError('internal', `${attemptWords(attempt)} failed: ${messageOf(error)}`, { cause: error });
}

/** For an attempt that would be refused: what a person is told then. @param user whom the server knows */
export function lackedRight(attempt: Attempt, user: string): SlipwayError {
  const { code, message, action } = rightsWords(user, attempt);
  return new SlipwayError(code, message, { action });
}

/** An answer that a schema or JSON refused. */
export function notUnderstood(what: string, attempt: Attempt, cause?: unknown): SlipwayError {
  const message = `The server ${attempt.cluster.server} gave an answer to ${attemptWords(attempt)} that was not understood: ${what}.`;
  return new SlipwayError('cluster.protocol', message, {
    action: 'Check that the context points at a Kubernetes API server, and that no proxy answers in its place.',
    cause,
  });
}

/** `create pipelineruns.tekton.dev "x" in ds-team`. */
export function attemptWords({ verb, path, url }: Attempt): string {
  if (path === undefined) return `${verb} ${url ?? ''}`.trim();
  const name = path.name === undefined ? '' : ` ${JSON.stringify(path.name)}`;
  const space = path.type.namespaced && path.namespace !== undefined ? ` in ${path.namespace}` : '';
  return `${verb} ${typeName(path.type, path.subresource)}${name}${space}`;
}

/** The API server's answer behind an error; undefined when there was none. */
export function apiFailureOf(error: unknown): ApiFailure | undefined {
  if (error instanceof ApiFailure) return error;
  return error instanceof Error && error.cause !== undefined ? apiFailureOf(error.cause) : undefined;
}

/** What went wrong on the way to the API server, behind an error; undefined when it answered. */
export function transportFailureOf(error: unknown): TransportFailure | undefined {
  if (error instanceof TransportFailure) return error;
  return error instanceof Error && error.cause !== undefined ? transportFailureOf(error.cause) : undefined;
}

/** The object, its type or its namespace is not there. */
export const isNotFound = (error: unknown): boolean => apiFailureOf(error)?.status === 404;

/** There is such an object already, or it was changed meanwhile. */
export const isConflict = (error: unknown): boolean => apiFailureOf(error)?.status === 409;

/** There is such an object already. */
export const isAlreadyExists = (error: unknown): boolean => apiFailureOf(error)?.reason === 'AlreadyExists';

/** The user may not do this; also what quota and admission refuse with 403. */
export const isForbidden = (error: unknown): boolean => apiFailureOf(error)?.status === 403;

/** Who asks was not accepted. */
export const isUnauthorized = (error: unknown): boolean => apiFailureOf(error)?.status === 401;

/** The resource version or the list's `continue` is too old: list anew. */
export const isGone = (error: unknown): boolean => apiFailureOf(error)?.status === 410;

function toError(words: Words, cause: Error): SlipwayError {
  return new SlipwayError(words.code, words.message, { action: words.action, cause });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
