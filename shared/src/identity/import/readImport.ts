import { contextEntrySchema, SlipwayError, type ContextEntry } from '../../protocol/index.ts';
import { contentOf, invalidConfig, issueWords, parseConfig, parseYaml } from '../config/parseConfig.ts';
import { draftFromKubeconfig, type Draft } from './fromKubeconfig.ts';

export interface ImportOptions {
  /** The file that the text came from, absolute; undefined: it came from somewhere else. */
  readonly path?: string | undefined;
  /** What to call the context, for a text with one. */
  readonly name?: string | undefined;
  /** The image of its runs, in place of what the text says. */
  readonly image?: string | undefined;
}

/** Contexts that somebody handed out, checked. */
export interface Import {
  readonly entries: readonly ContextEntry[];
  /** What a person should know of them, in sentences. */
  readonly notes: readonly string[];
}

/**
 * A team profile (one context), a whole config.yaml, or a kubeconfig. Pure.
 * @throws SlipwayError `context.invalid`, `config.newer`, `kubeconfig.invalid`, `usage`
 */
export function readImport(text: string, options: ImportOptions): Import {
  const source = options.path ?? 'The text';
  const content = contentOf(parseYaml(text, source), source);
  const { entries, notes } = draftOf(text, content, source, options);
  const named = options.name === undefined ? entries : [{ ...theOnly(entries, source), name: options.name }];
  const checked = named.map((entry) => check(withImage(entry, options.image), source));
  const names = checked.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw invalidConfig(source, `two of its contexts would be called ${twice}`);
  return { entries: checked, notes };
}

function draftOf(text: string, content: unknown, source: string, options: ImportOptions): Draft {
  if (typeof content !== 'object' || content === null || Array.isArray(content)) {
    throw new SlipwayError('context.invalid', `${source} is no team profile, config.yaml or kubeconfig.`, {
      action: 'Take the text as your platform engineer handed it out; docs/guide/contexts.md shows what stands in it.',
    });
  }
  if ('clusters' in content || ('kind' in content && content.kind === 'Config'))
    return draftFromKubeconfig(text, options);
  // Its contexts are checked with those of the others below, once they have their image.
  if (!('contexts' in content)) return { entries: [content], notes: [] };
  if (options.image === undefined) return { entries: parseConfig(text, source).entries, notes: [] };
  const { contexts } = content;
  return { entries: Array.isArray(contexts) ? contexts.filter(isObject) : [], notes: [] };
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function theOnly(entries: readonly object[], source: string): object {
  const [entry, ...others] = entries;
  if (entry !== undefined && others.length === 0) return entry;
  throw new SlipwayError('usage', `${source} holds ${entries.length} contexts, so one name is not enough.`, {
    action: 'Import them under their own names.',
  });
}

function withImage(entry: object, image: string | undefined): object {
  if (image === undefined) return entry;
  const profile = 'profile' in entry && isObject(entry.profile) ? entry.profile : {};
  return { ...entry, profile: { ...profile, image } };
}

function check(entry: object, source: string): ContextEntry {
  const outcome = contextEntrySchema.safeParse(entry);
  if (outcome.success) return outcome.data;
  throw invalidConfig(source, issueWords(outcome.error));
}
