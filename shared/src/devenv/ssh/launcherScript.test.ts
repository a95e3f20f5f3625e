import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launcherCommand, launcherScript } from './launcherScript.ts';

const run = promisify(execFile);

describe('the launcher', () => {
  let root: string;
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), "slipway o'launcher ü "));
    for (const name of ['slipway.js', 'sshProxy.cjs']) await writeFile(join(root, name), '');
  });
  afterAll(() => rm(root, { recursive: true, force: true }));

  /** A program that says how it was called. */
  async function runtime(name: string): Promise<string> {
    const path = join(root, name);
    await mkdir(join(path, '..'), { recursive: true });
    await writeFile(
      path,
      `#!/bin/sh\n[ "$1" = -e ] && exit 0\necho ${name} "$ELECTRON_RUN_AS_NODE" "\${1##*/}" "$2" "$3"\n`,
    );
    await chmod(path, 0o755);
    return path;
  }

  async function launch(
    runtimes: readonly { path: string; electron: boolean }[],
    env: NodeJS.ProcessEnv = {},
    script = join(root, 'slipway.js'),
    args = ['runs', 'a b'],
  ): Promise<string> {
    const file = join(root, 'launcher');
    await writeFile(file, launcherScript({ script, proxyScript: join(root, 'sshProxy.cjs'), runtimes }));
    await chmod(file, 0o755);
    const ended = await run(file, args, { env: { PATH: '/nowhere', ...env } }).catch((error: unknown) =>
      error instanceof Error && 'stderr' in error ? { stdout: String(error.stderr) } : Promise.reject(error as Error),
    );
    return ended.stdout.trim();
  }

  it('starts what was found when it was written, with the words as they are', async () => {
    const [one, two] = [await runtime('one'), await runtime('two')];
    expect(
      await launch([
        { path: one, electron: false },
        { path: two, electron: false },
      ]),
    ).toBe('one  slipway.js runs a b');
    expect(await launch([{ path: one, electron: true }])).toBe('one 1 slipway.js runs a b');
  });

  it('starts the next where that has gone, and a Node on the PATH at last', async () => {
    const two = await runtime('two');
    const gone = { path: join(root, 'gone'), electron: false };
    expect(await launch([gone, { path: two, electron: false }])).toBe('two  slipway.js runs a b');
    await runtime('bin/node');
    expect(await launch([gone], { PATH: join(root, 'bin') })).toBe('bin/node  slipway.js runs a b');
  });

  it('starts what SLIPWAY_NODE names before everything else', async () => {
    const [one, mine] = [await runtime('one'), await runtime('mine')];
    expect(await launch([{ path: one, electron: false }], { SLIPWAY_NODE: mine })).toBe('mine  slipway.js runs a b');
  });

  it('starts the one file that is fast for ssh', async () => {
    const one = { path: await runtime('one'), electron: false };
    expect(await launch([one], {}, undefined, ['ssh-proxy', 'x'])).toBe('one  sshProxy.cjs ssh-proxy x');
  });

  it('says what helps where nothing can run it, or its files have gone', async () => {
    expect(await launch([])).toMatch(/no program was found here that can run it: Node 22/);
    expect(await launch([], {}, join(root, 'none'))).toMatch(/its files are gone/);
  });

  it('is a batch file on Windows, which takes no percent sign for a variable', () => {
    const text = launcherCommand({
      script: 'C:\\Users\\Jürgen 100%\\core\\slipway.js',
      proxyScript: 'C:\\Users\\Jürgen 100%\\core\\sshProxy.cjs',
      runtimes: [{ path: 'C:\\Program Files\\Code (x86)\\Code.exe', electron: true }],
    });
    expect(text.split('\r\n')).toEqual(
      expect.arrayContaining([
        'set "script=C:\\Users\\Jürgen 100%%\\core\\slipway.js"',
        'if "%~1"=="ssh-proxy" set "script=C:\\Users\\Jürgen 100%%\\core\\sshProxy.cjs"',
        'if exist "C:\\Program Files\\Code (x86)\\Code.exe" (',
        '  set "ELECTRON_RUN_AS_NODE=1"',
        '  "C:\\Program Files\\Code (x86)\\Code.exe" "%script%" %*',
      ]),
    );
    expect(text).not.toMatch(/[^\r]\n/);
  });
});
