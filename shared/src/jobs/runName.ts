import type { JobSpec } from '../protocol/index.ts';
import { nameOf } from './paths.ts';

const maxSlugLength = 50;
const longestName = 55;

/** Letters that Unicode does not decompose into a Latin letter and a mark. */
const latinOf: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ı: 'i',
  ħ: 'h',
  ŋ: 'n',
  α: 'alpha',
  β: 'beta',
  γ: 'gamma',
  δ: 'delta',
  λ: 'lambda',
  μ: 'mu',
  σ: 'sigma',
};

function slug(text: string): string {
  return text
    .slice(0, 400)
    .toLowerCase()
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .replace(/[^\u0000-\u007f]/gu, (letter) => latinOf[letter] ?? '-')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+/, '')
    .slice(0, maxSlugLength)
    .replace(/-+$/, '');
}

/** What a command is about: the script in it, else its first word. */
function subjectOfCommand(command: string | readonly string[]): string {
  const words = typeof command === 'string' ? command.split(/\s+/) : command;
  const script = words.find((word) => /\.[A-Za-z]{1,4}$/.test(word) && !word.startsWith('-'));
  return nameOf(script ?? words.find((word) => word !== '') ?? '').replace(/\.[A-Za-z]{1,4}$/, '');
}

/**
 * The name of a run: a DNS label of at most 55 characters, from the spec's name, the notebook's file name or the script
 * in the command. Accents are dropped; a name without Latin letters or digits becomes `notebook` or `command`.
 * @param random four hexadecimal digits that make the name unique, or up to eight where nobody knows which are taken
 */
export function runName(job: { readonly spec: JobSpec; readonly title: string }, random: string): string {
  const { name, notebook, command } = job.spec;
  const subject =
    name ??
    (command === undefined ? nameOf(notebook ?? job.title).replace(/\.ipynb$/i, '') : subjectOfCommand(command));
  const suffix = random
    .toLowerCase()
    .replace(/[^0-9a-f]/g, '')
    .slice(0, 8)
    .padEnd(4, '0');
  const label = slug(subject) || (command === undefined ? 'notebook' : 'command');
  return `${label.slice(0, longestName - 1 - suffix.length).replace(/-+$/, '')}-${suffix}`;
}
