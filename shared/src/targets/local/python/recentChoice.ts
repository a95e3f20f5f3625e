import type { PythonChoice } from '../../../protocol/index.ts';
import type { PythonRequest } from '../../runTarget.ts';

/** As `choosePython`, of one machine. */
export type Choose = (request: PythonRequest, signal: AbortSignal) => Promise<PythonChoice>;

/** A person who looks at a plan for longer is given a new answer: an environment may have changed by then. */
const keptMs = 3_000;

/**
 * What was chosen a moment ago stays chosen for the same question: the run that follows a plan is the one that was planned, and no
 * interpreter is asked twice, which takes 0.3 s where it is a shim (pyenv's). What failed is tried again.
 */
export class RecentChoice {
  readonly #choose: Choose;
  readonly #now: () => number;
  #last: { readonly question: string; readonly answer: PythonChoice; readonly at: number } | undefined;

  /** @param now milliseconds; may start anywhere */
  constructor(choose: Choose, now: () => number) {
    this.#choose = choose;
    this.#now = now;
  }

  /** @throws as `choosePython` */
  async choose(request: PythonRequest, signal: AbortSignal): Promise<PythonChoice> {
    signal.throwIfAborted();
    const question = JSON.stringify(request);
    const last = this.#last;
    if (last?.question === question && this.#now() - last.at < keptMs) return last.answer;
    const answer = await this.#choose(request, signal);
    this.#last = { question, answer, at: this.#now() };
    return answer;
  }
}
