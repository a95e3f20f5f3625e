import { ErrorCodes, ResponseError } from 'vscode-jsonrpc';
import { type ErrorCode, SlipwayError } from '../protocol/index.ts';

/** What `error.data` of a JSON-RPC error carries. */
export interface WireErrorData {
  readonly code: ErrorCode;
  readonly action?: string;
}

/** JSON-RPC numbers in the range that applications may use, as the language server protocol assigns them. */
export const rpcCodes = { requestCancelled: -32800, requestFailed: -32803 } as const;

const known: Readonly<Record<ErrorCode, true>> = {
  usage: true,
  'notebook.unreadable': true,
  'notebook.unsupported': true,
  'notebook.empty': true,
  'spec.invalid': true,
  'parameter.invalid': true,
  'files.refused': true,
  'path.refused': true,
  'tests.missing': true,
  'kernel.unknown': true,
  'python.unusable': true,
  'context.unknown': true,
  'context.invalid': true,
  'target.unsupported': true,
  'run.notFound': true,
  'run.conflict': true,
  'retry.refused': true,
  'artifact.notFound': true,
  'artifact.unreadable': true,
  'disk.full': true,
  'disk.denied': true,
  'supervisor.failed': true,
  'protocol.version': true,
  'protocol.invalid': true,
  'protocol.unauthorized': true,
  'kubeconfig.invalid': true,
  'credentials.failed': true,
  'cluster.unreachable': true,
  'cluster.untrusted': true,
  'cluster.unauthorized': true,
  'cluster.forbidden': true,
  'cluster.notFound': true,
  'cluster.conflict': true,
  'cluster.refused': true,
  'cluster.quota': true,
  'cluster.busy': true,
  'cluster.gone': true,
  'cluster.protocol': true,
  cancelled: true,
  internal: true,
};

function isErrorCode(value: unknown): value is ErrorCode {
  return typeof value === 'string' && Object.hasOwn(known, value);
}

/** A named failure as a JSON-RPC error; the one place where that is done. The cause stays here. */
export function toResponseError(
  error: SlipwayError,
  rpcCode: number = rpcCodeOf(error.code),
): ResponseError<WireErrorData> {
  const data: WireErrorData =
    error.action === undefined ? { code: error.code } : { code: error.code, action: error.action };
  return new ResponseError(rpcCode, error.message, data);
}

/** What the other side answered as a named failure again. What has no name is `internal`. */
export function fromResponseError(error: unknown): SlipwayError {
  if (SlipwayError.is(error)) return error;
  if (!(error instanceof ResponseError)) {
    return new SlipwayError('internal', 'The connection to the core failed.', { cause: error });
  }
  const data: unknown = error.data;
  if (typeof data !== 'object' || data === null || !('code' in data) || !isErrorCode(data.code)) {
    return new SlipwayError('internal', error.message, { cause: error });
  }
  const action = 'action' in data && typeof data.action === 'string' ? { action: data.action } : {};
  return new SlipwayError(data.code, error.message, { ...action, cause: error });
}

function rpcCodeOf(code: ErrorCode): number {
  switch (code) {
    case 'protocol.invalid':
      return ErrorCodes.InvalidRequest;
    case 'cancelled':
      return rpcCodes.requestCancelled;
    case 'internal':
      return ErrorCodes.InternalError;
    default:
      return rpcCodes.requestFailed;
  }
}
