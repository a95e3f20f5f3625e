import { SlipwayError } from '../../protocol/index.ts';
import { includeWord } from './quoting.ts';

/**
 * What we put into a file of a person's. `include`: one line, the first of `~/.ssh/config`. `block`: the same line between two that
 * say whose it is, in a file that a person's editor reads instead.
 */
export interface Section {
  readonly kind: 'include' | 'block';
  /** Absolute path of our own config file. */
  readonly path: string;
}

const blockStart = '# --- START SLIPWAY (slipway ssh-config remove takes this out) ---';
const blockEnd = '# --- END SLIPWAY ---';
const startPattern = /^[ \t]*#[ \t]*--- START SLIPWAY\b/;
const endPattern = /^[ \t]*#[ \t]*--- END SLIPWAY\b/;
const utf8Mark = '\xef\xbb\xbf';

/**
 * A person's ssh config with our section: where it is already, wherever they moved it, else at the very top. Every other byte stays.
 * @param before the file's bytes
 * @throws SlipwayError `ssh.config` for a file that is no text for ssh, and for a block of ours without an end
 */
export function withSection(before: Uint8Array, section: Section): Uint8Array {
  const { mark, lines, end } = read(before);
  const wanted = sectionLines(section).map((line) => line + end);
  if (section.kind === 'include') {
    if (lines.some((line) => isOurInclude(line, section.path))) return before;
    return bytesOf(mark, [...wanted, ...lines]);
  }
  const block = findBlock(lines);
  if (block === undefined) return bytesOf(mark, [...wanted, ...lines]);
  const inside = lines.slice(block.start + 1, block.end);
  if (inside.some((line) => isOurInclude(line, section.path))) return before;
  return bytesOf(mark, [...lines.slice(0, block.start), ...wanted, ...lines.slice(block.end + 1)]);
}

/** The file without our section; the same bytes where it is not there. @throws as {@link withSection} */
export function withoutSection(before: Uint8Array, section: Section): Uint8Array {
  const { mark, lines } = read(before);
  if (section.kind === 'include') {
    const kept = lines.filter((line) => !isOurInclude(line, section.path));
    return kept.length === lines.length ? before : bytesOf(mark, kept);
  }
  const block = findBlock(lines);
  if (block === undefined) return before;
  return bytesOf(mark, [...lines.slice(0, block.start), ...lines.slice(block.end + 1)]);
}

function sectionLines({ kind, path }: Section): string[] {
  const line = latin1(`Include ${includeWord(path)}`);
  return kind === 'include' ? [line] : [blockStart, line, blockEnd];
}

interface FileText {
  /** What some editors begin a file with; nothing may come before it. */
  readonly mark: string;
  /** With their ends; the last one may have none. */
  readonly lines: readonly string[];
  /** How lines end in this file. */
  readonly end: string;
}

/** Bytes are kept as they are, whatever they mean: one character each. */
function read(bytes: Uint8Array): FileText {
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  if (/^(\xff\xfe|\xfe\xff)/.test(all) || all.includes('\0')) {
    throw new SlipwayError('ssh.config', 'Your ssh config is UTF-16 or no text, which ssh itself cannot read.', {
      action: 'Save it as UTF-8, or begin a new one.',
    });
  }
  const mark = all.startsWith(utf8Mark) ? utf8Mark : '';
  const text = all.slice(mark.length);
  const lines: string[] = text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
  return { mark, lines, end: lines[0]?.endsWith('\r\n') === true ? '\r\n' : '\n' };
}

function bytesOf(mark: string, lines: readonly string[]): Uint8Array {
  return Buffer.from(mark + lines.join(''), 'latin1');
}

function latin1(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

function isOurInclude(line: string, path: string): boolean {
  const [, rest] = /^[ \t]*include[ \t]*[ \t=][ \t]*(.*?)[ \t\r\n\f]*$/i.exec(line) ?? [];
  if (rest === undefined) return false;
  return rest === latin1(includeWord(path)) || rest === latin1(path);
}

interface Block {
  /** Number of the line. */
  readonly start: number;
  readonly end: number;
}

/** @throws SlipwayError `ssh.config` where what is between our two lines cannot be told from what is a person's own */
function findBlock(lines: readonly string[]): Block | undefined {
  const starts = lines.flatMap((line, index) => (startPattern.test(line) ? [index] : []));
  const ends = lines.flatMap((line, index) => (endPattern.test(line) ? [index] : []));
  const [start] = starts;
  const [end] = ends;
  if (start === undefined && end === undefined) return undefined;
  if (start !== undefined && end !== undefined && starts.length === 1 && ends.length === 1 && start < end)
    return { start, end };
  const line = (start ?? end ?? 0) + 1;
  throw new SlipwayError(
    'ssh.config',
    `Your ssh config was left as it is: what Slipway wrote into it at line ${line} has been changed so that its beginning and end do not fit together.`,
    {
      action: `Take out the lines with "--- START SLIPWAY" and "--- END SLIPWAY", and what Slipway put between them; then connect again.`,
    },
  );
}
