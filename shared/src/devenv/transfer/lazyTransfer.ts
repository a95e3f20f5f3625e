import type { TransferOutcome } from '../../protocol/index.ts';
import type { DevEnvTransfer } from './index.ts';

/** `transferFiles`, with SSH loaded when it is first called. */
export async function transferFiles(transfer: DevEnvTransfer, signal: AbortSignal): Promise<TransferOutcome> {
  const module = await import('./index.ts');
  return module.transferFiles(transfer, signal);
}
