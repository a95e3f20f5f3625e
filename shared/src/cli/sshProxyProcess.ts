/**
 * `slipway ssh-proxy`, the `ProxyCommand` of ssh: a process of its own beside the other commands, because ssh waits for it. It loads
 * what it needs and nothing else.
 */
import { homedir } from 'node:os';
import { runSshProxy } from '../devenv/index.ts';
import { systemClock } from '../kubernetes/index.ts';
import { keepCoreInUse } from '../processes/index.ts';
import { SlipwayError } from '../protocol/index.ts';
import { environmentPaths, openSpace } from '../server/index.ts';
import { errorLines } from './errorText.ts';
import { exitCodeOfError } from './exitCodes.ts';
import { parseSshProxy } from './sshProxyArguments.ts';
import { formatLine } from './terminal/line.ts';
import { WaitingWords } from './waitingWords.ts';

/** Serves the ssh client at the other end of stdin and stdout, and ends the process. */
export async function runSshProxyProcess(argv: readonly string[]): Promise<never> {
  const { stdin, stdout, stderr, env } = process;
  keepCoreInUse(process.argv[1]);
  const ending = new AbortController();
  for (const [name, exitCode] of [
    ['SIGTERM', 143],
    ['SIGHUP', 129],
    ['SIGINT', 130],
  ] as const) {
    process.once(name, () => {
      ending.abort(new SlipwayError('cancelled', 'Stopped.'));
      process.exit(exitCode);
    });
  }
  const notes = new Set<string>();
  const tell = (text: string): void => {
    stderr.write(`${text}\n`);
  };
  const waiting = new WaitingWords(stderr.isTTY, tell);
  try {
    const { context, namespace, name } = parseSshProxy(argv);
    const { dataDir, configDir } = environmentPaths(env, homedir(), process.platform);
    const environment = { dataDir, configDir, env, log: (note: string) => notes.add(note) };
    const space = await openSpace(environment, context, namespace, ending.signal);
    await runSshProxy(
      {
        api: space.api,
        namespace: space.api.cluster.namespace,
        name,
        clock: systemClock,
        stdin,
        stdout,
        onWaiting: (text) => waiting.say(text),
        onServed: () => waiting.end(),
      },
      ending.signal,
    );
    return process.exit(0);
  } catch (error) {
    for (const line of errorLines(error, Number.POSITIVE_INFINITY)) {
      tell(formatLine(line, { colours: false, width: Number.POSITIVE_INFINITY }));
    }
    if (env.SLIPWAY_DEBUG !== undefined) for (const note of notes) tell(note);
    return process.exit(exitCodeOfError(error));
  }
}
