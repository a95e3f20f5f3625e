import { SlipwayError, type ContextSummary } from '../../protocol/index.ts';
import { exitCodes } from '../exitCodes.ts';
import { printJson } from '../following/startedRun.ts';
import type { OutputFormat, Session } from '../session.ts';
import { plain, toned, type Line } from '../terminal/line.ts';
import { oneLine } from '../terminal/sanitize.ts';
import { pad } from '../terminal/text.ts';
import { contextWords } from '../view/signInWords.ts';
import { currentContext } from './currentContext.ts';

/** `slipway context list`: the places to run, and as whom. */
export async function listContexts(session: Session, format: OutputFormat): Promise<number> {
  const core = await session.core();
  const { contexts, problem } = await core.handlers['contexts/list']({}, session.signal);
  if (format === 'json') {
    const { configPath } = await import('../../identity/index.ts');
    printJson(session, { path: configPath(await session.io.configDir()), contexts });
  } else session.out.writeLines(contextLines(session, contexts));
  await session.out.drained();
  // The contexts that are left are shown all the same.
  if (problem === undefined) return exitCodes.passed;
  throw new SlipwayError('context.invalid', problem.message, {
    ...(problem.action !== undefined && { action: problem.action }),
  });
}

function contextLines(session: Session, contexts: readonly ContextSummary[]): Line[] {
  const { cwd, home } = session.io;
  const width = Math.max(...contexts.map(({ name }) => name.length)) + 2;
  return contexts.map((context) => [
    toned('accent', context.current ? '* ' : '  '),
    toned('strong', pad(context.name, width)),
    plain(contextWords(context, cwd, home)),
  ]);
}

/** `slipway context use`: what commands use that name no context, and the space to run in there. */
export async function useContext(session: Session, name: string, space: string | undefined): Promise<number> {
  const { handlers } = await session.core();
  if (space !== undefined) await handlers['contexts/setSpace']({ context: name, namespace: space }, session.signal);
  await handlers['contexts/use']({ context: name }, session.signal);
  const { contexts } = await handlers['contexts/list']({}, session.signal);
  session.out.writeLines(
    contextLines(
      session,
      contexts.filter(({ current }) => current),
    ),
  );
  return exitCodes.passed;
}

/** `slipway context delete`: forgets a context; nothing on the cluster changes. */
export async function deleteContext(session: Session, name: string): Promise<number> {
  const { handlers } = await session.core();
  await handlers['contexts/delete']({ context: name }, session.signal);
  session.out.writeLines([[plain(`deleted ${oneLine(name)}; its runs stay on the cluster`)]]);
  return exitCodes.passed;
}

/** `slipway context secrets`: names to choose from; no value is read. */
export async function listSecrets(session: Session, name: string | undefined): Promise<number> {
  const context = await currentContext(session, name);
  const core = await session.core();
  const { secrets } = await core.handlers['contexts/secrets']({ context }, session.signal);
  session.out.writeLines(secrets.map((secret): Line => [plain(oneLine(secret))]));
  await session.out.drained();
  return exitCodes.passed;
}
