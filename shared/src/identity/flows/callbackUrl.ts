import { SlipwayError } from '../../protocol/index.ts';

/** Longer addresses are none that a provider sends a browser to, in characters. */
const longest = 32 * 1024;

/**
 * The parameters of an address that a browser was sent to after a sign-in, as a host received it or a person pasted it.
 * @throws SlipwayError `signIn.failed` where they are not the answer to any sign-in
 */
export function parseCallback(text: string): { readonly state: string; readonly parameters: URLSearchParams } {
  const trimmed = text.length > longest ? '' : text.replaceAll(/[\s<>"']+/g, '');
  const query = /^[a-z][a-z0-9+.-]*:/i.test(trimmed) ? URL.parse(trimmed)?.search : queryOf(trimmed);
  const parameters = new URLSearchParams(query ?? '');
  const state = only(parameters, 'state');
  if (state !== undefined && (only(parameters, 'code') ?? only(parameters, 'error')) !== undefined) {
    return { state, parameters };
  }
  throw new SlipwayError('signIn.failed', 'This is not the address that a sign-in ends at: it has no code and state.', {
    action: 'Copy the whole address from the browser after signing in; it contains "code=" and "state=".',
  });
}

/** `?code=…&state=…`, with or without what stands before it. */
function queryOf(text: string): string {
  return text.slice(text.indexOf('?') + 1);
}

/** A parameter that is there once. */
function only(parameters: URLSearchParams, name: string): string | undefined {
  const values = parameters.getAll(name);
  return values.length === 1 && values[0] !== '' ? values[0] : undefined;
}
