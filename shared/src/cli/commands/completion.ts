import { completeWords, type Candidate, type CommandShape } from '../completion/candidates.ts';
import { completionScripts, shells, type Shell } from '../completion/scripts.ts';
import { exitCodes } from '../exitCodes.ts';
import { SlipwayError } from '../../protocol/index.ts';
import type { Session } from '../session.ts';
import { oneLine } from '../terminal/sanitize.ts';
import { describeBriefly } from '../view/runTable.ts';

const offeredRuns = 50;

/** `slipway completion SHELL`: the script that a shell loads. */
export function completionScript(session: Session, shell: string): number {
  const known: Shell | undefined = shells.find((name) => name === shell);
  if (known === undefined) {
    throw new SlipwayError('usage', `There is no completion for ${JSON.stringify(shell)}.`, {
      action: `Choose one of: ${shells.join(', ')}.`,
    });
  }
  session.out.write(completionScripts[known]);
  return exitCodes.passed;
}

/** What the scripts ask: candidates for the last word. */
export async function completeCommandLine(
  session: Session,
  root: CommandShape,
  words: readonly string[],
): Promise<number> {
  const { words: candidates, lookUp } = completeWords(root, words);
  const typed = words.at(-1) ?? '';
  const runs = lookUp === 'runs' ? await runCandidates(session, typed) : [];
  const contexts = lookUp === 'contexts' ? await contextCandidates(session, typed) : [];
  const lines = [...candidates, ...runs, ...contexts].map(
    ({ value, description }) => `${value}\t${oneLine(description)}\n`,
  );
  session.out.write(lines.join('') + (lookUp === 'files' ? ':files\n' : ''));
  await session.out.drained();
  return exitCodes.passed;
}

/** A configuration that cannot be used offers nothing; the command itself will say why. */
async function contextCandidates(session: Session, typed: string): Promise<Candidate[]> {
  const { readConfig } = await import('../../identity/index.ts');
  const config = await readConfig(await session.io.configDir()).catch((error: unknown) => {
    if (!SlipwayError.is(error)) throw error;
    return undefined;
  });
  return (config?.entries ?? [])
    .filter(({ name }) => name.startsWith(typed))
    .map(({ name, namespace }) => ({ value: name, description: namespace === undefined ? '' : `space ${namespace}` }));
}

async function runCandidates(session: Session, typed: string): Promise<Candidate[]> {
  const core = await session.core();
  const { runs } = await core.handlers['runs/list']({ limit: offeredRuns }, session.signal);
  return runs
    .filter(({ name }) => name.startsWith(typed))
    .map((run) => ({ value: run.name, description: `${describeBriefly(run)}, ${run.title}` }));
}
