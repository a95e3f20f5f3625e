import { join } from 'node:path';
import { ESLint } from 'eslint';
import tseslint from 'typescript-eslint';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');

/** Lints a text as if it were a file of the repository; rules that need types are off, for the file does not exist. */
async function problemsOf(path: string, text: string): Promise<readonly (string | null)[]> {
  const eslint = new ESLint({
    cwd: root,
    overrideConfig: [
      { ...tseslint.configs.disableTypeChecked, languageOptions: { parserOptions: { projectService: false } } },
    ],
  });
  const [result] = await eslint.lintText(text, { filePath: join(root, path) });
  return (result?.messages ?? []).map((message) => message.ruleId);
}

describe('the import rule', () => {
  const forbidden: readonly (readonly [string, string, string])[] = [
    ['protocol imports a domain module', 'protocol/sample.ts', '../pipeline/index.ts'],
    ['a domain module imports the server', 'runs/sample.ts', '../server/index.ts'],
    ['a domain module imports the command line', 'jobs/sample.ts', '../cli/main.ts'],
    ['a module reaches behind the door of another', 'runs/sample.ts', '../pipeline/runFile.ts'],
    ['a nested file reaches behind a door', 'targets/local/sample.ts', '../../pipeline/runFile.ts'],
    ['the server imports the command line', 'server/sample.ts', '../cli/main.ts'],
  ];
  it.each(forbidden)('fails when %s', async (_what, file, target) => {
    const problems = await problemsOf(`shared/src/${file}`, `export * from '${target}';\n`);
    expect(problems).toContain('boundaries/dependencies');
  });

  const permitted: readonly (readonly [string, string, string])[] = [
    ['a domain module uses the protocol', 'runs/sample.ts', '../protocol/index.ts'],
    ['a domain module uses the door of another', 'runs/sample.ts', '../targets/index.ts'],
    ['a file uses its own module', 'pipeline/sample.ts', './runFile.ts'],
    ['the command line uses the server', 'cli/sample.ts', '../server/index.ts'],
  ];
  it.each(permitted)('passes when %s', async (_what, file, target) => {
    const problems = await problemsOf(`shared/src/${file}`, `export * from '${target}';\n`);
    expect(problems).toEqual([]);
  });

  it.each(['jobs', 'pipeline', 'diagnosis', 'protocol'])('keeps I/O out of %s', async (module) => {
    const problems = await problemsOf(
      `shared/src/${module}/sample.ts`,
      `import { readFileSync } from 'node:fs';\nexport const text = readFileSync(process.env.HOME ?? '');\n`,
    );
    expect(problems).toContain('no-restricted-imports');
    expect(problems).toContain('no-restricted-globals');
  });

  const impure: readonly (readonly [string, string])[] = [
    ["import { readFile } from 'fs/promises';\nexport { readFile };", 'no-restricted-imports'],
    ["import { randomUUID } from 'crypto';\nexport { randomUUID };", 'no-restricted-imports'],
    ["export const later = import('node:fs');", 'no-restricted-syntax'],
    ['export const home = globalThis.process.env.HOME;', 'no-restricted-globals'],
    ['export const now = Date.now();', 'no-restricted-properties'],
    ['export const now = new Date();', 'no-restricted-syntax'],
    ['export const chance = Math.random();', 'no-restricted-properties'],
  ];
  it.each(impure)('keeps %j out of pure modules', async (text, rule) => {
    expect(await problemsOf('shared/src/jobs/sample.ts', `${text}\n`)).toContain(rule);
  });

  it('cannot be switched off by a comment', async () => {
    const problems = await problemsOf(
      'shared/src/jobs/sample.ts',
      `// eslint-disable-next-line\nimport { readFileSync } from 'node:fs';\nexport const text = readFileSync('x');\n`,
    );
    expect(problems).toContain('no-restricted-imports');
  });
});
