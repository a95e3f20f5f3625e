import * as z from 'zod';

/** Entries of the kubeconfig format, `v1.Config`. An empty text means the same as none, as it does for kubectl. */
const text = z
  .string()
  .nullish()
  .transform((value) => (value === null || value === '' ? undefined : value));
const flag = z
  .boolean()
  .nullish()
  .transform((value) => value ?? false);
const texts = z
  .array(z.string())
  .nullish()
  .transform((value) => value ?? []);

export const clusterSchema = z.object({
  server: text,
  'certificate-authority': text,
  'certificate-authority-data': text,
  'insecure-skip-tls-verify': flag,
  'tls-server-name': text,
  'proxy-url': text,
  extensions: z.array(z.object({ name: z.string(), extension: z.unknown().optional() })).nullish(),
});
export type ClusterEntry = z.infer<typeof clusterSchema>;

export const execSchema = z.object({
  apiVersion: text,
  command: z.string().min(1),
  args: texts,
  env: z
    .array(z.object({ name: z.string().min(1), value: z.string() }))
    .nullish()
    .transform((value) => value ?? []),
  installHint: text,
  provideClusterInfo: flag,
  interactiveMode: z.enum(['Never', 'IfAvailable', 'Always']).nullish(),
});
export type ExecEntry = z.infer<typeof execSchema>;

export const userSchema = z.object({
  token: text,
  tokenFile: text,
  'client-certificate': text,
  'client-certificate-data': text,
  'client-key': text,
  'client-key-data': text,
  username: text,
  password: text,
  as: text,
  'as-groups': texts,
  'as-uid': text,
  'as-user-extra': z
    .record(z.string(), z.array(z.string()))
    .nullish()
    .transform((value) => value ?? {}),
  exec: execSchema.nullish().transform((value) => value ?? undefined),
  'auth-provider': z.unknown().optional(),
});
export type UserEntry = z.infer<typeof userSchema>;

export const contextSchema = z.object({
  cluster: text,
  user: text,
  namespace: text,
});
export type ContextEntry = z.infer<typeof contextSchema>;

const named = (key: 'cluster' | 'user' | 'context') =>
  z
    .array(z.looseObject({ name: z.string() }))
    .nullish()
    .transform((list) => (list ?? []).map((entry) => ({ name: entry.name, value: entry[key] ?? {} })));

/** A file. Entries are looked into when they are used: one that is broken does no harm to the others. */
export const fileSchema = z.object({
  kind: z.literal('Config').nullish(),
  'current-context': text,
  clusters: named('cluster'),
  users: named('user'),
  contexts: named('context'),
});
export type KubeconfigFile = z.infer<typeof fileSchema>;
