import type { KubernetesApi } from '../api.ts';
import { exec, type ExecRequest } from './exec.ts';

export interface CommandResult {
  readonly exitCode: number;
  /** At most `maxStdoutBytes` from the start. */
  readonly stdout: Uint8Array;
  readonly stderr: string;
}

/** Runs a program to its end and gives what it said; more than `maxStdoutBytes` (default 1 MiB) is dropped. @throws as `exec` */
export async function runCommand(
  api: KubernetesApi,
  request: ExecRequest & { readonly maxStdoutBytes?: number },
  signal: AbortSignal,
): Promise<CommandResult> {
  const session = await exec(api, request, signal);
  const limit = request.maxStdoutBytes ?? 1_048_576;
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of session.stdout) {
      const kept = chunk.subarray(0, limit - size);
      size += kept.length;
      if (kept.length > 0) chunks.push(kept);
    }
    const { exitCode } = await session.exited;
    return { exitCode, stdout: Buffer.concat(chunks), stderr: session.stderr() };
  } finally {
    session.close();
  }
}
