import { shellWord } from './quoting.ts';

export interface LauncherOptions {
  /** Absolute path of the core's `slipway.js`. */
  readonly script: string;
  /** Instead of it for `ssh-proxy`, which has to start fast. */
  readonly proxyScript: string;
  /** Programs that can run it, the best first. */
  readonly runtimes: readonly { readonly path: string; readonly electron: boolean }[];
}

const nobody =
  'slipway: no program was found here that can run it: Node 22.15.1 or newer, or the editor that Slipway was installed in.';
const help = 'Install Node and put it on your PATH, or open the editor and connect to the DevEnv once more.';
const gone =
  'slipway: its files are gone. Open the editor, or run "slipway devenv connect", to have them written anew.';
const newEnough =
  "const [a,b,c]=process.versions.node.split('.').map(Number);process.exit(a>22||a===22&&(b>15||b===15&&c>=1)?0:1)";

/**
 * The command `slipway` for what has no core at hand, such as ssh: a script for `/bin/sh`. What runs the core was found when this was
 * written; where that has gone, `SLIPWAY_NODE` and a Node on the PATH are tried.
 */
export function launcherScript({ script, proxyScript, runtimes }: LauncherOptions): string {
  const tries = runtimes.map(({ path, electron }) => {
    const program = shellWord(path);
    const start = electron ? `ELECTRON_RUN_AS_NODE=1 exec ${program}` : `exec ${program}`;
    return `[ -x ${program} ] && ${start} "$script" "$@"`;
  });
  return [
    '#!/bin/sh',
    '# Written by Slipway: runs its command without an editor. Overwritten at the next connecting.',
    `script=${shellWord(script)}`,
    `[ "$1" = ssh-proxy ] && script=${shellWord(proxyScript)}`,
    `if [ ! -r "$script" ]; then echo ${shellWord(gone)} >&2; exit 4; fi`,
    '[ -n "$SLIPWAY_NODE" ] && [ -x "$SLIPWAY_NODE" ] && exec "$SLIPWAY_NODE" "$script" "$@"',
    ...tries,
    'node=$(command -v node) && [ -x "$node" ] &&',
    `  "$node" -e ${shellWord(newEnough)} </dev/null >/dev/null 2>&1 && exec "$node" "$script" "$@"`,
    `echo ${shellWord(nobody)} >&2`,
    `echo ${shellWord(help)} >&2`,
    'exit 4',
    '',
  ].join('\n');
}

/** The same for Windows' `cmd`. @throws never: a path with a sign of `cmd`'s is written with that sign doubled, as far as it can be */
export function launcherCommand({ script, proxyScript, runtimes }: LauncherOptions): string {
  const tries = runtimes.flatMap(({ path, electron }) => [
    `if exist "${batch(path)}" (`,
    ...(electron ? ['  set "ELECTRON_RUN_AS_NODE=1"'] : []),
    `  "${batch(path)}" "%script%" %*`,
    '  exit /b',
    ')',
  ]);
  return [
    '@echo off',
    'rem Written by Slipway: runs its command without an editor. Overwritten at the next connecting.',
    'rem What follows is UTF-8.',
    'setlocal DisableDelayedExpansion',
    'chcp 65001 >nul',
    `set "script=${batch(script)}"`,
    `if "%~1"=="ssh-proxy" set "script=${batch(proxyScript)}"`,
    'if not exist "%script%" (',
    `  echo ${gone} 1>&2`,
    '  exit /b 4',
    ')',
    'if defined SLIPWAY_NODE if exist "%SLIPWAY_NODE%" (',
    '  "%SLIPWAY_NODE%" "%script%" %*',
    '  exit /b',
    ')',
    ...tries,
    'where /q node.exe && (',
    '  node.exe "%script%" %*',
    '  exit /b',
    ')',
    `echo ${nobody} 1>&2`,
    `echo ${help} 1>&2`,
    'exit /b 4',
    '',
  ].join('\r\n');
}

/** Inside quotes only the percent sign means something in a batch file. */
function batch(path: string): string {
  return path.replaceAll('%', '%%');
}
