import { inspect } from 'node:util';
import { SlipwayError } from '../protocol/index.ts';

/** Writes one entry of the core's log. */
export type Log = (entry: string) => void;

/** Shorter values are words like `1` or `true`: blotting them out would hide the log, not a secret. */
const shortestSecret = 4;

/**
 * What may go over the wire for a failure. A named one goes as it is; anything else is a defect of ours, so the client
 * gets a general sentence and the log the details, without the values in `secrets`.
 */
export function nameFailure(error: unknown, method: string, log: Log, secrets: readonly string[]): SlipwayError {
  if (SlipwayError.is(error)) {
    if (error.code === 'internal') log(`${method}: ${withoutSecrets(inspect(error), secrets)}`);
    return error;
  }
  log(`${method}: ${withoutSecrets(inspect(error), secrets)}`);
  return new SlipwayError('internal', `The core failed to answer ${method}.`, {
    action: "The core's log has the details; please report it.",
    cause: error,
  });
}

/** The values of environment variables in a request: they often hold tokens. */
export function secretValues(params: unknown): readonly string[] {
  if (typeof params !== 'object' || params === null) return [];
  const found: string[] = [];
  const fields: [string, unknown][] = Object.entries(params);
  for (const [key, value] of fields) {
    if (key === 'env' && typeof value === 'object' && value !== null) {
      const values: unknown[] = Object.values(value);
      found.push(...values.filter((text) => typeof text === 'string'));
    } else if (key === 'spec' || key === 'changes') {
      found.push(...secretValues(value));
    }
  }
  return found;
}

function withoutSecrets(text: string, secrets: readonly string[]): string {
  return secrets
    .filter((secret) => secret.length >= shortestSecret)
    .reduce((clean, secret) => clean.replaceAll(secret, '[hidden]'), text);
}
