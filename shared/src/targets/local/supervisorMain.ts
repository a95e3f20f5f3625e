import { readFileSync, writeFileSync } from 'node:fs';
import { identify } from '../../processes/index.ts';
import { endProcesses } from './processes/endProcesses.ts';
import { RunPaths } from './runFolder.ts';
import { CancelRequest } from './supervisor/cancelRequest.ts';
import { EventWriter } from './supervisor/eventWriter.ts';
import { parseLocalSettings } from './supervisor/localSettings.ts';
import { runMarker } from './supervisor/stepEnvironment.ts';
import { supervise } from './supervisor/supervise.ts';

/**
 * The supervisor: the process that drives one local run, whoever comes and goes. Started by `submit` as
 * `node supervisorMain RUN_FOLDER`, in a session of its own; all that it needs is in that folder. It imports no library,
 * because every run starts one and it lives as long as the run does.
 */
async function main(folder: string): Promise<number> {
  const paths = new RunPaths(folder);
  const cancel = new CancelRequest(paths.cancel, () => performance.now());
  // A closed terminal or a Ctrl-C is meant for the program that submitted the run, not for the run.
  process.on('SIGHUP', () => undefined);
  process.on('SIGINT', () => undefined);
  process.on('SIGUSR2', () => cancel.poll());
  process.on('SIGTERM', () => {
    cancel.poll();
    cancel.request('the machine shut down or ended its programs');
  });

  const self = identify(process.pid);
  if (self === undefined) throw new Error('this process cannot be found in the process table');
  if (!claim(paths.supervisor, JSON.stringify({ ...self, runDir: folder }))) return 0;

  const events = new EventWriter(paths.events);
  const flushing = setInterval(() => events.flush(), 250);
  const env = process.env;
  let failure: Error | undefined;
  try {
    const settings = parseLocalSettings(readFileSync(paths.local, 'utf8'));
    await supervise({ paths, settings, self, env, cancel, emit: (event) => events.append(event) });
  } catch (error) {
    failure = error instanceof Error ? error : new Error(String(error));
    await endProcesses({ marker: runMarker(folder), roots: new Set(), graceMs: 10_000 });
    const reason = `the supervisor failed: ${failure.message}`;
    events.append({ type: 'finished', time: Date.now(), state: 'failed', reason });
  }
  clearInterval(flushing);
  const written = await events.close(60_000);
  if (failure !== undefined) throw failure;
  return written ? 0 : 1;
}

/** True for the first supervisor of a run; a second one has nothing to do. */
function claim(path: string, content: string): boolean {
  try {
    writeFileSync(path, `${content}\n`, { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('usage: supervisorMain RUN_FOLDER');
process.exit(await main(folder));
