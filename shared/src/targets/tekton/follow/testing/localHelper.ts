import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { SlipwayError } from '../../../../protocol/index.ts';
import type { RemoteEnd, StartHelper } from '../remoteProcess.ts';

const steps = join(import.meta.dirname, '../../../../pipeline/steps/slipway_steps');

/** The helper's real verbs as processes of this machine, for a run's folder here. */
export class LocalHelper {
  readonly children: ChildProcess[] = [];
  readonly #python: string;
  readonly #folder: string;

  constructor(python: string, folder: string) {
    this.#python = python;
    this.#folder = folder;
  }

  readonly start: StartHelper = async (_where, verb, signal) => {
    signal.throwIfAborted();
    const child = spawn(this.#python, ['-I', '-S', steps, verb], {
      env: { SLIPWAY_RUN_DIR: this.#folder, SLIPWAY_TARGET: 'cluster' },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.children.push(child);
    let words = '';
    child.stderr.on('data', (chunk: Buffer) => (words += chunk.toString()));
    child.stdin.on('error', () => undefined);
    await once(child, 'spawn');
    const ended = once(child, 'close').then(([code]: unknown[]): RemoteEnd => {
      // A process that was killed stands for a connection that broke.
      return { exitCode: typeof code === 'number' ? code : undefined, words };
    });
    return {
      output: child.stdout as AsyncIterable<Uint8Array>,
      send: (bytes) =>
        new Promise((resolve, reject) => {
          child.stdin.write(bytes, (error) => {
            if (error) reject(new SlipwayError('cluster.unreachable', 'The process has ended.'));
            else resolve();
          });
        }),
      ended,
      destroy: () => void child.kill('SIGKILL'),
    };
  };

  dispose(): void {
    for (const child of this.children) child.kill('SIGKILL');
  }
}
