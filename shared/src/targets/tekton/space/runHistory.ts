import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { runEventSchema, type RunEvent } from '../../../protocol/index.ts';
import { isObjectName } from './runReading.ts';

/** How many ended runs this machine remembers of a cluster. */
const keptRuns = 1_000;

const recordSchema = z.object({ version: z.literal(1), events: z.array(runEventSchema) });

/**
 * Runs that ended, as this machine saw them: what is left to show when their PipelineRun and pod are gone. A cache of what
 * the volume holds too; it may be deleted.
 */
export class RunHistory {
  readonly #folder: string;
  /** What was kept of each run: how many events, and when the last was. */
  readonly #kept = new Map<string, string>();
  /** The last thing that is being done to a run's record. */
  readonly #doing = new Map<string, Promise<void>>();

  /** @param folder absolute path, made when it is needed */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Keeps an ended run. */
  async remember(run: string, events: readonly RunEvent[]): Promise<void> {
    const content = `${events.length} ${events.at(-1)?.time}`;
    if (!isObjectName(run) || this.#kept.get(run) === content) return;
    this.#kept.set(run, content);
    try {
      await this.#inTurn(run, () => this.#write(run, events));
    } catch (error) {
      this.#kept.delete(run);
      throw error;
    }
    await this.#forgetOldest();
  }

  async #write(run: string, events: readonly RunEvent[]): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const path = this.#path(run);
    // Pods that share a home number their processes alike.
    const partial = `${path}.${process.pid}.${randomUUID()}.partial`;
    await writeFile(partial, JSON.stringify({ version: 1, events }), { mode: 0o600 });
    await rename(partial, path);
  }

  /** The events of a run that ended; undefined where this machine has not seen it, or its record is damaged. */
  async events(run: string): Promise<readonly RunEvent[] | undefined> {
    if (!isObjectName(run)) return undefined;
    try {
      const content: unknown = JSON.parse(await readFile(this.#path(run), 'utf8'));
      const record = recordSchema.safeParse(content);
      return record.success ? record.data.events : undefined;
    } catch (error) {
      if (isMissing(error) || error instanceof SyntaxError) return undefined;
      throw error;
    }
  }

  /** Names of the runs in it, newest first. */
  async names(): Promise<readonly string[]> {
    return (await this.#records()).map(({ run }) => run);
  }

  async forget(run: string): Promise<void> {
    if (!isObjectName(run)) return;
    this.#kept.delete(run);
    await this.#inTurn(run, () => rm(this.#path(run), { force: true }));
  }

  /** A record that is being written is not removed before, nor written after. */
  async #inTurn(run: string, act: () => Promise<void>): Promise<void> {
    const before = this.#doing.get(run) ?? Promise.resolve();
    // How it went is told to whoever asked for it.
    const done = before.catch(() => undefined).then(act);
    this.#doing.set(run, done);
    try {
      await done;
    } finally {
      if (this.#doing.get(run) === done) this.#doing.delete(run);
    }
  }

  async #forgetOldest(): Promise<void> {
    const records = await this.#records();
    await Promise.all(records.slice(keptRuns).map(({ run }) => rm(this.#path(run), { force: true })));
  }

  async #records(): Promise<{ readonly run: string; readonly at: number }[]> {
    const files = await readdir(this.#folder).catch((error: unknown) => {
      if (isMissing(error)) return [];
      throw error;
    });
    const records = await Promise.all(
      files
        .filter((file) => file.endsWith('.json'))
        .map(async (file) => {
          const found = await stat(join(this.#folder, file)).catch(() => undefined);
          return found === undefined ? undefined : { run: file.slice(0, -'.json'.length), at: found.mtimeMs };
        }),
    );
    return records.filter((record) => record !== undefined).sort((one, other) => other.at - one.at);
  }

  #path(run: string): string {
    return join(this.#folder, `${run}.json`);
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
