import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { examples, Machine, testPython } from '../integration/cli/slipway.ts';
import type { Comparison } from './statistics.ts';

const execute = promisify(execFile);

/** For both sides: what the example's job spec sets. */
const oneThread = { OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1' };

/** A whole `slipway run` of examples/single-cell beside the same three commands typed by hand. */
export async function runOverhead(pairs: number): Promise<Comparison> {
  const machine = await Machine.create(oneThread);
  const folder = await mkdtemp(join(tmpdir(), 'slipway-bench-'));
  const python = testPython();
  const ours: number[] = [];
  const reference: number[] = [];
  try {
    for (let pair = -1; pair < pairs; pair += 1) {
      const byHand = await timed(() => threeCommands(python, join(folder, `hand-${pair}`)));
      const bySlipway = await timed(() => slipwayRun(machine, python, join(folder, `slipway-${pair}`)));
      // The first pair warms the disk cache and is not counted.
      if (pair >= 0) {
        reference.push(byHand);
        ours.push(bySlipway);
      }
    }
  } finally {
    await machine.dispose();
    await rm(folder, { recursive: true, force: true });
  }
  return {
    name: 'Whole run of examples/single-cell',
    unit: 's',
    ours,
    reference,
    referenceName: 'papermill, nbconvert, pytest by hand',
    goal: 'at most 1.0 s more than by hand',
    met: (mine, hand) => mine - hand <= 1,
  };
}

async function slipwayRun(machine: Machine, python: string, folder: string): Promise<void> {
  await cp(join(examples, 'single-cell'), folder, { recursive: true });
  await rm(join(folder, 'requirements.txt'));
  const args = [
    'run',
    '-o',
    'json',
    '--python',
    python,
    '--tests',
    'tests',
    '--marker',
    'single_cell',
    'single_cell.ipynb',
  ];
  const ended = await machine.slipway(args, { cwd: folder });
  if (ended.exitCode !== 0) throw new Error(`slipway run failed:\n${ended.stdout}${ended.stderr}`);
}

async function threeCommands(python: string, folder: string): Promise<void> {
  await cp(join(examples, 'single-cell'), folder, { recursive: true });
  await mkdir(join(folder, 'tests/input'), { recursive: true });
  const options = { cwd: folder, env: { ...process.env, ...oneThread, SLIPWAY_OUTPUT: folder }, maxBuffer: 1 << 28 };
  const papermill = ['--log-output', '--log-level', 'DEBUG', '--progress-bar', '--report-mode', '--kernel', 'python3'];
  await execute(
    python,
    [
      '-m',
      'papermill',
      'single_cell.ipynb',
      'tests/input/single_cell_output.ipynb',
      ...papermill,
      '--language',
      'python',
    ],
    options,
  );
  const html = ['--to', 'html', 'single_cell_output.ipynb', '--output', 'single_cell_output.html'];
  await execute(python, ['-m', 'nbconvert', ...html], { ...options, cwd: join(folder, 'tests/input') });
  const reports = ['--junitxml=pytest_results.xml', '--html=pytest_report.html', '--self-contained-html'];
  const coverage = ['--cov=./', '--cov-report=xml:coverage.xml'];
  await execute(python, ['-m', 'pytest', '-m', 'single_cell', ...coverage, ...reports, 'tests'], options);
}

async function timed(work: () => Promise<void>): Promise<number> {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1000;
}
