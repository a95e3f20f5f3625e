import { execFile } from 'node:child_process';
import { isAbsolute } from 'node:path';
import { promisify } from 'node:util';
import { SlipwayError } from '../../../protocol/index.ts';
import { errorCode } from '../diskErrors.ts';

const run = promisify(execFile);

/** The oldest Python that the step helpers and their tools run on. */
const oldest: readonly [number, number] = [3, 9];
const probeLimitMs = 20_000;

/** What an interpreter says of itself. */
export interface ProbedPython {
  /** "3.11.7" */
  readonly version: string;
  /** Where it really is, when it was started through a shim (pyenv, asdf). */
  readonly executable: string;
  /** The installation or virtual environment that it belongs to. */
  readonly prefix: string;
}

/**
 * Asks an interpreter what it is.
 * @param folder absolute path where it is started: a shim chooses by the files there
 * @throws SlipwayError `python.unusable` when it does not start or is too old
 */
export async function probePython(interpreter: string, folder: string, signal: AbortSignal): Promise<ProbedPython> {
  let text: string;
  try {
    // Understood by Python 2 as well, so that an old one is told by its version. Imports nothing that the folder could have.
    const code =
      'import sys; sys.stdout.write("\\0".join(["%d.%d.%d" % tuple(sys.version_info[:3]), sys.executable or "", sys.prefix]))';
    const options = { timeout: probeLimitMs, signal, cwd: folder, encoding: 'utf8' } as const;
    text = (await run(interpreter, ['-E', '-s', '-S', '-c', code], options)).stdout;
  } catch (error) {
    signal.throwIfAborted();
    throw unusable(interpreter, whyItFailed(error), error);
  }
  const match = /^((\d+)\.(\d+)\.\d+)\0(.*)\0(.*)$/s.exec(text);
  if (match === null) throw unusable(interpreter, 'it is not a Python');
  const [, version = '', major, minor, executable = '', prefix = ''] = match;
  if (Number(major) < oldest[0] || (Number(major) === oldest[0] && Number(minor) < oldest[1])) {
    throw unusable(interpreter, `it is Python ${version}, and ${oldest.join('.')} or newer is needed`);
  }
  return { version, executable: isAbsolute(executable) ? executable : interpreter, prefix };
}

function whyItFailed(error: unknown): string {
  switch (errorCode(error)) {
    case 'ENOENT':
      return 'it is not there';
    case 'EACCES':
      return 'it may not be executed';
    default: {
      const output =
        error instanceof Error && 'stderr' in error && typeof error.stderr === 'string' ? error.stderr : '';
      const line = output.trim().split('\n').at(-1) ?? '';
      return line === '' ? 'it does not start' : `it does not start: ${line.slice(0, 300)}`;
    }
  }
}

export function unusable(interpreter: string, why: string, cause?: unknown): SlipwayError {
  return new SlipwayError('python.unusable', `The Python ${interpreter} cannot be used: ${why}.`, {
    action: `Name a Python ${oldest.join('.')} or newer with python: in the job spec, or "managed" to let Slipway keep one.`,
    cause,
  });
}
