import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';

/** Above this load the machine is busy with something else, and times say little. */
const quietLoad = 4;

/** What the figures were taken on, and a warning where they are not worth much. */
export function describeMachine(): string {
  const [load = 0] = loadavg();
  const model = cpus()[0]?.model ?? 'unknown processor';
  const memory = `${(totalmem() / 2 ** 30).toFixed(0)} GiB`;
  const line = `${availableParallelism()} cores (${model}), ${memory}, load average ${load.toFixed(1)}, Node ${process.version}`;
  if (load <= quietLoad) return line;
  return `${line}\nWarning: the load is above ${quietLoad}. The machine is busy: draw no conclusions from times, only from counts.`;
}
