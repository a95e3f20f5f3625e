import { execFile } from 'node:child_process';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DevEnvConnection } from '../../../shared/src/protocol/index.ts';
import type { Core } from '../../../shared/src/server/index.ts';
import { context, type ClusterMachine } from '../cluster/clusterMachine.ts';
import { bundleDir, coreInProcess } from '../cluster/coreInProcess.ts';

const never = new AbortController().signal;
/** Longer than anything here takes: what hangs says so. */
const limitMs = 90_000;

export interface Said {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** One of a person's devices: a home of its own, with a name that programs stumble over, and the real ssh. */
export class SshMachine {
  readonly home: string;
  readonly env: NodeJS.ProcessEnv;
  readonly core: Core;

  private constructor(home: string, env: NodeJS.ProcessEnv, folder: string) {
    this.home = home;
    this.env = env;
    this.core = coreInProcess({ folder, environment: env }, { dataDir: join(home, '.local/share/slipway'), bundleDir });
  }

  /** @param name of the home */
  static async create({ machine }: ClusterMachine, name: string): Promise<SshMachine> {
    const home = join(machine.folder, name);
    const programs = join(home, 'programs');
    await mkdir(programs, { recursive: true });
    // ssh takes the home of the user database, whatever HOME says: this is all that is not as on a person's machine.
    const wrapper =
      '#!/bin/sh\n[ "$1" = -F ] && exec /usr/bin/ssh "$@"\nexec /usr/bin/ssh -F "$HOME/.ssh/config" "$@"\n';
    await writeFile(join(programs, 'ssh'), wrapper);
    await chmod(join(programs, 'ssh'), 0o755);
    const rest: NodeJS.ProcessEnv = { ...machine.environment, XDG_DATA_HOME: '' };
    const env = { ...rest, HOME: home, PATH: `${programs}:${rest.PATH ?? ''}`, GIT_SSH: join(programs, 'ssh') };
    return new SshMachine(home, env, machine.folder);
  }

  connect(
    name: string,
    more: { readonly acceptNewHostKey?: boolean; readonly sshConfigFile?: string } = {},
  ): Promise<DevEnvConnection> {
    return this.core.handlers['devenvs/connect']({ context, name, include: true, ...more }, never);
  }

  ssh(...args: readonly string[]): Promise<Said> {
    return this.run('ssh', ...args);
  }

  run(program: string, ...args: readonly string[]): Promise<Said> {
    return new Promise((resolve, reject) => {
      const options = { env: this.env, timeout: limitMs, maxBuffer: 64 << 20, cwd: this.home };
      const child = execFile(program, args, options, (error, stdout, stderr) => {
        const code = error === null ? 0 : error.code;
        if (typeof code === 'number') resolve({ exitCode: code, stdout, stderr });
        else reject(new Error(`${program} did not end by itself:\n${stdout}${stderr}`, { cause: error }));
      });
      child.stdin?.end();
    });
  }
}
