import type { PodContainer } from './runPlace.ts';

/** How a program in a container ended, or its connection. */
export interface RemoteEnd {
  /** Undefined where the connection ended before it told. */
  readonly exitCode: number | undefined;
  /** The end of what it wrote to standard error, or why the connection broke; for people. */
  readonly words: string;
}

/** A program in a container, over one connection. */
export interface RemoteProcess {
  /** Standard output; read at the reader's pace. Ends when the program or the connection has ended, whyever. */
  readonly output: AsyncIterable<Uint8Array>;
  /** Writes to standard input; resolves when the peer takes more. Rejects where the connection has ended. */
  send(bytes: Uint8Array): Promise<void>;
  /** Settles after the output has ended; never rejects. */
  readonly ended: Promise<RemoteEnd>;
  /** Cuts the connection; idempotent. The program ends by its closed input or output. */
  destroy(): void;
}

/**
 * Starts one of the helper's verbs in a container.
 * @throws SlipwayError `cluster.*`
 */
export type StartHelper = (
  where: PodContainer,
  verb: 'follow' | 'files',
  signal: AbortSignal,
) => Promise<RemoteProcess>;
