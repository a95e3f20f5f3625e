import { ErrorCodes, ResponseError } from 'vscode-jsonrpc';
import { type ErrorCode, isErrorCode, SlipwayError } from '../protocol/index.ts';

/** What `error.data` of a JSON-RPC error carries. */
export interface WireErrorData {
  readonly code: ErrorCode;
  readonly action?: string;
}

/** JSON-RPC numbers in the range that applications may use, as the language server protocol assigns them. */
export const rpcCodes = { requestCancelled: -32800, requestFailed: -32803 } as const;

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
