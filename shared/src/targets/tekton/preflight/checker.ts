import { SlipwayError, type Check } from '../../../protocol/index.ts';

/** What a look found. */
export interface Finding {
  readonly outcome: Check['outcome'];
  readonly detail: string;
  readonly fix?: string;
}

export const passed = (detail: string): Finding => ({ outcome: 'pass', detail });
export const warned = (detail: string, fix?: string): Finding => ({
  outcome: 'warn',
  detail,
  ...(fix !== undefined && { fix }),
});
export const failed = (detail: string, fix?: string): Finding => ({
  outcome: 'fail',
  detail,
  ...(fix !== undefined && { fix }),
});
export const skipped = (detail: string): Finding => ({ outcome: 'skipped', detail });

/** Takes a look and its time. What a look throws is what it found. */
export async function check(name: string, now: () => number, look: () => Promise<Finding>): Promise<Check> {
  const started = now();
  const finding = await look().catch(findingOf);
  return { name, ...finding, durationMs: now() - started };
}

/** An error as a finding; a defect of ours is no finding and goes on. */
export function findingOf(error: unknown): Finding {
  if (!SlipwayError.is(error) || error.code === 'internal' || error.code === 'cancelled') throw error;
  return failed(error.message, error.action);
}

/** Rights that are missing keep a look from seeing; that is no fault of what it looks for. */
export function unseen(what: string, right: string): Finding {
  return warned(
    `${what} cannot be seen: you may not ${right}`,
    'Runs work without; ask for the right to have this checked.',
  );
}
