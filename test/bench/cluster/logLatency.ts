import { createInterface } from 'node:readline';
import { context } from '../../integration/cluster/clusterMachine.ts';
import { startDetached } from '../../integration/cluster/detached.ts';
import type { Comparison } from '../statistics.ts';
import { inBenchSpace, preciseNow, type BenchSpace } from './benchSpace.ts';
import { readMergedLog, bytesOf } from './logReading.ts';

/** Waits until both readers are there, then writes lines that say when they were written, 20 a second. */
const program = `import os, sys, time
while not os.path.exists("/tmp/go"):
    print("wait", flush=True)
    time.sleep(0.5)
for number in range(int(sys.argv[1])):
    print(f"line {number} {time.time_ns()}", flush=True)
    time.sleep(0.05)
`;

/**
 * A log line from write to client: through the core's reading of logs and its long poll, beside `kubectl logs -f` of the
 * same step of the same run at the same time.
 */
export async function logLatency(lines: number): Promise<Comparison[]> {
  return inBenchSpace('latency', {}, async (space) => {
    const { ours, reference } = await latencies(space, lines);
    if (ours.length !== lines || reference.length !== lines) {
      throw new Error(`of ${lines} lines the core gave ${ours.length}, kubectl ${reference.length}`);
    }
    const common = { unit: 'ms', ours, reference, referenceName: 'kubectl logs -f of the same step' };
    const goal = 'at most 10 ms more';
    const met = (mine: number, kubectl: number) => mine - kubectl <= 10;
    return [
      { ...common, name: 'A log line from write to client', percent: 50, goal, met },
      { ...common, name: 'A log line from write to client', percent: 95, goal, met },
    ];
  });
}

async function latencies(space: BenchSpace, lines: number) {
  const { machine } = space;
  await machine.machine.write('lines.py', program);
  const run = await startDetached(machine, ['--', 'python3', 'lines.py', String(lines)]);
  const pod = `${run}-run-pod`;
  await machine.until('the step runs', async () => {
    const logs = await space.kubectl('logs', pod, '-c', 'step-command').catch(unlessEarly);
    return logs.includes('wait') ? true : undefined;
  });
  const core = await space.core();
  const ours = new Map<number, number>();
  const reference = new Map<number, number>();
  const reading = readMergedLog(core, run, (batch) => {
    if (batch.step === 'command') take(ours, bytesOf(batch).toString('utf8'));
  });
  const kubectl = space.startKubectl('logs', '--follow', pod, '-c', 'step-command');
  createInterface(kubectl.stdout).on('line', (line) => take(reference, `${line}\n`));
  // Both have said something by then.
  await new Promise((resolve) => setTimeout(resolve, 5_000));
  await space.kubectl('exec', pod, '-c', 'step-command', '--', 'touch', '/tmp/go');
  await reading;
  kubectl.kill();
  await core.client.request('runs/delete', { run, context }, AbortSignal.timeout(60_000));
  return { ours: [...ours.values()], reference: [...reference.values()] };
}

function take(latencies: Map<number, number>, text: string): void {
  const now = preciseNow();
  for (const [, number = '', written = ''] of text.matchAll(/^line (\d+) (\d+)\n/gm)) {
    latencies.set(Number(number), now - Number(BigInt(written) / 1000n) / 1000);
  }
}

/** The container is not there yet. */
function unlessEarly(error: unknown): string {
  if (/not found|waiting to start/.test(String(error))) return '';
  throw error;
}
