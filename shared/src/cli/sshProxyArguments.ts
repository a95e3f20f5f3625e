import { SlipwayError } from '../protocol/index.ts';

export interface SshProxyArguments {
  readonly context: string;
  readonly namespace: string | undefined;
  /** The DevEnv's. */
  readonly name: string;
}

/** The names that contexts, spaces and DevEnvs may have. */
const safeName = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/;

/**
 * What stands after `slipway ssh-proxy`: `--context C [--namespace N] NAME`.
 * @throws SlipwayError `usage`
 */
export function parseSshProxy(argv: readonly string[]): SshProxyArguments {
  const words: string[] = [];
  const options: Record<string, string | undefined> = {};
  for (let at = 0; at < argv.length; at += 1) {
    const word = argv[at] ?? '';
    if (word === '--context' || word === '--namespace') options[word] = argv[(at += 1)];
    else words.push(word);
  }
  const { '--context': context, '--namespace': namespace } = options;
  const [name] = words;
  const all = [context, namespace ?? 'none', name];
  if (words.length === 1 && context !== undefined && name !== undefined && all.every(isSafe)) {
    return { context, namespace, name };
  }
  throw new SlipwayError('usage', 'slipway ssh-proxy is started by ssh, as its config of Slipway says.', {
    action: 'Write that config anew with "slipway devenv connect".',
  });
}

function isSafe(name: string | undefined): boolean {
  return name !== undefined && name.length <= 253 && safeName.test(name);
}
