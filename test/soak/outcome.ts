/** What a soak came to. */
export interface Outcome {
  readonly what: string;
  readonly count: number;
  /** Promises that were not kept, a sentence each. */
  readonly broken: readonly string[];
}

export type Say = (line: string) => void;

/** Promises that were not kept, each told at once with the time: what else the machine did then may be why. */
export class BrokenPromises {
  readonly all: string[] = [];
  readonly #say: Say;

  constructor(say: Say) {
    this.#say = say;
  }

  add(text: string): void {
    this.all.push(text);
    this.#say(`✗ ${new Date().toISOString().slice(11, 19)} ${text}`);
  }
}

export function pick<T>(values: readonly [T, ...T[]]): T {
  return values[Math.floor(Math.random() * values.length)] ?? values[0];
}

/** Between the two, in milliseconds. */
export function between(least: number, most: number): number {
  return least + Math.random() * (most - least);
}
