import * as z from 'zod';

/** What goes between a panel in its webview and the extension. Everything that comes out of a webview is checked by these. */

const reference = { context: z.string().min(1).max(253), run: z.string().min(1).max(253) };

export const hostActionSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('openRun'), ...reference }),
  z.strictObject({ kind: z.literal('openLogs'), ...reference, step: z.string().max(190).optional() }),
  z.strictObject({ kind: z.literal('openArtifact'), ...reference, path: z.string().min(1).max(4096) }),
  z.strictObject({ kind: z.literal('saveArtifact'), ...reference, path: z.string().min(1).max(4096) }),
  z.strictObject({ kind: z.literal('saveLog'), ...reference }),
  z.strictObject({ kind: z.literal('openFailedCell'), ...reference }),
  z.strictObject({ kind: z.literal('editAndRerun'), ...reference }),
  z.strictObject({ kind: z.literal('showManifest'), manifest: z.string().max(4_000_000) }),
  z.strictObject({ kind: z.literal('copy'), text: z.string().max(64_000_000) }),
  z.strictObject({ kind: z.literal('close') }),
]);

/** The core's methods that panels use. What changes other people's runs, contexts or the core itself is not among them. */
export const allowedRequests = [
  'jobs/plan',
  'jobs/schema',
  'jobs/validate',
  'jobs/manifest',
  'jobs/preflight',
  'runs/submit',
  'runs/list',
  'runs/get',
  'runs/watch',
  'runs/unwatch',
  'runs/cancel',
  'runs/rerun',
  'runs/retry',
  'runs/spec',
  'runs/links',
  'contexts/secrets',
  'logs/read',
  'logs/tail',
  'logs/scan',
  'artifacts/list',
  'artifacts/tests',
  'artifacts/coverage',
  'artifacts/failedCell',
] as const;
export type AllowedRequest = (typeof allowedRequests)[number];

const id = z.int().nonnegative();
const key = z.string().min(1).max(1000);

export const panelMessageSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('ready') }),
  /** Whether anybody is there. */
  z.strictObject({ type: z.literal('ping') }),
  z.strictObject({ type: z.literal('request'), id, name: z.enum(allowedRequests), params: z.json() }),
  z.strictObject({ type: z.literal('abort'), id }),
  z.strictObject({ type: z.literal('perform'), id, action: hostActionSchema }),
  z.strictObject({ type: z.literal('recall'), id, key }),
  z.strictObject({ type: z.literal('remember'), id, key, value: z.json() }),
  z.strictObject({ type: z.literal('title'), title: z.string().max(1000), state: z.string().max(20) }),
]);
export type PanelMessage = z.infer<typeof panelMessageSchema>;
