import type { CallbackName, CallbackParams, CallbackResult } from '../protocol/index.ts';

/** The folder beside the notebook as a host answers for it. */
export type HostFiles = {
  readonly [Name in CallbackName]: (params: CallbackParams<Name>, signal: AbortSignal) => Promise<CallbackResult<Name>>;
};
