import { createHash, timingSafeEqual } from 'node:crypto';
import { SlipwayError } from '../protocol/index.ts';

/** Shortest secret in characters that a core accepts. */
export const shortestSecretLength = 32;

/** The secret that a core was started with. It is never printed, not even by accident. */
export class Secret {
  readonly #digest: Uint8Array;
  readonly #text: string;

  /** @throws SlipwayError `usage` when it is too short */
  constructor(text: string) {
    if (text.length < shortestSecretLength) {
      throw new SlipwayError(
        'usage',
        `The secret on standard input has fewer than ${shortestSecretLength} characters.`,
        {
          action: 'Write a fresh random line of at least that length to the standard input of slipway serve.',
        },
      );
    }
    this.#text = text;
    this.#digest = digest(text);
  }

  /** Takes the same time whatever `candidate` is. */
  matches(candidate: string): boolean {
    return timingSafeEqual(this.#digest, digest(candidate));
  }

  /** For hiding it in logs only. */
  reveal(): string {
    return this.#text;
  }
}

function digest(text: string): Uint8Array {
  return createHash('sha256').update(text, 'utf8').digest();
}
