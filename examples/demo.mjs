/**
 * `npm run demo`: on a fresh machine installs, builds and runs examples/single-cell with live progress, then says where
 * the report and the artifacts are, and serves JupyterLab with Slipway and the notebook open until Ctrl-C. Without a
 * terminal nobody could press the button or Ctrl-C: then JupyterLab is ended once it answers, unless `-- --serve` is given.
 * `-- --once` leaves it out and ends with the run's exit code.
 */
import { spawn, spawnSync } from 'node:child_process';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { serveJupyterLab } from '../test/hosts/jupyter/serve.mjs';
import { build, ensureVirtualEnvironments, installPackages, pinnedNode, root, tool } from '../test/setup.mjs';

const node = tool('node');
const script = join(root, 'shared/dist/slipway.js');
const surroundings = { cwd: root, env: { ...process.env, ...pinnedNode() } };

await step('installing packages', async () => {
  await installPackages();
  await ensureVirtualEnvironments();
});
await step('building', build);
console.log();

// The child has the terminal's Ctrl-C too and answers it: cancel, then detach.
process.on('SIGINT', () => undefined);
const here = ['--context', 'local'];
const child = spawn(node, [script, 'run', 'examples/single-cell/slipway.yaml', ...here], {
  ...surroundings,
  stdio: 'inherit',
});
child.on('close', (code) => {
  process.exitCode = code ?? 1;
  if (code === 0) tellWhere();
  if (!process.argv.includes('--once')) void serve();
});

async function step(name, work) {
  const started = performance.now();
  process.stdout.write(`${name} … `);
  await work();
  console.log(`${((performance.now() - started) / 1000).toFixed(1)} s`);
}

/** JupyterLab with the wheel installed and the example open. */
async function serve() {
  try {
    const lab = await serveJupyterLab(join(root, 'examples/single-cell'), 'single_cell.ipynb');
    console.log(`\nJupyterLab  ${lab.url}`);
    if (process.stdin.isTTY || process.argv.includes('--serve')) {
      console.log('Press "Run on GPU cluster" above the notebook. Ctrl-C ends JupyterLab; runs go on.');
      process.on('SIGINT', () => lab.end());
    } else {
      console.log('It answers, and is ended again: there is no terminal. npm run demo -- --serve keeps it.');
      lab.end();
    }
    await lab.ended;
  } catch (error) {
    console.error(`JupyterLab cannot be served: ${error.message}`);
    process.exitCode = 1;
  }
}

/** Where the newest run's report and artifacts are, and what the command is called here. */
function tellWhere() {
  const listed = spawnSync(node, [script, 'runs', ...here, '-o', 'json', '--limit', '1'], {
    ...surroundings,
    encoding: 'utf8',
  });
  const [run] = JSON.parse(listed.stdout).runs;
  const data = process.env.XDG_DATA_HOME || join(homedir(), '.local/share');
  const output = join(data, 'slipway/runs', run.name, 'output');
  console.log(`
report      ${join(output, 'single_cell_output.html')}
artifacts   ${output}
In this folder the command is npx slipway: npx slipway artifacts ${run.name}`);
}
