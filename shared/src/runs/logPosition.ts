import type { LogPosition, StepName } from '../protocol/index.ts';
import { SlipwayError } from '../protocol/index.ts';

/** How far one step's log was read. */
export interface StepPosition {
  readonly offset: number;
  /** True when the last byte read was not a line end: the rest of that line comes before any other step's bytes. */
  readonly midLine: boolean;
}

export type StepPositions = ReadonlyMap<StepName, StepPosition>;

const entryPattern = /^([^=]+)=([1-9][0-9]{0,15})(~?)$/;

/** Writes positions as the opaque text that clients hand back: `prepare=120,notebook=65536~`. */
export function formatPosition(positions: StepPositions): LogPosition {
  return [...positions]
    .filter(([, { offset }]) => offset > 0)
    .map(([step, { offset, midLine }]) => `${step}=${offset}${midLine ? '~' : ''}`)
    .join(',');
}

/** Reads a position of this run back. @throws SlipwayError `usage` for any text that `formatPosition` did not write. */
export function parsePosition(position: LogPosition, steps: readonly StepName[]): StepPositions {
  const positions = new Map<StepName, StepPosition>();
  if (position === '') return positions;
  for (const entry of position.split(',')) {
    const [, name, digits, mark] = entryPattern.exec(entry) ?? [];
    const step = steps.find((known) => known === name);
    const offset = Number(digits);
    if (step === undefined || !Number.isSafeInteger(offset)) throw unreadablePosition();
    if (positions.has(step)) throw unreadablePosition();
    positions.set(step, { offset, midLine: mark === '~' });
  }
  return positions;
}

/** The error for a position that is not of this run's log; `why` says more, where more is known. */
export function unreadablePosition(why?: string): SlipwayError {
  const words = 'The log position is not one of this run';
  return new SlipwayError('usage', why === undefined ? `${words}.` : `${words}: ${why}.`, {
    action: 'Read the log from its beginning: leave the position empty.',
  });
}
