import type { CallbackName, CallbackParams, CallbackResult } from '@slipway/shared/protocol';

/** The folder beside the notebook as this host answers for it. */
export type HostFiles = {
  readonly [Name in CallbackName]: (params: CallbackParams<Name>, signal: AbortSignal) => Promise<CallbackResult<Name>>;
};
