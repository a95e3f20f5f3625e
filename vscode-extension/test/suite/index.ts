import { join } from 'node:path';
import Mocha from 'mocha';

/**
 * What the extension host calls: runs the tests beside this file, without those that MOCHA_WITHOUT matches. Rejects when one
 * fails; the report tells of all.
 */
export async function run(): Promise<void> {
  const output = process.env.MOCHA_REPORT ?? '';
  if (output === '') throw new Error('MOCHA_REPORT is not set.');
  const mocha = new Mocha({ timeout: 120_000, reporter: 'json', reporterOptions: { output }, forbidOnly: true });
  const without = process.env.MOCHA_WITHOUT ?? '';
  if (without !== '') mocha.grep(new RegExp(without)).invert();
  mocha.addFile(join(__dirname, 'tests.cjs'));
  const failures = await new Promise<number>((resolve) => void mocha.run(resolve));
  if (failures > 0) throw new Error(`${failures} failed`);
}
