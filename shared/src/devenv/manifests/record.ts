import * as z from 'zod';
import { devEnvSpecSchema, type DevEnvSpec } from '../../protocol/index.ts';
import type { SettledDevEnv } from './settledDevEnv.ts';

const settledSchema = z.object({
  image: z.string(),
  instanceType: z.string().optional(),
  cpu: z.string(),
  memory: z.string(),
  gpus: z.int().nonnegative(),
  idleStopSeconds: z.number().nonnegative(),
});

/** What a DevEnv's objects say of it: what it was asked to be, and what came of that. */
export interface DevEnvRecord {
  readonly spec: DevEnvSpec;
  readonly settled: z.output<typeof settledSchema> | undefined;
}

/** The value of the annotation `slipway.dev/devenv-spec`. */
export function recordText(spec: DevEnvSpec, { settings, idleStopSeconds }: SettledDevEnv): string {
  const { image, instanceType, cpu, memory, gpus } = settings;
  return JSON.stringify({ ...spec, settled: { image, instanceType, cpu, memory, gpus, idleStopSeconds } });
}

/** Reads that value; anybody may have written it, so that what does not fit is as if it were not there. */
export function parseRecord(text: string | undefined): DevEnvRecord {
  const { settled, ...spec } = fieldsOf(text);
  return { spec: specOf(spec), settled: settledSchema.safeParse(settled).data };
}

/** Wishes that a later version knows, or that nobody can understand, are left out one by one. */
function specOf(fields: Readonly<Record<string, unknown>>): DevEnvSpec {
  const known = Object.entries(devEnvSpecSchema.shape).flatMap(([name, schema]): [string, unknown][] => {
    const value = schema.safeParse(fields[name]);
    return value.success && value.data !== undefined ? [[name, value.data]] : [];
  });
  return devEnvSpecSchema.parse(Object.fromEntries(known));
}

function fieldsOf(text: string | undefined): Readonly<Record<string, unknown>> {
  try {
    return z
      .record(z.string(), z.unknown())
      .catch({})
      .parse(JSON.parse(text ?? ''));
  } catch {
    return {};
  }
}
