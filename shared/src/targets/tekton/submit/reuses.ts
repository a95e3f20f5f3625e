import * as z from 'zod';
import { annotations } from '../../../pipeline/index.ts';
import type { Metadata } from './clusterObjects.ts';

const reusesSchema = z.object({ run: z.string() });

/** The run that a run takes steps from, by its annotation. */
export function reusedBy(metadata: Metadata): string | undefined {
  const text = metadata.annotations[annotations.reuses];
  if (text === undefined) return undefined;
  try {
    return reusesSchema.safeParse(JSON.parse(text)).data?.run;
  } catch {
    // Anybody may write an annotation; what is not ours names no run.
    return undefined;
  }
}
