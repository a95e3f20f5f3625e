import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createCore, type Core, type CoreEnvironment } from '../../../shared/src/server/index.ts';

const sources = fileURLToPath(new URL('../../../shared/src', import.meta.url));

/** A core in this process of the person whose machine this is. @param changes what else than usual it is given */
export function coreInProcess(
  { folder, environment }: { readonly folder: string; readonly environment: NodeJS.ProcessEnv },
  changes: Partial<CoreEnvironment> = {},
): Core {
  return createCore({
    version: '0.1.0',
    dataDir: join(folder, 'data/slipway'),
    environmentsDir: join(folder, 'environments'),
    configDir: join(environment.XDG_CONFIG_HOME ?? '', 'slipway'),
    stepsDir: join(sources, 'pipeline/steps'),
    supervisorScript: join(sources, 'targets/local/supervisorMain.ts'),
    nodePath: process.execPath,
    env: environment,
    now: Date.now,
    randomHex: (bytes) => randomBytes(bytes).toString('hex'),
    temporaryFolder: folder,
    log: () => undefined,
    ...changes,
  });
}

/** Where the built bundle lies, for a core that installs the launcher. */
export const bundleDir = join(sources, '../dist');
