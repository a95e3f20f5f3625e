import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';

/** How many old states stay, so that a process that was stopped for a moment does not find the number it wants free again. */
const keptStates = 32;

export interface NumberedState {
  readonly number: number;
  /** Undefined in a new folder, or after a power cut that left the file empty. */
  readonly content: unknown;
}

/**
 * A value that several processes change without a lock, by compare and swap: each version is a folder `state.N` with a
 * file in it. To change version N is to rename a prepared folder to `state.N+1`, which the system does for one process
 * only (a folder that is not empty cannot be replaced). So there is no lock that a killed process could leave behind.
 */
export class NumberedStates {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  read(): NumberedState {
    for (;;) {
      const number = this.latest();
      if (number === 0) return { number, content: undefined };
      try {
        const text = readFileSync(join(this.folder, `state.${number}`, 'state.json'), 'utf8');
        return { number, content: parseOrUndefined(text) };
      } catch (error) {
        // More than `keptStates` changes since the folder was listed: list again.
        if (!isMissing(error)) throw error;
        if (this.latest() === number) return { number, content: undefined };
      }
    }
  }

  /** Makes `content` the successor of version `number`; false when another process was first. */
  replace(number: number, content: unknown): boolean {
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
    const prepared = join(this.folder, `new.${process.pid}.${randomUUID()}`);
    const target = join(this.folder, `state.${number + 1}`);
    try {
      mkdirSync(prepared, { mode: 0o700 });
      writeFileSync(join(prepared, 'state.json'), JSON.stringify(content), { mode: 0o600 });
      renameSync(prepared, target);
    } catch (error) {
      rmSync(prepared, { recursive: true, force: true });
      if (hasCode(error, 'ENOTEMPTY') || hasCode(error, 'EEXIST')) return false;
      throw error;
    }
    if (this.latest() - (number + 1) >= keptStates) {
      // We slept so long that the number had been used and cleaned away: this version never counted.
      rmSync(target, { recursive: true, force: true });
      return false;
    }
    this.forget(number + 1 - keptStates);
    return true;
  }

  private numbers(): number[] {
    try {
      return readdirSync(this.folder).flatMap((name) => {
        const match = /^state\.(\d+)$/.exec(name);
        return match === null ? [] : [Number(match[1])];
      });
    } catch (error) {
      if (isMissing(error)) return [];
      throw error;
    }
  }

  private latest(): number {
    return Math.max(0, ...this.numbers());
  }

  private forget(upTo: number): void {
    const old = this.numbers().filter((number) => number <= upTo);
    for (const number of old) {
      try {
        rmSync(join(this.folder, `state.${number}`), { recursive: true, force: true });
      } catch {
        // Another process removes it at this moment; whoever comes next finishes.
      }
    }
  }
}

function parseOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

function isMissing(error: unknown): boolean {
  return hasCode(error, 'ENOENT') || hasCode(error, 'ENOTDIR');
}
