import { describe, expect, it } from 'vitest';
import type { PythonChoice } from '../../../protocol/index.ts';
import type { PythonRequest } from '../../runTarget.ts';
import { RecentChoice } from './recentChoice.ts';

const { signal } = new AbortController();
const request: PythonRequest = {
  python: undefined,
  kernel: 'python3',
  language: 'python',
  requirements: undefined,
  needsTests: false,
  folder: '/work',
};

function recent() {
  const state = { now: 50, asked: 0, fails: false };
  const choose = (): Promise<PythonChoice> => {
    state.asked += 1;
    if (state.fails) return Promise.reject(new Error('no Python'));
    return Promise.resolve({
      interpreter: `/python-${state.asked}`,
      version: '3.11.2',
      origin: 'kernel',
      kernel: 'python3',
      explanation: '',
      language: 'python',
      environment: 'asIs',
    });
  };
  return { state, choice: new RecentChoice(choose, () => state.now) };
}

describe('the Python of a plan', () => {
  it('is that of the run right after it, without another question', async () => {
    const { state, choice } = recent();
    const planned = await choice.choose(request, signal);
    state.now += 2_900;
    expect(await choice.choose({ ...request }, signal)).toEqual(planned);
    expect(state.asked).toBe(1);
  });

  it('is asked for again after some seconds, counted from the answer', async () => {
    const { state, choice } = recent();
    await choice.choose(request, signal);
    state.now += 2_000;
    await choice.choose(request, signal);
    state.now += 1_000;
    expect((await choice.choose(request, signal)).interpreter).toBe('/python-2');
  });

  it('is asked for again for another job', async () => {
    const { state, choice } = recent();
    await choice.choose(request, signal);
    await choice.choose({ ...request, requirements: 'numpy' }, signal);
    await choice.choose({ ...request, folder: '/elsewhere' }, signal);
    expect(state.asked).toBe(3);
  });

  it('that could not be found is looked for again', async () => {
    const { state, choice } = recent();
    state.fails = true;
    await expect(choice.choose(request, signal)).rejects.toThrow('no Python');
    state.fails = false;
    expect((await choice.choose(request, signal)).interpreter).toBe('/python-2');
  });

  it('is none for whoever has given up', async () => {
    const { choice } = recent();
    await choice.choose(request, signal);
    await expect(choice.choose(request, AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
  });
});
