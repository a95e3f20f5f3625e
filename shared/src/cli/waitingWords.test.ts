import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { WaitingWords } from './waitingWords.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function told(isTerminal: boolean, ...steps: readonly (string | number)[]): string[] {
  const all: string[] = [];
  const words = new WaitingWords(isTerminal, (text) => all.push(text));
  for (const step of steps) {
    if (typeof step === 'number') vi.advanceTimersByTime(step);
    else if (step === 'end') words.end();
    else words.say(step);
  }
  return all;
}

it('tells a person at once what ssh waits for', () => {
  expect(told(true, 'a node', 'sshd')).toEqual(['a node', 'sshd']);
});

it('tells a program what has not changed for two seconds, and from then on each change', () => {
  expect(told(false, 'a node', 'no node takes it', 2_000, 'sshd')).toEqual(['no node takes it', 'sshd']);
  expect(told(false, 2_000, 'a node')).toEqual(['a node']);
});

it('tells a program nothing of what is over soon', () => {
  expect(told(false, 'a node', 1_999, 'end', 10_000)).toEqual([]);
});
