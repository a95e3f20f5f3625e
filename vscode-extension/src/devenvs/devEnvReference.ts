import type { DevEnv } from '@slipway/shared/protocol';

/** What commands are given: a DevEnv by its names. */
export interface DevEnvReference {
  readonly context: string;
  readonly devEnv: string;
}

/** A command of a DevEnv (`devenvs/runJob`). */
export interface JobReference extends DevEnvReference {
  readonly job: string;
}

/** Undefined for what is no reference: commands may be called by anybody with anything. */
export function devEnvReferenceOf(value: unknown): DevEnvReference | undefined {
  if (typeof value !== 'object' || value === null || !('context' in value) || !('devEnv' in value)) return undefined;
  const { context, devEnv } = value;
  return typeof context === 'string' && typeof devEnv === 'string' ? { context, devEnv } : undefined;
}

/** Undefined for what is no reference. */
export function jobReferenceOf(value: unknown): JobReference | undefined {
  const reference = devEnvReferenceOf(value);
  if (reference === undefined || typeof value !== 'object' || value === null || !('job' in value)) return undefined;
  return typeof value.job === 'string' ? { ...reference, job: value.job } : undefined;
}

export function referenceTo({ context, name }: DevEnv): DevEnvReference {
  return { context, devEnv: name };
}

/** As the core is asked for it. */
export function named({ context, devEnv }: DevEnvReference): { readonly context: string; readonly name: string } {
  return { context, name: devEnv };
}
