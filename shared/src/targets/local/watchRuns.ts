import { readdirSync, watch, type FSWatcher } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Disposable, TargetChange } from '../runTarget.ts';
import { isMissing, makeFolders } from './diskErrors.ts';
import { namesIn } from './folderNames.ts';
import { isRunName, knownSteps, RunPaths } from './runFolder.ts';

/** How often the logs of unfinished runs are measured; more often would wake programs for lines nobody can read so fast. */
const growthMs = 150;
/** How often the folder of runs is looked at when the system gives news of it, and when it gives none. */
const rescanMs = { watched: 5_000, unwatched: 1_000 };
/** How long news are gathered before they are looked at. */
const gatherMs = 20;
/** How often an unfinished run is asked whether somebody still drives it. */
const livenessMs = 1_000;
/** How many folders are looked at in parallel. */
const parallel = 16;

/** A run that has not ended, as it was when last looked at. */
interface FollowedRun {
  readonly paths: RunPaths;
  readonly watcher: FSWatcher | undefined;
  /** Sizes of its events and logs, as one text to compare. */
  seen: string;
  checkedAt: number;
}

export interface WatchOptions {
  readonly runs: string;
  /** True when the run has ended, or when nobody drives it any more. */
  readonly isOver: (run: string) => Promise<boolean>;
  readonly listener: (change: TargetChange) => void;
}

/**
 * Follows the folder of runs. Finished runs cost nothing: only the folder itself is watched, and of the runs that have
 * not ended their events (news from the system, and a poll) and their logs (a poll, because a busy log would be news
 * thousands of times a second).
 */
export class RunsWatcher implements Disposable {
  private readonly options: WatchOptions;
  private readonly known = new Set<string>();
  private readonly followed = new Map<string, FollowedRun>();
  private folderWatcher: FSWatcher | undefined;
  private timer: NodeJS.Timeout | undefined;
  private scannedAt = 0;
  private busy = false;
  private soon = false;
  private disposed = false;
  /** Runs that were there before the watch: only what happens to them from now on is a change. */
  private readonly before: ReadonlySet<string>;
  private readonly beganAt = Date.now();

  constructor(options: WatchOptions) {
    this.options = options;
    this.before = new Set(namesNow(options.runs));
    this.round();
  }

  dispose(): void {
    this.disposed = true;
    clearTimeout(this.timer);
    this.folderWatcher?.close();
    for (const run of this.followed.values()) run.watcher?.close();
    this.followed.clear();
  }

  /** One look at everything that is due; rounds do not overlap. */
  private round(): void {
    this.busy = true;
    this.soon = false;
    this.look()
      .catch(() => {
        // The folder cannot be read at the moment (unmounted, permissions): the next round tries again.
      })
      .finally(() => {
        this.busy = false;
        const rescan = this.folderWatcher === undefined ? rescanMs.unwatched : rescanMs.watched;
        this.plan(this.soon ? gatherMs : this.followed.size > 0 ? growthMs : rescan);
      });
  }

  private plan(delayMs: number): void {
    clearTimeout(this.timer);
    if (this.disposed) return;
    this.timer = setTimeout(() => this.round(), delayMs);
    // The watch alone keeps no program alive.
    this.timer.unref();
  }

  private news(): void {
    if (this.soon) return;
    this.soon = true;
    if (!this.busy) this.plan(gatherMs);
  }

  private async look(): Promise<void> {
    this.folderWatcher ??= await this.watchFolder();
    const rescan = this.folderWatcher === undefined ? rescanMs.unwatched : rescanMs.watched;
    if (Date.now() - this.scannedAt >= rescan) await this.scan();
    await Promise.all([...this.followed].map(([name, run]) => this.check(name, run)));
  }

  private async watchFolder(): Promise<FSWatcher | undefined> {
    await makeFolders(this.options.runs).catch(() => undefined);
    return this.disposed
      ? undefined
      : this.watchQuietly(this.options.runs, () => {
          this.scannedAt = 0;
          return true;
        });
  }

