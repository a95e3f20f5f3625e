import { execFile } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

type Environment = Readonly<Record<string, string | undefined>>;

/** The `ssh` that a person would start; undefined where there is none. */
export async function findSsh(env: Environment, platform: NodeJS.Platform): Promise<string | undefined> {
  const path = env.PATH ?? env.Path ?? '';
  for (const folder of path.split(delimiter).filter((part) => part !== '')) {
    const file = join(folder, platform === 'win32' ? 'ssh.exe' : 'ssh');
    const found = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (found) return file;
  }
  return undefined;
}

export interface EffectiveConfig {
  /** What ssh would use: its words in small letters, with all values that it has. Undefined where it could not say. */
  readonly settings: ReadonlyMap<string, readonly string[]> | undefined;
  /** What ssh complained of. */
  readonly complaint: string;
}

/** Longer than ssh takes, also where a person's `Match exec` runs something, ms. */
const timeoutMs = 10_000;

/** Asks ssh what it would use for a host. Never rejects. @param file a config file instead of the person's */
export async function askSsh(
  ssh: string,
  host: string,
  {
    env,
    file,
    signal,
  }: { readonly env: Environment; readonly file?: string | undefined; readonly signal: AbortSignal },
): Promise<EffectiveConfig> {
  const args = [...(file === undefined ? [] : ['-F', file]), '-G', host];
  return new Promise((resolve) => {
    const options = { env: { ...env }, timeout: timeoutMs, maxBuffer: 1 << 20, signal, killSignal: 'SIGKILL' as const };
    const child = execFile(ssh, args, options, (error, stdout, stderr) => {
      const complaint = stderr.trim() || (error === null ? '' : error.message);
      resolve({ settings: error === null ? parseSettings(stdout) : undefined, complaint });
    });
    child.stdin?.end();
  });
}

/** What `ssh -G` prints. */
export function parseSettings(text: string): ReadonlyMap<string, readonly string[]> {
  const settings = new Map<string, string[]>();
  for (const line of text.split(/\r?\n/)) {
    const cut = line.indexOf(' ');
    if (cut <= 0) continue;
    const name = line.slice(0, cut).toLowerCase();
    settings.set(name, [...(settings.get(name) ?? []), line.slice(cut + 1)]);
  }
  return settings;
}
