import type { RunEvent, StepName } from '../../../protocol/index.ts';
import { isStepName } from '../runFolder.ts';

export type ProgressEvent = Extract<RunEvent, { type: 'cellsCounted' | 'cellStarted' | 'cellFinished' | 'stepNote' }>;

/** Longest text that goes into an event; it is a line on a screen. */
export const maxTextLength = 500;
const maxIdLength = 1_000;
const maxCells = 100_000;

/** The line is from a program of the user's, or damaged: everything in it is checked, by hand for the start-up time. */
export function parseProgressLine(
  line: string,
  context: { readonly step: StepName; readonly stepStartedAt: number; readonly now: number },
): ProgressEvent | undefined {
  const value = parseObject(line);
  if (value === undefined) return undefined;
  const time = timeOf(value.time, context);
  switch (value.type) {
    case 'cellsCounted': {
      const cells = cellsOf(value.cells);
      return cells === undefined ? undefined : { type: 'cellsCounted', time, cells };
    }
    case 'cellStarted':
      return isId(value.id) ? { type: 'cellStarted', time, id: value.id } : undefined;
    case 'cellFinished': {
      const { id, failed } = value;
      return isId(id) && typeof failed === 'boolean' ? { type: 'cellFinished', time, id, failed } : undefined;
    }
    case 'stepNote': {
      const { step, text } = value;
      if (!isStepName(step) || step !== context.step || typeof text !== 'string') return undefined;
      return { type: 'stepNote', time, step, text: cutText(text) };
    }
    default:
      return undefined;
  }
}

export function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Cuts to `maxTextLength` characters, never through the middle of one. */
export function cutText(text: string): string {
  if (text.length <= maxTextLength) return text;
  return Array.from(text.slice(0, 2 * maxTextLength))
    .slice(0, maxTextLength)
    .join('');
}

function isId(value: unknown): value is string {
  return typeof value === 'string' && value.length <= maxIdLength;
}

function cellsOf(value: unknown): { id: string; label: string }[] | undefined {
  if (!Array.isArray(value) || value.length > maxCells) return undefined;
  const cells: { id: string; label: string }[] = [];
  for (const cell of value) {
    if (!isRecord(cell) || !isId(cell.id) || typeof cell.label !== 'string') return undefined;
    cells.push({ id: cell.id, label: cutText(cell.label) });
  }
  return cells;
}

function timeOf(value: unknown, context: { readonly stepStartedAt: number; readonly now: number }): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) return context.now;
  return Math.min(Math.max(value, context.stepStartedAt), context.now);
}
