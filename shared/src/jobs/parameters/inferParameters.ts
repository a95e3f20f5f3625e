import type { ParameterDeclaration } from '../../protocol/index.ts';
import type { NotebookCell, NotebookDocument } from '../notebook/notebookDocument.ts';
import { oneLine } from '../words.ts';
import { typeOfAnnotation } from './pythonAnnotation.ts';
import { readPythonLiteral } from './pythonLiteral.ts';
import { pythonAssignments } from './pythonStatements.ts';
import type { PythonAssignment } from './pythonStatements.ts';
import { rParameters } from './rAssignments.ts';

const maxHelpLength = 200;

/** The cell that papermill takes as the one that declares parameters: the first code cell tagged `parameters`. */
export function parametersCell(notebook: NotebookDocument): NotebookCell | undefined {
  return notebook.cells.find((cell) => cell.kind === 'code' && cell.tags.includes('parameters'));
}

/**
 * The parameters that a notebook declares in its `parameters` cell, with types and defaults as far as they can be read
 * without running it. Python and simple R cells are read; other languages give none. Never throws.
 */
export function inferParameters(notebook: NotebookDocument): ParameterDeclaration[] {
  const cell = parametersCell(notebook);
  if (cell === undefined) return [];
  const language = languageOf(notebook);
  if (language === 'r') return lastOfEach(rParameters(cell.source));
  if (language !== 'python') return [];
  return lastOfEach(pythonAssignments(cell.source).map(declarationOf));
}

function languageOf({ language, kernel }: NotebookDocument): string {
  const name = language?.toLowerCase();
  if (name !== undefined) return /^i?python\d*$/.test(name) ? 'python' : name;
  if (kernel === 'ir') return 'r';
  return kernel !== undefined && /^(julia|bash|scala|javascript|deno|xcpp|xeus-cling)/.test(kernel)
    ? 'other'
    : 'python';
}

function declarationOf({ name, annotation, value, comment, unpacked }: PythonAssignment): ParameterDeclaration {
  const [, typeComment, afterType] = /^\s*type:\s*(\S+)(.*)$/s.exec(comment ?? '') ?? [];
  const written = annotation ?? typeComment;
  const literal = value === undefined || unpacked ? undefined : readPythonLiteral(value);
  const annotated = written === undefined ? undefined : typeOfAnnotation(written);
  const help = oneLine(
    typeComment === undefined ? (comment ?? '') : (afterType ?? '').replace(/^\s*#/, ''),
    maxHelpLength,
  );
  return {
    name,
    type: annotated ?? literal?.type ?? 'unknown',
    defaultSource: value ?? '',
    ...(literal?.value !== undefined && { defaultValue: literal.value }),
    ...(help !== '' && { help }),
  };
}

/** A name that is assigned twice counts once, where it came first, with what it was given last. */
function lastOfEach(declarations: readonly ParameterDeclaration[]): ParameterDeclaration[] {
  return [...new Map(declarations.map((declaration) => [declaration.name, declaration])).values()];
}