  private watchQuietly(folder: string, matters: (name: string) => boolean): FSWatcher | undefined {
    try {
      const watcher = watch(folder, { persistent: false }, (_event, name) => {
        if (name === null || matters(name)) this.news();
      });
      watcher.on('error', () => watcher.close());
      return watcher;
    } catch {
      // Out of watches, or a file system without them: polling alone is slower, but complete.
      return undefined;
    }
  }

  /** Finds runs that came and went. */
  private async scan(): Promise<void> {
    this.scannedAt = Date.now();
    const names = new Set((await namesIn(this.options.runs)).filter(isRunName));
    for (const name of [...this.known].filter((candidate) => !names.has(candidate))) {
      this.known.delete(name);
      this.unfollow(name);
      this.tell({ kind: 'deleted', run: name });
    }
    const fresh = [...names].filter((candidate) => !this.known.has(candidate));
    while (fresh.length > 0) await Promise.all(fresh.splice(0, parallel).map((name) => this.meet(name)));
  }

  private async meet(name: string): Promise<void> {
    const paths = new RunPaths(join(this.options.runs, name));
    const { over, changedAt } = await endOfEvents(paths.events);
    if (this.disposed) return;
    this.known.add(name);
    if (!over) {
      const watcher = this.watchQuietly(paths.folder, (file) => file === 'events.jsonl');
      this.followed.set(name, { paths, watcher, seen: await sizesOf(paths), checkedAt: Date.now() });
    }
    // A second is the coarsest clock of a file system.
    if (!over || !this.before.has(name) || changedAt >= this.beganAt - 1_000) this.tell({ kind: 'changed', run: name });
  }

  private async check(name: string, run: FollowedRun): Promise<void> {
    const sizes = await sizesOf(run.paths);
    const grown = sizes !== run.seen;
    run.seen = sizes;
    const now = Date.now();
    const due = grown || now - run.checkedAt >= livenessMs;
    if (due) run.checkedAt = now;
    const over = due && (await this.isOver(name));
    if (over) this.unfollow(name);
    if (grown || over) this.tell({ kind: 'changed', run: name });
  }

  private async isOver(name: string): Promise<boolean> {
    try {
      return await this.options.isOver(name);
    } catch {
      // Deleted at this moment, which the next scan tells; anything else is asked again.
      return false;
    }
  }

  private unfollow(name: string): void {
    this.followed.get(name)?.watcher?.close();
    this.followed.delete(name);
  }

  private tell(change: TargetChange): void {
    // By itself, so that a listener's error is the listener's and does not end the round.
    queueMicrotask(() => {
      if (!this.disposed) this.options.listener(change);
    });
  }
}

/** At once, so that nothing that happens after the watch began is taken for something from before. */
function namesNow(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

async function sizesOf(paths: RunPaths): Promise<string> {
  const files = [paths.events, ...knownSteps.map((step) => paths.log(step))];
  const sizes = await Promise.all(
    files.map((file) =>
      stat(file)
        .then(({ size }) => size)
        .catch(() => 0),
    ),
  );
  return sizes.join(' ');
}

/** Reads the end of an event file, which is all that tells whether the run is over. */
async function endOfEvents(path: string): Promise<{ readonly over: boolean; readonly changedAt: number }> {
  const handle = await open(path).catch((error: unknown) => {
    if (isMissing(error)) return undefined;
    throw error;
  });
  if (handle === undefined) return { over: false, changedAt: 0 };
  try {
    const { size, mtimeMs } = await handle.stat();
    for (let length = 4_096; ; length *= 8) {
      const start = Math.max(0, size - length);
      const buffer = Buffer.alloc(size - start);
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, start);
      const end = buffer.subarray(0, bytesRead).lastIndexOf(10);
      const lineStart = end <= 0 ? -1 : buffer.lastIndexOf(10, end - 1);
      if (lineStart === -1 && start > 0) continue;
      return { over: isFinishedLine(buffer.toString('utf8', lineStart + 1, Math.max(end, 0))), changedAt: mtimeMs };
    }
  } finally {
    await handle.close();
  }
}

function isFinishedLine(line: string): boolean {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && 'type' in value && value.type === 'finished';
  } catch {
    return false;
  }
}
