import type { LocalSettings } from '../runFolder.ts';
import { parseObject } from './progressLine.ts';

/** Reads `local.json`. @throws Error when it is not one of ours */
export function parseLocalSettings(text: string): LocalSettings {
  const value = parseObject(text);
  if (value?.version !== 1) throw new Error('local.json is damaged or of another version');
  return {
    version: 1,
    submittedAt: numberOf(value, 'submittedAt'),
    interpreter: textOf(value, 'interpreter'),
    environmentsDir: textOf(value, 'environmentsDir'),
    stepsDir: textOf(value, 'stepsDir'),
    queueDir: textOf(value, 'queueDir'),
    slots: numberOf(value, 'slots'),
    cancelGraceMs: numberOf(value, 'cancelGraceMs'),
    leftoverGraceMs: numberOf(value, 'leftoverGraceMs'),
    cancelledCollectMs: numberOf(value, 'cancelledCollectMs'),
  };
}

function numberOf(value: Record<string, unknown>, name: string): number {
  const found = value[name];
  if (typeof found !== 'number') throw new Error(`local.json has no number ${name}`);
  return found;
}

function textOf(value: Record<string, unknown>, name: string): string {
  const found = value[name];
  if (typeof found !== 'string') throw new Error(`local.json has no text ${name}`);
  return found;
}
