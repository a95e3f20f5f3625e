import { errorJson, errorLines } from './errorText.ts';
import { exitCodeOfError } from './exitCodes.ts';
import type { CliIo } from './io.ts';
import { runProgram } from './program/program.ts';
import { QuietEnd, Session } from './session.ts';
import { textLines } from './terminal/sanitize.ts';

/** How long a command that was told to end may take to put the terminal in order. */
const graceMs = 500;

/** Does what the command line says. Resolves to the exit code; never rejects. */
export async function main(argv: readonly string[], io: CliIo): Promise<number> {
  const session = new Session(io);
  const work = runProgram(session, argv);
  try {
    return await Promise.race([work, session.left]);
  } catch (error) {
    await settled(work, io);
    return report(session, error, wantsJson(argv));
  } finally {
    await settled(session.dispose(), io);
    await Promise.all([session.out.flushed(), session.err.flushed()]);
  }
}

function report(session: Session, error: unknown, json: boolean): number {
  // An abort reaches us as the reason it was made with, or as an error that was made of it.
  const reason: unknown = session.signal.aborted ? session.signal.reason : error;
  if (error instanceof QuietEnd) return error.exitCode;
  if (reason instanceof QuietEnd) return reason.exitCode;
  if (json) session.out.write(`${JSON.stringify(errorJson(reason), null, 2)}\n`);
  else session.err.writeLines(errorLines(reason, session.widthOf(session.err)));
  if (session.io.env.SLIPWAY_DEBUG !== undefined && error instanceof Error) {
    session.err.write(`${textLines(error.stack ?? '').join('\n')}\n`);
  }
  return exitCodeOfError(reason);
}

async function settled(work: Promise<unknown>, io: CliIo): Promise<void> {
  const over = new Promise<void>((resolve) => {
    const timer = io.every(graceMs, () => {
      timer.dispose();
      resolve();
    });
    work.then(
      () => timer.dispose(),
      () => timer.dispose(),
    );
  });
  await Promise.race([work.catch(() => undefined), over]);
}

/** Also where the command line cannot be parsed. */
function wantsJson(argv: readonly string[]): boolean {
  const separator = argv.indexOf('--');
  const own = separator < 0 ? argv : argv.slice(0, separator);
  return own.some(
    (word, index) =>
      word === '-ojson' ||
      word === '--output=json' ||
      (word === 'json' && (own[index - 1] === '-o' || own[index - 1] === '--output')),
  );
}
