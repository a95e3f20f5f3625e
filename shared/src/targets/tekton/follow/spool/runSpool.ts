import { mkdir, readFile, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import * as z from 'zod';
import { artifactIndexSchema, type Artifact, type StepName } from '../../../../protocol/index.ts';
import { errorCode, isMissing } from '../../../local/diskErrors.ts';
import { GrowingFile } from './growingFile.ts';
import { LineList } from './lineList.ts';
import { SpooledLog } from './spooledLog.ts';
import { fileNameOfStep } from './spoolNames.ts';

/** `state.json`: which incarnation of a run the spool is of. Written once; everything that changes has a file of its own. */
const stateSchema = z.object({ version: z.literal(1), uid: z.string() });

/**
 * What was read of one run so far, on disk: `state.json`, `progress.jsonl`, `artifacts.json`, `logs/STEP.{log,times,size}`.
 * It is a cache of what lies in the cluster. Several processes may have it open and write it (see GrowingFile); whoever
 * finds it torn or of another run makes it anew.
 */
export class RunSpool {
  readonly folder: string;
  readonly #logs = new Map<StepName, Promise<SpooledLog>>();
  readonly #progress: GrowingFile;
  readonly #lines = new LineList();

  private constructor(folder: string, progress: GrowingFile) {
    this.folder = folder;
    this.#progress = progress;
  }

  /** @param uid of the PipelineRun; undefined where it is gone: then whatever is there of that name is taken */
  static async open(folder: string, uid: string | undefined): Promise<RunSpool> {
    const known = await readState(folder);
    if (known === undefined || (uid !== undefined && known.uid !== uid)) await makeAnew(folder, uid ?? '');
    const progress = await GrowingFile.open(join(folder, 'progress.jsonl'));
    const spool = new RunSpool(folder, progress);
    try {
      await spool.#readProgress();
      return spool;
    } catch (error) {
      await progress.close();
      throw error;
    }
  }

  /** The log of a step; opened at most once. */
  log(step: StepName): Promise<SpooledLog> {
    const known = this.#logs.get(step);
    if (known !== undefined) return known;
    const base = join(this.folder, 'logs', fileNameOfStep(step));
    const opened = SpooledLog.open(base);
    this.#logs.set(step, opened);
    opened.catch(() => this.#logs.delete(step));
    return opened;
  }

  /** An empty log for what is to take the place of a step's log, or to be thrown away. */
  async draft(step: StepName): Promise<SpooledLog> {
    return SpooledLog.open(
      join(this.folder, 'logs', `${fileNameOfStep(step)}.${randomBytes(6).toString('hex')}.draft`),
    );
  }

  get progressSize(): number {
    return this.#progress.size;
  }

  /** Lines of `progress.jsonl`; the list only grows. */
  get progress(): readonly string[] {
    return this.#lines.lines;
  }

  async appendProgress(offset: number, bytes: Uint8Array): Promise<boolean> {
    const before = this.#progress.size;
    const added = await this.#progress.append(offset, bytes);
    if (added > 0) this.#lines.push(bytes.subarray(before - offset));
    return added > 0;
  }

  /** The index as it was when the run had ended. */
  async artifacts(): Promise<readonly Artifact[] | undefined> {
    try {
      const parsed = artifactIndexSchema.safeParse(
        JSON.parse(await readFile(join(this.folder, 'artifacts.json'), 'utf8')),
      );
      return parsed.success ? parsed.data.artifacts : undefined;
    } catch (error) {
      if (isMissing(error) || error instanceof SyntaxError) return undefined;
      throw error;
    }
  }

  async keepArtifacts(artifacts: readonly Artifact[]): Promise<void> {
    await writeWhole(join(this.folder, 'artifacts.json'), JSON.stringify({ version: 1, artifacts }));
  }

  /** Says that the spool is in use: the least recently used ones are dropped first. */
  async touch(now: number): Promise<void> {
    try {
      await utimes(join(this.folder, 'state.json'), now / 1000, now / 1000);
    } catch (error) {
      // Dropped by another process: what is open here stays readable until it is closed.
      if (!isMissing(error)) throw error;
    }
  }

  async close(): Promise<void> {
    const logs = await Promise.allSettled(this.#logs.values());
    this.#logs.clear();
    await Promise.all([
      this.#progress.close(),
      ...logs.map((log) => (log.status === 'fulfilled' ? log.value.close() : undefined)),
    ]);
  }

  async #readProgress(): Promise<void> {
    const buffer = Buffer.allocUnsafe(65_536);
    for (let at = 0; at < this.#progress.size;) {
      const length = Math.min(buffer.length, this.#progress.size - at);
      const { bytesRead } = await this.#progress.handle.read(buffer, 0, length, at);
      if (bytesRead === 0) return;
      this.#lines.push(buffer.subarray(0, bytesRead));
      at += bytesRead;
    }
  }
}

async function readState(folder: string): Promise<z.infer<typeof stateSchema> | undefined> {
  try {
    const parsed = stateSchema.safeParse(JSON.parse(await readFile(join(folder, 'state.json'), 'utf8')));
    return parsed.success ? parsed.data : undefined;
  } catch (error) {
    if (isMissing(error) || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Puts an empty spool in the place of what is there, whole from the first moment on. */
async function makeAnew(folder: string, uid: string): Promise<void> {
  const fresh = `${folder}.${randomBytes(6).toString('hex')}.new`;
  await mkdir(join(fresh, 'logs'), { recursive: true, mode: 0o700 });
  await writeFile(join(fresh, 'state.json'), JSON.stringify({ version: 1, uid }), { mode: 0o600 });
  await discard(folder);
  try {
    await rename(fresh, folder);
  } catch (error) {
    await rm(fresh, { recursive: true, force: true });
    // Another process was faster.
    const code = errorCode(error);
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error;
  }
}

/** Takes a spool away in one step, so that nobody sees half of it. */
export async function discard(folder: string): Promise<void> {
  const old = `${folder}.${randomBytes(6).toString('hex')}.old`;
  try {
    await rename(folder, old);
  } catch (error) {
    if (isMissing(error)) return;
    throw error;
  }
  await rm(old, { recursive: true, force: true });
}

async function writeWhole(path: string, text: string): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.new`;
  await writeFile(temporary, text, { mode: 0o600 });
  await rename(temporary, path);
}
