import * as z from 'zod';

/** What an address may name of a run. `{pod}` is the pod of the steps. */
export const linkPlaceholders = ['run', 'namespace', 'pod', 'user', 'context'] as const;
export type LinkPlaceholder = (typeof linkPlaceholders)[number];

const placeholder = /\{([^{}]*)\}/g;

/** The address of a page about a run: http or https, with placeholders behind the host alone, `https://grafana.example/d/gpu?var-pod={pod}`. */
export const linkTemplateSchema = z
  .string()
  .max(2000)
  .regex(/^https?:\/\/[^\s{}/?#@\\]+(?:[/?#][^\s\\]*)?$/, 'an http or https address whose host is written out')
  .refine(
    (text) =>
      [...text.matchAll(placeholder)].every(([, name]) => linkPlaceholders.some((each) => each === name)) &&
      !/[{}]/.test(text.replaceAll(placeholder, '')),
    `only these can be filled in: ${linkPlaceholders.map((name) => `{${name}}`).join(', ')}`,
  );

/** Addresses by what they are called for people: `GPU use`. */
export const linkTemplatesSchema = z.record(
  z
    .string()
    .min(1)
    .max(60)
    .regex(/^[^\p{C}]+$/u),
  linkTemplateSchema,
);

export const runLinkSchema = z.object({ label: z.string(), url: z.string() });
export type RunLink = z.infer<typeof runLinkSchema>;

/** The pages about one run. Pure; what is filled in cannot leave its place in the address. */
export function linksOf(
  templates: z.infer<typeof linkTemplatesSchema>,
  values: Readonly<Record<LinkPlaceholder, string>>,
): readonly RunLink[] {
  const fill = (_all: string, name: LinkPlaceholder): string =>
    encodeURIComponent(values[name].replaceAll(/\p{Surrogate}/gu, '\uFFFD'));
  return Object.entries(templates).map(([label, template]) => ({ label, url: template.replaceAll(placeholder, fill) }));
}
