import { join } from 'node:path';
import { ESLint } from 'eslint';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');

/** Lints a text as if it were a file of the repository. */
async function problemsOf(path: string, text: string): Promise<readonly (string | null)[]> {
  const eslint = new ESLint({ cwd: root });
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

it.each(['shared/src/runs/sample.ts', 'shared/src/jobs/sample.ts'])(
  'void discards what calls return, in %s',
  async (path) => {
    const rest = 'export const done = (): void => void rest(0);\nexport function rest(value: number): void {\n';
    expect(await problemsOf(path, `${rest}  void value;\n}\n`)).toEqual(['no-restricted-syntax']);
    expect(await problemsOf(path, `${rest}  done();\n}\n`)).toEqual([]);
  },
);

describe('the import rule of hosts', () => {
  const forbidden: readonly (readonly [string, string, string])[] = [
    ['a host imports the core’s inside', 'vscode-extension/src/sample.ts', '@slipway/shared/server'],
    [
      'a host reaches into the shared sources',
      'jupyterlab-extension/src/core/sample.ts',
      '../../../shared/src/runs/index.ts',
    ],
    ['the client of the core knows what is shown', 'vscode-extension/src/core/sample.ts', '../surfaces/runsTree.ts'],
    ['a surface imports what puts it together', 'vscode-extension/src/surfaces/sample.ts', '../extension.ts'],
    ['a webview imports VS Code', 'vscode-extension/src/webview/sample.ts', 'vscode'],
    ['a webview imports Node', 'vscode-extension/src/webview/sample.ts', 'node:fs'],
    ['a webview imports a surface', 'vscode-extension/src/webview/sample.ts', '../surfaces/panels.ts'],
    ['the server half knows what is shown', 'jupyterlab-extension/src/server/sample.ts', '../surfaces/sidePanel.tsx'],
    [
      'what is made for tests goes to people',
      'vscode-extension/src/devenvs/sample.ts',
      '@slipway/shared/protocol/testing',
    ],
    ['a surface speaks to the server', 'jupyterlab-extension/src/surfaces/sample.tsx', '../server/serverHalf.ts'],
  ];
  it.each(forbidden)('fails when %s', async (_what, file, target) => {
    expect(await problemsOf(file, `export * from '${target}';\n`)).toContain('no-restricted-imports');
  });

  const permitted: readonly (readonly [string, string])[] = [
    ['vscode-extension/src/sample.ts', './surfaces/runsTree.ts'],
    ['vscode-extension/src/surfaces/sample.ts', '../words/index.ts'],
    ['vscode-extension/src/webview/sample.ts', '../panels/panelShown.ts'],
    ['vscode-extension/src/core/sample.ts', '@slipway/shared/rpc-client'],
    ['vscode-extension/src/devenvs/sample.test.ts', '@slipway/shared/protocol/testing'],
    ['jupyterlab-extension/src/artifacts/sample.ts', '../server/serverHalf.ts'],
    ['jupyterlab-extension/src/surfaces/sample.tsx', '@slipway/shared/views'],
  ];
  it.each(permitted)('passes for %s and %s', async (file, target) => {
    expect(await problemsOf(file, `export * from '${target}';\n`)).toEqual([]);
  });
});
