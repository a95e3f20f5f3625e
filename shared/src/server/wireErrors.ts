import { ErrorCodes, ResponseError } from 'vscode-jsonrpc';
import { clusterRequestOf, type ClusterRequest, type ErrorCode, isErrorCode, SlipwayError } from '../protocol/index.ts';

/** What `error.data` of a JSON-RPC error carries. */
export interface WireErrorData {
  readonly code: ErrorCode;
  readonly action?: string;
  readonly request?: ClusterRequest;
}

/** JSON-RPC numbers in the range that applications may use, as the language server protocol assigns them. */
export const rpcCodes = { requestCancelled: -32800, requestFailed: -32803 } as const;

/** A named failure as a JSON-RPC error; the one place where that is done. The cause stays here. */
export function toResponseError(
  error: SlipwayError,
  rpcCode: number = rpcCodeOf(error.code),
): ResponseError<WireErrorData> {
  const { code, action, request } = error;
  const data: WireErrorData = {
    code,
    ...(action === undefined ? {} : { action }),
    ...(request === undefined ? {} : { request }),
  };
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
  const request = clusterRequestOf('request' in data ? data.request : undefined);
  return new SlipwayError(data.code, error.message, {
    ...action,
    ...(request === undefined ? {} : { request }),
    cause: error,
  });
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
