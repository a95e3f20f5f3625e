import boundaries from 'eslint-plugin-boundaries';
import tseslint from 'typescript-eslint';
import { elements, hostLayers, mayImport, pureFolders, stayPure, voidOfCalls } from './test/lint/layers.mjs';

/** Who may import whom, what pure folders must not do, and scripts. Everything else is oxlint's, with types: .oxlintrc.json. */
export default tseslint.config(
  {
    ignores: [
      '**/dist/**',
      '**/node_modules/**',
      '**/.cache/**',
      '**/__golden__/**',
      '**/__fixtures__/**',
      'jupyterlab-extension/{lib,slipway_jupyterlab}/**',
    ],
  },
  { linterOptions: { noInlineConfig: true, reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.ts', '**/*.tsx'],
    languageOptions: { parser: tseslint.parser, parserOptions: { jsDocParsingMode: 'none' } },
    rules: { 'no-restricted-syntax': ['error', voidOfCalls] },
  },
  {
    files: ['shared/src/**/*.ts'],
    plugins: { boundaries },
    settings: {
      'boundaries/elements': elements,
      'boundaries/include': ['shared/src/**/*.ts'],
      'import/resolver': { typescript: { project: ['shared/tsconfig.json'] } },
    },
    rules: mayImport,
  },
  {
    files: pureFolders.map((folder) => `${folder}/**/*.ts`),
    ignores: ['**/*.test.ts', '**/testing/**'],
    rules: stayPure,
  },
  ...hostLayers,
  { files: ['**/*.mjs', '**/*.js'], extends: [tseslint.configs.recommended] },
);
