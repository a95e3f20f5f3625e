import type { SlipwayError } from '../../../../protocol/index.ts';
import type { RemoteEnd, RemoteProcess, StartHelper } from '../remoteProcess.ts';

/** What one start of the helper does: fails, or sends chunks and then ends, or goes on until it is destroyed. */
export type Session =
  | { readonly fails: SlipwayError }
  | {
      readonly sends: (request: { offsets: Record<string, number> }) => readonly Uint8Array[];
      readonly end?: RemoteEnd;
    };

/** A helper that plays sessions one after the other, the last one again and again. */
export class ScriptedHelper {
  readonly requests: { offsets: Record<string, number> }[] = [];
  starts = 0;
  destroyed = 0;
  readonly #sessions: Session[];

  constructor(sessions: readonly Session[]) {
    this.#sessions = [...sessions];
  }

  readonly start: StartHelper = async () => {
    await Promise.resolve();
    this.starts += 1;
    const session = this.#sessions.length > 1 ? this.#sessions.shift() : this.#sessions[0];
    if (session === undefined) throw new Error('no session is left');
    if ('fails' in session) throw session.fails;
    return this.#play(session);
  };

  #play({ sends, end }: Extract<Session, { sends: unknown }>): RemoteProcess {
    let asked!: (request: { offsets: Record<string, number> }) => void;
    const request = new Promise<{ offsets: Record<string, number> }>((resolve) => (asked = resolve));
    let ending!: (end: RemoteEnd) => void;
    const ended = new Promise<RemoteEnd>((resolve) => (ending = resolve));
    let over = false;
    if (end !== undefined) void request.then(() => ending(end));
    async function* output(): AsyncGenerator<Uint8Array> {
      yield* sends(await request);
      await ended;
    }
    return {
      output: output(),
      send: (bytes) => {
        const parsed = JSON.parse(Buffer.from(bytes).toString()) as { offsets: Record<string, number> };
        this.requests.push(parsed);
        asked(parsed);
        return Promise.resolve();
      },
      ended,
      destroy: () => {
        if (!over) this.destroyed += 1;
        over = true;
        ending({ exitCode: undefined, words: 'cut' });
      },
    };
  }
}

export function frame(path: string, offset: number, text: string, time = 1_000): Uint8Array {
  const bytes = Buffer.from(text);
  const head = JSON.stringify({ path, offset, length: bytes.length, time });
  return Buffer.concat([Buffer.from(`${head}\n`), bytes]);
}
