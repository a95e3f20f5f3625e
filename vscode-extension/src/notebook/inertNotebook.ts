import { isRecord } from './nbformat.ts';

/** Formats that are drawn without running anything. What else an output has (HTML, scripts, SVG, widgets) VS Code would run. */
const shownAsTheyAre = new Set([
  'text/plain',
  'image/png',
  'image/jpeg',
  'image/gif',
  'image/webp',
  'application/json',
]);
const markup = new Set(['text/markdown', 'text/latex']);
/** A text is cut after so many characters: an editor that draws 10 MB in one line stands still. */
const mostCharacters = 200_000;
const pauseInText = '\u200B';

/** What stands in a notebook for what an editor does not show of it. */
export interface InertNotes {
  /** Under an output whose form is gone and that has no image, in Markdown. */
  readonly plain: string;
  /** At the end of a text that is cut. */
  readonly cut: string;
}

/**
 * A notebook's text so that an editor draws it and runs nothing of it, and asks nobody for images: executable formats of
 * outputs go, text, images, Markdown and formulas stay, HTML within Markdown is shown as text, very long text is cut.
 * @throws SyntaxError for text that is no notebook
 */
export function inertNotebook(text: string, notes: InertNotes): string {
  const notebook: unknown = JSON.parse(text);
  if (!isRecord(notebook) || !Array.isArray(notebook.cells)) throw new SyntaxError('The notebook has no cells.');
  return JSON.stringify({ ...notebook, cells: notebook.cells.map((cell: unknown) => inertCell(cell, notes)) });
}

/** Markdown without HTML and without images from elsewhere; looks the same otherwise. */
export function inertMarkdown(text: string): string {
  return (
    text
      .replaceAll(/<(?=[a-z!/?])(?!https?:\/\/[^\s<>]*>)/giu, `<${pauseInText}`)
      // An image within the notebook, with a plain name, stays one; every other becomes a link.
      .replaceAll(/!(?=\[)(?!\[[^\][\\`<!\n]*\]\((?:data:image\/|attachment:))/giu, `!${pauseInText}`)
  );
}

function inertCell(cell: unknown, notes: InertNotes): unknown {
  if (!isRecord(cell)) return cell;
  if (cell.cell_type === 'markdown') return { ...cell, source: inertMarkdown(joined(cell.source)) };
  if (!Array.isArray(cell.outputs)) return cell;
  return { ...cell, outputs: cell.outputs.flatMap((output: unknown) => inertOutput(output, notes)) };
}

function inertOutput(output: unknown, notes: InertNotes): unknown[] {
  if (!isRecord(output)) return [];
  switch (output.output_type) {
    case 'stream':
      return [{ ...output, text: cut(joined(output.text), notes) }];
    case 'error':
      // VS Code takes links in a traceback for its own, and draws them as HTML.
      return [
        {
          ...output,
          traceback: textLines(output.traceback).map((line) => cut(line, notes).replaceAll('<', `<${pauseInText}`)),
        },
      ];
    case 'display_data':
    case 'execute_result':
      return inertData(output, isRecord(output.data) ? output.data : {}, notes);
    default:
      return [];
  }
}

function inertData(
  output: Readonly<Record<string, unknown>>,
  data: Readonly<Record<string, unknown>>,
  notes: InertNotes,
): unknown[] {
  const kept: Record<string, unknown> = {};
  for (const [type, value] of Object.entries(data)) {
    if (type.startsWith('text/') && shownAsTheyAre.has(type)) kept[type] = cut(joined(value), notes);
    else if (shownAsTheyAre.has(type)) kept[type] = value;
    else if (markup.has(type)) kept[type] = inertMarkdown(cut(joined(value), notes));
  }
  const types = Object.keys(kept);
  const shown = types.length === 0 ? [] : [{ ...output, data: kept }];
  const isWhole = types.length === Object.keys(data).length || types.some((type) => type.startsWith('image/'));
  return isWhole
    ? shown
    : [...shown, { output_type: 'display_data', metadata: {}, data: { 'text/markdown': notes.plain } }];
}

function cut(text: string, notes: InertNotes): string {
  return text.length <= mostCharacters ? text : `${text.slice(0, mostCharacters)}\n${notes.cut}\n`;
}

/** nbformat keeps text as one string or as lines. */
function joined(value: unknown): string {
  return typeof value === 'string' ? value : textLines(value).join('');
}

function textLines(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((line): line is string => typeof line === 'string') : [];
}
