import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { testPython } from './stepRunner.ts';

/**
 * What coreutils' `timeout` does: the program that it has started is told by its id, and then as one of its group. Between the two
 * another process may get the processor, which nobody can arrange: here there is a pause.
 */
const script = (seconds: number): string => `#!${testPython()}
import os, signal, subprocess, sys, time
words = [word for word in sys.argv[1:] if not word.startswith("--signal=") and not word.startswith("--kill-after=")]
os.setpgid(0, 0)
program = subprocess.Popen(words[1:])
try:
    sys.exit(program.wait(float(words[0])))
except subprocess.TimeoutExpired:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.kill(program.pid, signal.SIGINT)
    end = time.perf_counter() + ${seconds}
    while time.perf_counter() < end:
        pass
    os.kill(0, signal.SIGINT)
    program.wait()
    sys.exit(124)
`;

/** A PATH whose first `timeout` is that slow. @param folder where it may lie */
export async function slowTimeout(folder: string, seconds = 0.2): Promise<string> {
  const bin = join(folder, 'slow-timeout');
  await mkdir(bin, { recursive: true });
  await writeFile(join(bin, 'timeout'), script(seconds), { mode: 0o755 });
  return `${bin}:${process.env.PATH ?? ''}`;
}
