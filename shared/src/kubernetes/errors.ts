import { type ClusterRequest, type ErrorCode, SlipwayError } from '../protocol/index.ts';
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
 * Makes any failure of a request the SlipwayError that people see. Its message says what happened and why, its action what to do,
 * its request names cluster, user, verb and object; the ApiFailure or TransportFailure is kept as its cause.
 */
export function explainFailure(error: unknown, attempt: Attempt, signal: AbortSignal, now: number): SlipwayError {
  if (error instanceof SlipwayError) return namingRequest(error, attempt);
  if (signal.aborted) return new SlipwayError('cancelled', 'The operation was cancelled.', { cause: signal.reason });
  if (error instanceof ApiFailure) return toError(answerWords(error, attempt, now), attempt, error);
  if (error instanceof TransportFailure) return toError(transportWords(error, attempt), attempt, error);
  const request = requestOf(attempt);
  return new SlipwayError('internal', `${attemptWords(attempt)} failed: ${messageOf(error)}`, {
    action: 'Try again; if it stays so, please report it.',
    request,
    cause: error,
  });
}

/** Whoever has to sign in first has asked the cluster for nothing. */
const beforeRequests = /^(?:cancelled$|signIn\.|issuer\.|vault\.)/;

/** The same failure with the request that it came from; one that names its own stays, and so does one of no request. */
export function namingRequest(error: SlipwayError, attempt: Attempt): SlipwayError {
  if (error.request !== undefined || beforeRequests.test(error.code)) return error;
  const { code, message, action } = error;
  return new SlipwayError(code, message, {
    ...(action === undefined ? {} : { action }),
    request: requestOf(attempt),
    cause: error,
  });
}

/** For an attempt that would be refused: what a person is told then. @param user whom the server knows */
export function lackedRight(attempt: Attempt, user: string): SlipwayError {
  const { code, message, action } = rightsWords(user, attempt);
  return new SlipwayError(code, message, { action, request: { ...requestOf(attempt), user } });
}

/** An answer that a schema or JSON refused. */
export function notUnderstood(what: string, attempt: Attempt, cause?: unknown): SlipwayError {
  const message = `The server ${attempt.cluster.server} gave an answer to ${attemptWords(attempt)} that was not understood: ${what}.`;
  return new SlipwayError('cluster.protocol', message, {
    action: 'Check that the context points at a Kubernetes API server, and that no proxy answers in its place.',
    request: requestOf(attempt),
    cause,
  });
}

/** What was asked, as errors carry it. */
export function requestOf(attempt: Attempt): ClusterRequest {
  const { context, server, user } = attempt.cluster;
  return { context, server, user, verb: attempt.verb, object: objectWords(attempt) };
}

/** `create pipelineruns.tekton.dev "x" in ds-team`. */
export function attemptWords(attempt: Attempt): string {
  return `${attempt.verb} ${objectWords(attempt)}`.trim();
}

function objectWords({ path, url }: Attempt): string {
  if (path === undefined) return url ?? '';
  const name = path.name === undefined ? '' : ` ${JSON.stringify(path.name)}`;
  const space = path.type.namespaced && path.namespace !== undefined ? ` in ${path.namespace}` : '';
  return `${typeName(path.type, path.subresource)}${name}${space}`;
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

function toError({ code, message, action }: Words, attempt: Attempt, cause: Error): SlipwayError {
  return new SlipwayError(code, message, { action, request: requestOf(attempt), cause });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
