import { SlipwayError } from '../../../protocol/index.ts';

/** The SlipwayError that `action` throws; anything else is thrown on. */
export function errorOf(action: () => unknown): SlipwayError {
  try {
    action();
  } catch (error) {
    if (error instanceof SlipwayError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}
