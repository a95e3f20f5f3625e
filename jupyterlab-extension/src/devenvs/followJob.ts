import type { CoreConnection } from '@slipway/shared/client';
import type { DevEnv, DevEnvJob } from '@slipway/shared/protocol';

/** How long the core waits for new output before it answers without any, in milliseconds. */
const waitMs = 30_000;

/** Reads what a command prints, from a place on, to the command's end; after a failure it can be begun again. */
export class JobFollower {
  readonly #core: Pick<CoreConnection, 'request'>;
  readonly #devEnv: Pick<DevEnv, 'context' | 'name'>;
  readonly #id: string;
  readonly #decoder = new TextDecoder();
  #offset: number;

  /** @param offset in bytes */
  constructor(
    core: Pick<CoreConnection, 'request'>,
    devEnv: Pick<DevEnv, 'context' | 'name'>,
    id: string,
    offset: number,
  ) {
    this.#core = core;
    this.#devEnv = devEnv;
    this.#id = id;
    this.#offset = offset;
  }

  /** Resolves once the command has ended and all was read. @throws SlipwayError; what was read is not read again */
  async follow(signal: AbortSignal, onPiece: (text: string, job: DevEnvJob) => void): Promise<void> {
    for (;;) {
      const { context, name } = this.#devEnv;
      const params = { context, name, id: this.#id, offset: this.#offset, waitMs };
      const { data, offset, job } = await this.#core.request('devenvs/jobLog', params, signal);
      const bytes = Uint8Array.from(atob(data), (character) => character.charCodeAt(0));
      const isNothingNew = offset === this.#offset;
      this.#offset = offset;
      // A character may be cut in two by the end of a piece.
      onPiece(this.#decoder.decode(bytes, { stream: true }), job);
      if (job.state !== 'running' && isNothingNew) return;
    }
  }
}
