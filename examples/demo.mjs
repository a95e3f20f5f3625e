/**
 * `npm run demo`: on a fresh machine installs, builds and runs examples/single-cell with live progress, then says where
 * the report and the artifacts are. `-- --once` ends with the run's exit code; so does the plain form until there is a
 * JupyterLab to serve.
 */
import { spawn } from 'node:child_process';
import { build, ensureVirtualEnvironments, installPackages, pinnedNode, root, tool } from '../test/setup.mjs';

async function step(name, work) {
  const started = performance.now();
  process.stdout.write(`${name} … `);
  await work();
  console.log(`${((performance.now() - started) / 1000).toFixed(1)} s`);
}

await step('installing packages', async () => {
  await installPackages();
  await ensureVirtualEnvironments();
});
await step('building', build);
console.log();

const child = spawn(tool('node'), ['shared/dist/slipway.js', 'run', 'examples/single-cell/slipway.yaml'], {
  cwd: root,
  env: { ...process.env, ...pinnedNode() },
  stdio: 'inherit',
});
// The child has the terminal's Ctrl-C too and answers it: cancel, then detach.
process.on('SIGINT', () => undefined);
child.on('close', (code) => {
  process.exitCode = code ?? 1;
});
