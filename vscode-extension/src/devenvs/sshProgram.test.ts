import { expect, it } from 'vitest';
import { hasSshProgram } from './sshProgram.ts';

it('knows a program that is not there, or fails, from one that answers', async () => {
  expect(await hasSshProgram('slipway-has-no-such-ssh')).toBe(false);
  expect(await hasSshProgram(process.execPath), 'node -V is no option').toBe(false);
  expect(await hasSshProgram('true')).toBe(process.platform !== 'win32');
});
