import { clusterRequestOf, isErrorCode, SlipwayError } from '../protocol/index.ts';

export type RpcId = string | number;

/** A message that came in, by what it is. */
export type Incoming =
  | { readonly kind: 'result'; readonly id: RpcId; readonly result: unknown }
  /** Without an id it answers nothing: the other side says why it closes. */
  | { readonly kind: 'error'; readonly id: RpcId | undefined; readonly error: SlipwayError }
  | { readonly kind: 'request'; readonly id: RpcId; readonly method: string; readonly params: unknown }
  | { readonly kind: 'notification'; readonly method: string; readonly params: unknown };

/** JSON-RPC numbers, as the language server protocol assigns them. */
export const rpcCodes = {
  methodNotFound: -32601,
  internalError: -32603,
  requestCancelled: -32800,
  requestFailed: -32803,
} as const;

/** Reads a text as a JSON-RPC 2.0 message. @throws SlipwayError `protocol.invalid` for what is none */
export function readMessage(text: string): Incoming {
  const message = recordOf(parsed(text));
  if (message?.jsonrpc !== '2.0') throw invalid('it is not JSON-RPC 2.0');
  const { id, method, params, error, result } = message;
  if (typeof method === 'string') {
    if (id === undefined) return { kind: 'notification', method, params };
    return { kind: 'request', id: idOf(id), method, params };
  }
  if (error === undefined) return { kind: 'result', id: idOf(id), result };
  return { kind: 'error', id: id === null || id === undefined ? undefined : idOf(id), error: named(error) };
}

/** A failure as an error of JSON-RPC. Its cause stays here. */
export function errorBody(error: SlipwayError): object {
  const { code, action, message } = error;
  const rpcCode =
    code === 'internal'
      ? rpcCodes.internalError
      : code === 'cancelled'
        ? rpcCodes.requestCancelled
        : rpcCodes.requestFailed;
  return { code: rpcCode, message, data: action === undefined ? { code } : { code, action } };
}

/** What the other side answered as a named failure again. What has no name is `internal`. */
function named(error: unknown): SlipwayError {
  const fields = recordOf(error);
  if (typeof fields?.message !== 'string') throw invalid('its error has no message');
  const data = recordOf(fields.data);
  const code = isErrorCode(data?.code) ? data.code : 'internal';
  const request = clusterRequestOf(data?.request);
  return new SlipwayError(code, fields.message, {
    ...(typeof data?.action === 'string' ? { action: data.action } : {}),
    ...(request === undefined ? {} : { request }),
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new SlipwayError('protocol.invalid', 'A message is not JSON.', { cause });
  }
}

function idOf(value: unknown): RpcId {
  if (typeof value === 'string' || typeof value === 'number') return value;
  throw invalid('its id is neither a text nor a number');
}

export function recordOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
}

function invalid(why: string): SlipwayError {
  return new SlipwayError('protocol.invalid', `A message of the core cannot be read: ${why}.`);
}
