import { SlipwayError, type RequestHandlers } from '../../protocol/index.ts';
import type { DevEnvSession } from './devEnvHandlers.ts';

export type TransferHandlers = Pick<RequestHandlers, 'transfer/upload' | 'transfer/download'>;

/** Files to and from DevEnvs. */
export function transferHandlers(_session: DevEnvSession): TransferHandlers {
  const missing = (): Promise<never> => Promise.reject(new SlipwayError('internal', 'This is not there yet.'));
  return {
    'transfer/upload': missing,
    'transfer/download': missing,
  };
}
