import * as z from 'zod';
import { SlipwayError } from '../../protocol/index.ts';

/** What is kept of a sign-in, all processes alike. Access and id tokens never are. */
export const signInRecordSchema = z.object({
  version: z.literal(1),
  issuer: z.string(),
  clientId: z.string(),
  state: z.enum(['signedIn', 'expired']),
  /** Why it is expired, in words. */
  reason: z.string().optional(),
  /** Of the last id token: who it is, for showing. */
  claims: z.record(z.string(), z.unknown()),
  storage: z.enum(['keyring', 'file', 'memory']),
  /** Where `storage` is `file`. */
  refreshToken: z.string().optional(),
});
export type SignInRecord = z.infer<typeof signInRecordSchema>;

/**
 * The record in a file's text. Pure.
 * @throws SlipwayError `vault.refused`, without any part of the text
 */
export function parseRecord(text: string, path: string): SignInRecord {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    throw unreadable(path);
  }
  const outcome = signInRecordSchema.safeParse(content);
  if (outcome.success) return outcome.data;
  if (typeof content === 'object' && content !== null && 'version' in content && Number(content.version) > 1) {
    throw new SlipwayError('vault.refused', `${path} was written by a newer version of Slipway.`, {
      action: 'Update Slipway, or sign in again.',
    });
  }
  throw unreadable(path);
}

function unreadable(path: string): SlipwayError {
  return new SlipwayError('vault.refused', `The sign-in in ${path} cannot be read.`, { action: 'Sign in again.' });
}
