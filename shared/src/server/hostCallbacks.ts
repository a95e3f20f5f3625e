import type { MessageConnection } from 'vscode-jsonrpc';
import { callbacks } from '../protocol/index.ts';
import { call } from './calls.ts';
import type { HostFiles } from './session.ts';

/** The `files/*` callbacks of the host at the other end of a connection. */
export function hostFilesOver(connection: MessageConnection): HostFiles {
  return {
    'files/list': (params, signal) => call(connection, 'files/list', params, callbacks['files/list'].result, signal),
    'files/stat': (params, signal) => call(connection, 'files/stat', params, callbacks['files/stat'].result, signal),
    'files/read': (params, signal) => call(connection, 'files/read', params, callbacks['files/read'].result, signal),
  };
}
