import type * as z from 'zod';
import { isNotFound, runCommand, type Clock, type KubernetesApi } from '../../kubernetes/index.ts';
import { SlipwayError, type DevEnvJob } from '../../protocol/index.ts';
import { devEnvContainer } from '../names/index.ts';
import { jobEnd } from './jobEnd.ts';
import { jobListSchema, jobPieceSchema, oneJobSchema, readAnswer } from './jobAnswers.ts';

const program = '/opt/slipway/devenv/job';
/** A piece of 1 MiB as base64, and the job's own facts. */
const maxAnswerBytes = 8 * 1_048_576;

export interface JobWish {
  readonly command: readonly string[];
  readonly cwd?: string | undefined;
  readonly title?: string | undefined;
}

export interface JobPiece {
  /** Base64. */
  readonly data: string;
  /** Where to read on. */
  readonly offset: number;
  readonly job: DevEnvJob;
}

/**
 * The jobs of one DevEnv that runs, asked of the program in its image. All throw SlipwayErrors: `devenv.stopped` where it does not
 * run, `devenv.jobNotFound`, `devenv.failed`, and of the API.
 */
export class DevEnvJobs {
  readonly #api: KubernetesApi;
  readonly name: string;

  readonly #clock: Clock;

  constructor(api: KubernetesApi, name: string, clock: Clock) {
    this.#api = api;
    this.name = name;
    this.#clock = clock;
  }

  /** The newest first. */
  async list(signal: AbortSignal): Promise<DevEnvJob[]> {
    return (await this.#ask(jobListSchema, ['list'], undefined, signal)).jobs;
  }

  /** Starts a command. It goes on whatever becomes of this machine. */
  async start(wish: JobWish, signal: AbortSignal): Promise<DevEnvJob> {
    // By the input: arguments of an exec are written to the API server's audit log.
    return (await this.#ask(oneJobSchema, ['start', '--stdin'], oneLine(wish), signal)).job;
  }

  /** Ends one, at the latest after ten seconds; one that has ended stays as it is. */
  async stop(id: string, signal: AbortSignal): Promise<DevEnvJob> {
    return (await this.#ask(oneJobSchema, ['stop', checkedId(id, this.name)], undefined, signal)).job;
  }

  /** A piece of what one has said; where nothing is there yet, after waiting for it. */
  read(
    id: string,
    { offset, maxBytes, waitMs }: { readonly offset: number; readonly maxBytes: number; readonly waitMs: number },
    signal: AbortSignal,
  ): Promise<JobPiece> {
    const numbers = ['--offset', String(offset), '--max', String(maxBytes), '--wait', String(waitMs / 1_000)];
    return this.#ask(jobPieceSchema, ['read', checkedId(id, this.name), ...numbers], undefined, signal);
  }

  /** Waits until one has ended, or the time is over. The program there ends when this side leaves. */
  async wait(id: string, waitMs: number, signal: AbortSignal): Promise<DevEnvJob> {
    const args = ['wait', checkedId(id, this.name), '--attended', '--wait', String(waitMs / 1_000)];
    return (await this.#ask(oneJobSchema, args, 'open', signal)).job;
  }

  /** What becomes of one, however long it takes (`jobEnd`). */
  end(job: DevEnvJob, signal: AbortSignal): Promise<DevEnvJob | undefined> {
    return jobEnd(this, job, this.#clock, signal);
  }

  async #ask<S extends z.ZodType>(
    schema: S,
    args: readonly string[],
    stdin: AsyncIterable<Uint8Array> | 'open' | undefined,
    signal: AbortSignal,
  ): Promise<z.output<S>> {
    const request = {
      namespace: this.#api.cluster.namespace,
      pod: this.name,
      container: devEnvContainer,
      command: [program, ...args],
      stdin,
      maxStdoutBytes: maxAnswerBytes,
    };
    const answer = await runCommand(this.#api, request, signal).catch((error: unknown) => {
      throw this.#failure(error);
    });
    return readAnswer(schema, this.name, answer);
  }

  #failure(error: unknown): unknown {
    const isStopped = isNotFound(error) || (SlipwayError.is(error) && error.code === 'run.conflict');
    if (!isStopped) return error;
    return new SlipwayError('devenv.stopped', `${this.name} is stopped, and no job runs in it.`, {
      action: `Start it: slipway devenv start ${this.name}.`,
      cause: error,
    });
  }
}

/** As the image gives them; nothing else becomes an argument there. */
function checkedId(id: string, devEnv: string): string {
  if (/^\d{8}-\d{6}-[0-9a-f]{6}$/.test(id)) return id;
  throw new SlipwayError('devenv.jobNotFound', `There is no such job in ${devEnv}.`, {
    action: `List its jobs: slipway devenv jobs ${devEnv}.`,
  });
}

async function* oneLine(wish: JobWish): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(Buffer.from(`${JSON.stringify(wish)}\n`));
}
