import { homedir, hostname, userInfo } from 'node:os';
import type { ThisMachine } from '../../devenv/index.ts';
import { SlipwayError } from '../../protocol/index.ts';
import type { CoreEnvironment } from '../core.ts';

/** SSH on the machine that a core runs on. */
export async function openMachine(environment: CoreEnvironment): Promise<ThisMachine> {
  const [{ openThisMachine }, { systemClock }] = await Promise.all([
    import('../../devenv/index.ts'),
    import('../../kubernetes/index.ts'),
  ]);
  const { dataDir, env, now, log, version, bundleDir, nodePath } = environment;
  return openThisMachine({
    dataDir,
    env,
    home: env.HOME ?? homedir(),
    platform: process.platform,
    name: `${userName()}@${hostname()}`,
    core: {
      version,
      get folder() {
        if (bundleDir !== undefined) return bundleDir;
        throw new SlipwayError(
          'ssh.config',
          'This core runs from its sources, so there is no program for ssh to start.',
          {
            action: 'Build it with "npm run build", and use what that makes.',
          },
        );
      },
      runtime: { path: nodePath, electron: 'electron' in process.versions },
    },
    clock: { ...systemClock, now },
    tell: log,
  });
}

/** A uid without a name is one in many containers. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return 'somebody';
  }
}
