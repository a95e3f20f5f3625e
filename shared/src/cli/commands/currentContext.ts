import type { Session } from '../session.ts';

/** The context that was named, else the current one of the configuration. @throws SlipwayError where the file cannot be used */
export async function currentContext(session: Session, named: string | undefined): Promise<string> {
  if (named !== undefined) return named;
  const { existsSync } = await import('node:fs');
  const configDir = await session.io.configDir();
  // Without a file there is nothing to read, nor anything to load that could.
  if (!existsSync(`${configDir}/config.yaml`)) return 'local';
  const { readConfig } = await import('../../identity/index.ts');
  return (await readConfig(configDir)).currentContext;
}
