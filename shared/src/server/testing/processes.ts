import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import * as z from 'zod';

/** The line that a core prints when clients may come; fails with what it said instead when it ends before. */
export async function listeningLine(child: ChildProcess): Promise<Record<string, unknown>> {
  if (child.stdout === null) throw new Error('The core has no standard output.');
  const complaints: string[] = [];
  child.stderr?.on('data', (chunk: Buffer) => complaints.push(chunk.toString()));
  const lines = createInterface({ input: child.stdout });
  for await (const line of lines) return z.record(z.string(), z.unknown()).parse(JSON.parse(line));
  throw new Error(`The core ended without listening: ${complaints.join('')}`);
}
