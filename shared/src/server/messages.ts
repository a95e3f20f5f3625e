import { ErrorCodes, type Message, ResponseError } from 'vscode-jsonrpc';
import { SlipwayError } from '../protocol/index.ts';
import type { WireErrorData } from './wireErrors.ts';

/**
 * Reads one frame as a JSON-RPC 2.0 message. Batches are refused: nobody sends them and order would be lost.
 * @throws SlipwayError `protocol.invalid` for what is no message
 * @throws ResponseError for an error that answers no request: the other side says why it closes
 */
export function parseMessage(text: string): Message {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new SlipwayError('protocol.invalid', 'A message is not JSON.', { cause });
  }
  if (!isRecord(value) || value.jsonrpc !== '2.0') throw invalid('jsonrpc is not "2.0"');
  if (value.method === undefined) checkResponse(value);
  else checkCall(value);
  return { ...value, jsonrpc: '2.0' };
}

/** The frame that tells a peer why its connection is closed; it answers no request. */
export function farewell(error: ResponseError<WireErrorData>): Message & { id: null; error: object } {
  return { jsonrpc: '2.0', id: null, error: error.toJson() };
}

function checkCall(value: Readonly<Record<string, unknown>>): void {
  if (typeof value.method !== 'string') throw invalid('method is not a text');
  if (value.id !== undefined && !isId(value.id)) throw invalid('id is neither a text nor a number');
  const params = value.params;
  if (params !== undefined && (typeof params !== 'object' || params === null)) throw invalid('params is not an object');
  if (value.method !== '$/cancelRequest') return;
  if (!isRecord(params) || !isId(params.id)) throw invalid('$/cancelRequest names no request');
}

function checkResponse(value: Readonly<Record<string, unknown>>): void {
  const { id, error } = value;
  if (error === undefined) {
    if (!isId(id) || value.result === undefined) throw invalid('it is no request and answers none');
    return;
  }
  if (!isRecord(error) || typeof error.message !== 'string') throw invalid('its error has no message');
  const code = typeof error.code === 'number' ? error.code : ErrorCodes.UnknownErrorCode;
  if (id === null || id === undefined) throw new ResponseError(code, error.message, error.data);
  if (!isId(id)) throw invalid('id is neither a text nor a number');
}

function isId(value: unknown): value is string | number {
  return typeof value === 'string' || typeof value === 'number';
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function invalid(why: string): SlipwayError {
  return new SlipwayError('protocol.invalid', `A message is not JSON-RPC 2.0: ${why}.`);
}
