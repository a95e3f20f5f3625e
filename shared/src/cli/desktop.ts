import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { SlipwayError } from '../protocol/index.ts';

/** Runs the person's editor on the terminal and waits for it. `editor` is what they put in $EDITOR: it may have options. */
export function runEditor(editor: string, file: string, platform: NodeJS.Platform): Promise<number> {
  // As git does: the editor's text is the person's own shell line, the file is an argument of its own.
  const child =
    platform === 'win32'
      ? spawn(`${editor} "${file}"`, { shell: true, stdio: 'inherit' })
      : spawn('sh', ['-c', `${editor} "$@"`, editor, file], { stdio: 'inherit' });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 1));
  });
}

/** Runs a program on the terminal and waits for it. Its exit code; as shells have it where a signal ended it. */
export function runProgram(program: string, args: readonly string[]): Promise<number> {
  const child = spawn(program, args, { stdio: 'inherit' });
  return new Promise((resolve, reject) => {
    child.on('error', (cause) => {
      reject(
        new SlipwayError('ssh.missing', `The program ${program} could not be started.`, {
          action: `Install ${program}, and see that it is on your PATH.`,
          cause,
        }),
      );
    });
    child.on('close', (code, signal) => resolve(code ?? (signal === null ? 1 : 128 + constants.signals[signal])));
  });
}

/** Opens a file or an address (http) with the desktop's program for it. False where there is no desktop, or it has none. */
export async function openWithDesktop(
  file: string,
  platform: NodeJS.Platform,
  env: Readonly<Record<string, string | undefined>>,
): Promise<boolean> {
  const opener = openerOf(platform, env);
  if (opener === undefined) return false;
  const [program, ...args] = opener;
  return new Promise((resolve) => {
    const child = spawn(program, [...args, file], { stdio: 'ignore', detached: true });
    child.on('error', () => resolve(false));
    child.on('close', (code) => resolve(code === 0));
    child.unref();
  });
}

function openerOf(
  platform: NodeJS.Platform,
  env: Readonly<Record<string, string | undefined>>,
): readonly [string, ...string[]] | undefined {
  if (platform === 'darwin') return ['open'];
  if (platform === 'win32') return ['explorer.exe'];
  const hasDesktop = [env.DISPLAY, env.WAYLAND_DISPLAY].some((value) => value !== undefined && value !== '');
  return hasDesktop ? ['xdg-open'] : undefined;
}
