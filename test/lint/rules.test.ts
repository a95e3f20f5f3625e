import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import tseslint from 'typescript-eslint';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const configuration = '.oxlintrc.json';
let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-lint-'));
  copyFileSync(join(root, configuration), join(folder, configuration));
  writeFileSync(join(folder, 'tsconfig.json'), '{ "compilerOptions": { "strict": true, "types": [] } }');
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** What a program says of a file with this text; its exit status comes first. */
function saysOf(text: string, script: string, ...args: readonly string[]): string {
  writeFileSync(join(folder, 'sample.ts'), text);
  const ended = spawnSync(process.execPath, [join(root, script), ...args], { cwd: folder, encoding: 'utf8' });
  // Some variables of CI ask for colours, which stand in the middle of words.
  return `${String(ended.status)}: ${stripVTControlCharacters(ended.stdout + ended.stderr)}`;
}

describe('the rules for TypeScript', () => {
  it('are those of typescript-eslint’s strict and stylistic presets, with types, and ours', () => {
    const asked = readFileSync(join(root, configuration), 'utf8');
    const isAsked = (name: string) => new RegExp(`"(typescript/)?${name}": ("error"|\\[\\s*"error")`).test(asked);
    const presets = [...tseslint.configs.strictTypeChecked, ...tseslint.configs.stylisticTypeChecked];
    const rules = presets.flatMap((preset) => Object.entries(preset.rules ?? {}));
    const names = rules.filter(([, level]) => level !== 'off').map(([name]) => name.replace('@typescript-eslint/', ''));
    expect(names.length).toBeGreaterThan(90);
    const ours = ['consistent-type-imports', 'switch-exhaustiveness-check', 'max-lines', 'eqeqeq', 'no-console'];
    const byItself = 'no-unsafe-class-instance-assignment';
    expect([...new Set(names), ...ours].filter((name) => !isAsked(name))).toEqual([byItself]);
  });

  it('see types', () => {
    const oxlint = 'node_modules/oxlint/bin/oxlint';
    expect(saysOf('export const late = Promise.resolve(1);\n', oxlint)).toMatch(/^0: /);
    const floating = saysOf('Promise.resolve(1);\nexport const one = 1;\n', oxlint);
    expect(floating).toMatch(/^1: [^]*no-floating-promises/);
  });

  it('ask for instances of classes where classes are asked for, beside what oxlint itself asks', () => {
    const script = 'test/lint/oxlint.mjs';
    const sample = 'class A { x = 1 }\nexport const a: A = ';
    expect(saysOf(`${sample}new A();\n`, script)).toMatch(/^0: /);
    const both = saysOf(`${sample}{ x: 1 };\nPromise.resolve(1);\n`, script);
    expect(both).toMatch(
      /^1: [^]*instance of class `A` is expected\. \(no-unsafe-class-instance-assignment\)[^]*sample\.ts:2:/,
    );
    expect(both).toMatch(/no-floating-promises/);
  });
});
