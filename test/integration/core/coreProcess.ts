import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { Duplex } from 'node:stream';
import { FrameReader, FrameWriter, ProtocolClient } from '../../../shared/src/server/index.ts';
import { protocolVersion } from '../../../shared/src/protocol/index.ts';
import { command } from '../cli/slipway.ts';

/** A real core: the built bundle in a process of its own, spoken to over a pipe of its own (descriptor 3). */
export interface CoreProcess {
  readonly client: ProtocolClient;
  readonly child: ChildProcess;
  /** Resident memory now, in bytes (Linux). */
  residentBytes(): number;
  /** Closes the pipe and waits for the process to leave. */
  stop(): Promise<void>;
}

/** @param script the bundle's, by default the one that was built here */
export async function startCore(env: NodeJS.ProcessEnv, files = false, script = command): Promise<CoreProcess> {
  const child = spawn(process.execPath, [script, 'serve', '--fd', '3'], {
    env,
    stdio: ['ignore', 'ignore', 'inherit', 'pipe'],
  });
  const pipe = child.stdio[3];
  if (!(pipe instanceof Duplex)) throw new Error('the core has no pipe of its own');
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const client = new ProtocolClient(new FrameReader(pipe), new FrameWriter(pipe), (problem) => {
    throw problem;
  });
  await client.request(
    'initialize',
    { protocolVersion, host: { name: 'test', version: '0.1.0' }, capabilities: { files } },
    AbortSignal.timeout(120_000),
  );
  return {
    client,
    child,
    residentBytes: () => residentBytes(child.pid ?? 0),
    stop: async () => {
      client.dispose();
      pipe.destroy();
      await ended;
    },
  };
}

/** Resident memory of a process now, in bytes (Linux). */
export function residentBytes(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kilobytes ?? Number.NaN) * 1024;
}
