import { expect, it } from 'vitest';
import { commandFor } from './command.ts';

it('the command that follows a run quotes what a shell might read differently', () => {
  expect(commandFor({ name: 'analysis-7f3a', context: 'team-a' })).toBe('slipway watch analysis-7f3a --context team-a');
  expect(commandFor({ name: 'x', context: "a'; rm -rf ~" })).toBe("slipway watch x --context 'a'\\''; rm -rf ~'");
});
