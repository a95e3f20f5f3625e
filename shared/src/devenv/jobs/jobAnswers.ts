import * as z from 'zod';
import { devEnvJobSchema, SlipwayError } from '../../protocol/index.ts';

const amount = z.int().nonnegative();

/** A job as the image tells of it; whoever can write to the workspace may have made it up. */
const jobSchema = devEnvJobSchema.extend({
  id: z.string().max(64),
  command: z.array(z.string()).max(10_000),
  title: z.string().max(1_000),
  cwd: z.string().max(4_096),
  startedAt: amount,
  endedAt: amount.optional(),
  logBytes: amount,
});

const refusalSchema = z.object({ error: z.object({ code: z.string(), message: z.string() }) });

export const oneJobSchema = z.object({ job: jobSchema });
export const jobListSchema = z.object({ jobs: z.array(jobSchema).max(1_000) });
export const jobPieceSchema = z.object({ job: jobSchema, offset: amount, data: z.base64() });

/**
 * What `/opt/slipway/devenv/job` answered.
 * @throws SlipwayError `devenv.jobNotFound`, `usage` for a command that cannot be started, `devenv.failed` for anything else
 */
export function readAnswer<S extends z.ZodType>(schema: S, devEnv: string, answer: Answer): z.output<S> {
  const said = parseJson(answer.stdout);
  const refusal = refusalSchema.safeParse(said).data?.error;
  if (refusal !== undefined) throw refused(devEnv, refusal);
  const parsed = schema.safeParse(said);
  if (parsed.success) return parsed.data;
  throw new SlipwayError('devenv.failed', `${devEnv} gave an answer about its jobs that cannot be read.`, {
    action: 'Look whether its image is a present one, and restart it.',
    cause: new Error(`exit code ${answer.exitCode}: ${answer.stderr.slice(0, 2_000)}`),
  });
}

export interface Answer {
  readonly exitCode: number;
  readonly stdout: Uint8Array;
  readonly stderr: string;
}

function refused(devEnv: string, { code, message }: { readonly code: string; readonly message: string }): SlipwayError {
  const sentence = message.replaceAll(/\s+/g, ' ').slice(0, 1_000);
  if (code === 'notFound') {
    return new SlipwayError('devenv.jobNotFound', `There is no such job in ${devEnv}.`, {
      action: `List its jobs: slipway devenv jobs ${devEnv}.`,
      cause: new Error(sentence),
    });
  }
  if (code === 'invalid') {
    return new SlipwayError('usage', `${devEnv} cannot start this: ${sentence}`, {
      action: 'Give a command and a folder that exist there.',
    });
  }
  return new SlipwayError('devenv.failed', `${devEnv} cannot do this with a job: ${sentence}`, {
    action: 'Look whether its workspace is full or cannot be written.',
  });
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    return undefined;
  }
}
