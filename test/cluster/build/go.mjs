/** Building Go programs: exact versions from the committed go.mod and go.sum, static, without paths of this machine. */
import { isAbsolute, join } from 'node:path';
import { execute } from '../tools/processes.mjs';
import { sources } from '../settings.mjs';

const environment = { CGO_ENABLED: '0', GOFLAGS: '-mod=readonly -buildvcs=false', GOWORK: 'off' };

/** `module` is the folder of a Go module, below this folder or absolute; `program` a package in it. */
export async function buildGo(module, program, output, { linkerFlags = '', tags = '', signal } = {}) {
  const flags = ['-trimpath', '-ldflags', `-s -w ${linkerFlags}`.trim()];
  if (tags !== '') flags.push('-tags', tags);
  const cwd = isAbsolute(module) ? module : join(sources, module);
  // It takes all processors for minutes, beside tests that wait for theirs.
  await execute('nice', ['go', 'build', ...flags, '-o', output, program], { cwd, env: environment, signal });
}

/**
 * The folder in Go's module cache of a module that `user`, a module of ours, requires: the version and the checksum are
 * the ones in its go.mod and go.sum. Downloads it when it is not there.
 */
export async function moduleFolder(user, module, version, signal) {
  const cwd = join(sources, user);
  const found = JSON.parse(
    await execute('go', ['mod', 'download', '-json', module], { cwd, env: environment, signal }),
  );
  if (found.Version !== version) throw new Error(`${user}/go.mod has ${module} ${found.Version}, not ${version}`);
  return found.Dir;
}

export const ldflags = {
  /** Kubernetes reports this version of itself; clients and Tekton parse it. */
  kubernetes(version) {
    const [, major, minor] = /^v(\d+)\.(\d+)\./.exec(version);
    const values = { gitVersion: version, gitMajor: major, gitMinor: minor, gitTreeState: 'clean' };
    return Object.entries(values)
      .map(([name, value]) => `-X k8s.io/component-base/version.${name}=${value}`)
      .join(' ');
  },
};
