import { CancellationTokenSource, type MessageConnection } from 'vscode-jsonrpc';
import type { z } from 'zod';
import { SlipwayError } from '../protocol/index.ts';
import { fromResponseError } from './wireErrors.ts';

/**
 * Asks the other side and waits for its answer. An abort tells it so and ends the wait at once, whether or not it
 * listens.
 * @throws SlipwayError as the other side answered, `cancelled` after an abort, `protocol.invalid` for a malformed answer
 */
export async function call<Result>(
  connection: MessageConnection,
  method: string,
  params: object,
  result: z.ZodType<Result>,
  signal: AbortSignal,
): Promise<Result> {
  if (signal.aborted) throw cancelled(method);
  const source = new CancellationTokenSource();
  const answer = await new Promise<unknown>((resolve, reject) => {
    const onAbort = (): void => {
      reject(cancelled(method));
      source.cancel();
    };
    signal.addEventListener('abort', onAbort, { once: true });
    sent(connection, method, params, source)
      .then(resolve, (error: unknown) => reject(fromResponseError(error)))
      .finally(() => {
        signal.removeEventListener('abort', onAbort);
      });
  }).finally(() => source.dispose());
  return checked(result, answer, `The answer to ${method}`);
}

/**
 * A value that a schema accepts.
 * @throws SlipwayError `protocol.invalid` that names the place and the rule, never the value: it may be a secret
 */
export function checked<Value>(schema: z.ZodType<Value>, value: unknown, what: string): Value {
  const outcome = schema.safeParse(value);
  if (outcome.success) return outcome.data;
  const issue = outcome.error.issues[0];
  const place = issue === undefined || issue.path.length === 0 ? '' : ` at ${issue.path.map(String).join('.')}`;
  // A job spec that a person wrote is their input; everything else is a defect of the other side.
  const code = issue?.path[0] === 'spec' || issue?.path[0] === 'changes' ? 'spec.invalid' : 'protocol.invalid';
  throw new SlipwayError(code, `${what} is not valid${place}: ${issue?.message ?? 'unknown reason'}.`);
}

/** The named failure for work that its caller called off. */
export function cancelled(what: string): SlipwayError {
  return new SlipwayError('cancelled', `${what} was cancelled.`);
}

/** Sending throws at once on a closed connection; here that is a rejection like any other. */
async function sent(
  connection: MessageConnection,
  method: string,
  params: object,
  source: CancellationTokenSource,
): Promise<unknown> {
  return connection.sendRequest<unknown>(method, params, source.token);
}
