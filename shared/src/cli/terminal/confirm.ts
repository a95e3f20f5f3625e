import { createInterface } from 'node:readline/promises';
import type { Session } from '../session.ts';

/** True where a question can be asked: a person is at both ends. */
export function canAsk(session: Session): boolean {
  return session.io.isTerminal.stdin && session.io.isTerminal.stdout;
}

/** Asks a yes-or-no question. Just Enter means `otherwise`; so does the end of the input. */
export async function confirm(session: Session, question: string, otherwise: boolean): Promise<boolean> {
  const word = (await askLine(session, `${question} ${otherwise ? '[Y/n]' : '[y/N]'} `)).toLowerCase();
  return word === '' ? otherwise : word === 'y' || word === 'yes';
}

/** What the person types on one line, without the blanks around it; empty at the end of the input. */
export async function askLine(session: Session, question: string, signal = session.signal): Promise<string> {
  const { stdin, stdout } = session.io;
  // Not as a terminal: then Ctrl-C stays a signal, which Session answers.
  const lines = createInterface({ input: stdin, output: stdout, terminal: false });
  try {
    const closed = new Promise<string>((resolve) => lines.once('close', () => resolve('')));
    const answer = await Promise.race([
      lines.question(question, { signal }).catch((error: unknown) => {
        signal.throwIfAborted();
        throw error;
      }),
      closed,
    ]);
    return answer.trim();
  } finally {
    lines.close();
    stdin.pause();
  }
}
