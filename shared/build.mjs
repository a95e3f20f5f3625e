/**
 * Bundles the core: dist/slipway.js (the command, which is also the server), dist/supervisor.js (the process that drives
 * a local run), dist/sshProxy.cjs (ssh's ProxyCommand), dist/steps/ (the step scripts with the two scripts that reports inline) and the job spec's JSON Schema.
 * Code splitting keeps what a command does not need unloaded.
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { licences } from './licences.mjs';

const here = import.meta.dirname;
const dist = join(here, 'dist');
const require = createRequire(import.meta.url);
const { version } = JSON.parse(readFileSync(join(here, 'package.json'), 'utf8'));

for (const stale of ['chunks', 'steps', 'slipway.js', 'supervisor.js', 'sshProxy.cjs']) {
  rmSync(join(dist, stale), { recursive: true, force: true });
}

// CommonJS dependencies inside an ES module bundle look for `require`.
const banner =
  "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);";

/**
 * Node reads every export of a module of its own that is imported, and `node:http` has some that load undici, 40 ms at each
 * start. Asked for like this it gives what is used.
 */
const httpWithoutUndici = {
  name: 'http-without-undici',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:http$/ }, ({ kind }) =>
      kind === 'import-statement' ? { path: 'node:http', namespace: 'node-http' } : undefined,
    );
    onLoad({ filter: /.*/, namespace: 'node-http' }, () => ({
      contents: "export const { Agent, createServer, request } = process.getBuiltinModule('node:http');",
    }));
  },
};

/**
 * What counts columns reads Unicode's tables as soon as it is there, a quarter of what the shortest command takes, and few
 * outputs have a character that is looked up in them.
 */
const widthWhenAsked = {
  name: 'width-when-asked',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^string-width$/ }, ({ kind }) =>
      kind === 'import-statement' ? { path: 'string-width', namespace: 'when-asked' } : undefined,
    );
    onLoad({ filter: /.*/, namespace: 'when-asked' }, ({ path }) => ({
      contents: `let width; export default (text) => (width ??= require('${path}').default)(text);`,
      resolveDir: here,
    }));
  },
};

/**
 * ssh2 does without its native parts where they cannot be loaded: it asks for them in a `try`. A bundle for every machine has none,
 * also where npm has built them on this one.
 */
const sshWithoutNative = {
  name: 'ssh-without-native',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^cpu-features$|\.node$/ }, ({ importer }) =>
      /[/\\]node_modules[/\\]ssh2[/\\]/.test(importer) ? { path: 'native', namespace: 'without' } : undefined,
    );
    onLoad({ filter: /.*/, namespace: 'without' }, () => ({ contents: "throw new Error('not in a bundle');" }));
  },
};

const helperFolder = join(here, 'src/devenv/transfer/helper');
const helperModules = JSON.parse(readFileSync(join(helperFolder, 'modules.json'), 'utf8'));
const transferHelper = Object.fromEntries(
  helperModules.map((name) => [name, readFileSync(join(helperFolder, `${name}.py`), 'utf8')]),
);

const result = await build({
  entryPoints: {
    slipway: join(here, 'src/cli/bin.ts'),
    supervisor: join(here, 'src/targets/local/supervisorMain.ts'),
  },
  outdir: dist,
  chunkNames: 'chunks/[name]-[hash]',
  bundle: true,
  splitting: true,
  platform: 'node',
  format: 'esm',
  target: 'node22',
  minify: true,
  keepNames: false,
  legalComments: 'none',
  mainFields: ['module', 'main'],
  // Its ES modules: of a CommonJS package that is imported dynamically, esbuild's chunk exports nothing but `default`.
  alias: { yaml: join(require.resolve('yaml/package.json'), '../browser/index.js') },
  banner: { js: banner },
  define: {
    SLIPWAY_VERSION: JSON.stringify(version),
    SLIPWAY_TRANSFER_HELPER: JSON.stringify(transferHelper),
    // ES modules have none; ssh2 makes paths of it that nobody uses (Pageant's helper, a folder for WebAssembly that is inlined).
    __dirname: '""',
  },
  plugins: [httpWithoutUndici, sshWithoutNative, widthWhenAsked],
  metafile: true,
  logLevel: 'warning',
});

/** ssh waits for it: finding and linking the many files of the command takes a third of its time. */
const proxy = await build({
  entryPoints: [join(here, 'src/cli/sshProxyMain.ts')],
  outfile: join(dist, 'sshProxy.cjs'),
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node22',
  minify: true,
  legalComments: 'none',
  mainFields: ['module', 'main'],
  alias: { yaml: join(require.resolve('yaml/package.json'), '../browser/index.js') },
  define: { SLIPWAY_VERSION: JSON.stringify(version) },
  plugins: [httpWithoutUndici, sshWithoutNative],
  // Behind doors that this program does not open.
  external: ['ssh2'],
  logOverride: { 'empty-import-meta': 'silent' },
  metafile: true,
  logLevel: 'warning',
});

const ignored = (path) => !/(__pycache__|\.mypy_cache|\.ruff_cache|\.pytest_cache|[/\\]tests([/\\]|$))/.test(path);
cpSync(join(here, 'src/pipeline/steps'), join(dist, 'steps'), {
  recursive: true,
  filter: (source) => ignored(source.slice(here.length)),
});
const assets = join(dist, 'steps/assets');
mkdirSync(assets, { recursive: true });
cpSync(require.resolve('mathjax/es5/tex-svg-full.js'), join(assets, 'mathjax.js'));
// For ConfigMaps, which hold 1 MiB: compressed here, not at every start.
writeFileSync(join(assets, 'mathjax.js.gz'), gzipSync(readFileSync(join(assets, 'mathjax.js')), { level: 9 }));
cpSync(require.resolve('requirejs/require.js'), join(assets, 'require.js'));

const besides = ['mathjax/package.json', 'requirejs/package.json'].map((name) => require.resolve(name));
writeFileSync(
  join(dist, 'THIRD-PARTY-LICENSES.txt'),
  licences([...Object.keys(result.metafile.inputs), ...Object.keys(proxy.metafile.inputs), ...besides]),
);
chmodSync(join(dist, 'slipway.js'), 0o755);
const schema = execFileSync(process.execPath, [join(dist, 'slipway.js'), 'spec', 'schema']);
writeFileSync(join(dist, 'slipway.schema.json'), schema);
